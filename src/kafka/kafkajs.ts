import type * as Kafkajs from "kafkajs";

/** Loads kafkajs at its first use: it takes longer than all else that a command loads, and many ask no broker. */
export function loadKafkajs(): typeof Kafkajs {
  return require("kafkajs");
}

import type { Message as OutgoingMessage, Producer } from "kafkajs";
import type { KafkaConfig } from "../base/config";
import { openKafka, toKafkaError } from "../kafka/client";
import { loadKafkajs } from "../kafka/kafkajs";
import { originHeaders } from "./deliveries";

/** Runs `work` with a connected producer, which stores a request that is repeated once, and disconnects it. */
export async function withProducer(
  config: KafkaConfig,
  work: (producer: Producer) => Promise<void>,
): Promise<void> {
  const producer = openKafka(config).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: loadKafkajs().Partitioners.DefaultPartitioner,
  });
  try {
    await producer.connect().catch((error) => {
      throw toKafkaError(error, config, `publishing to topic "${config.topic}"`);
    });
    await work(producer);
  } finally {
    await producer.disconnect();
  }
}

/** Sends one request's messages; an error names the records by their marks. */
export async function send(
  producer: Producer,
  config: KafkaConfig,
  messages: OutgoingMessage[],
): Promise<void> {
  try {
    await producer.send({ topic: config.topic, acks: -1, messages });
  } catch (error) {
    const [first, last] = [messages[0], messages.at(-1)].map((one) => one?.headers?.[originHeaders.index]);
    const which =
      first === undefined
        ? `${messages.length} events`
        : first === last
          ? `record ${first} (${messages[0]?.value?.length} bytes)`
          : `records ${first} to ${last}`;
    throw toKafkaError(error, config, `publishing ${which} to topic "${config.topic}"`);
  }
}

import murmur2 = require("kafkajs/src/producer/partitioners/default/murmur2");

/** The hash of a message's key, from 0 to 2^31 - 1: murmur2 without its sign bit, as Kafka's own producers take it. */
export function hashKey(key: string | Buffer): number {
  return murmur2(key) & 0x7fffffff;
}

/** The partition that a key goes to in a topic of so many: the same one each time, until the topic gets more. */
export function partitionOf(key: string | Buffer, partitionCount: number): number {
  return hashKey(key) % partitionCount;
}

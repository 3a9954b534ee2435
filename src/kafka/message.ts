import type { KafkaMessage } from "kafkajs";

/** A note that a message carries beside key and value. A key may stand more than once. */
export interface MessageHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** What Kafka hands over, bytes untouched. */
export interface Message {
  readonly offset: bigint;
  /** Milliseconds since 1970-01-01T00:00Z; null where the message has none, which Kafka writes as -1. */
  readonly timestamp: bigint | null;
  readonly key: Buffer | null;
  /** null is a tombstone. */
  readonly value: Buffer | null;
  /** In the order in which the producer wrote them. */
  readonly headers: readonly MessageHeader[];
}

/** Contiguous offsets of one partition: [firstOffset, nextOffset), each of them a message or known to be none. */
export interface MessageBatch {
  readonly partition: number;
  /** The nextOffset of the partition's batch before. */
  readonly firstOffset: bigint;
  /** Exclusive; passes transaction markers, aborted messages and what compaction removed. */
  readonly nextOffset: bigint;
  /** In order of offset; empty where the offsets hold no message to read. */
  readonly messages: readonly Message[];
}

/** Awaited before the next batch is handed over; never called twice at a time. */
export type BatchHandler = (batch: MessageBatch) => Promise<void> | void;

/** Takes a message as kafkajs gives it, but for its headers, which our decoder leaves a list. */
export function toMessage({ offset, timestamp, key, value, headers }: KafkaMessage): Message {
  const ms = BigInt(timestamp ?? -1); // the oldest format has no timestamps
  const list = (headers ?? []) as unknown as readonly MessageHeader[];
  return { offset: BigInt(offset), timestamp: ms === -1n ? null : ms, key, value, headers: list };
}

/** Reads the first header of this name as text; undefined where there is none, or none with a value. */
export function readHeader(headers: Message["headers"], name: string): string | undefined {
  return headers.find(({ key }) => key === name)?.value?.toString();
}

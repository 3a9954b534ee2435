import type { IHeaders, KafkaMessage } from "kafkajs";

/** What Kafka hands over, bytes untouched. */
export interface Message {
  readonly offset: bigint;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly timestamp: bigint;
  readonly key: Buffer | null;
  /** null is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: IHeaders;
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

/** Takes a message as kafkajs gives it. */
export function toMessage({ offset, timestamp, key, value, headers }: KafkaMessage): Message {
  return { offset: BigInt(offset), timestamp: BigInt(timestamp), key, value, headers: headers ?? {} };
}

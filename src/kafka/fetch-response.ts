import { compressions } from "./compression";
import { attributesOf, type FindCodec, firstOffsetOf, readRecordBatch, sizeOfBatch } from "./record-batch";
import { type FetchedMessage, markAborted } from "./transactions";

/** kafkajs's reader of an answer's bytes, as far as it is used here. */
interface Decoder {
  readInt16(): number;
  readInt32(): number;
  readInt64(): { toString(): string };
  readString(): string;
  readBytes(length: number): Buffer;
  canReadBytes(length: number): boolean;
  readArray<T>(read: (decoder: Decoder) => T): T[];
  readArrayAsync<T>(read: (decoder: Decoder) => Promise<T>): Promise<T[]>;
}

interface FetchResponse {
  decode(bytes: Buffer): Promise<object>;
}

interface Wire {
  readonly Decoder: new (bytes: Buffer) => Decoder;
  readonly findCodec: FindCodec;
  readonly readOldMessages: (decoder: Decoder, size: number) => Promise<FetchedMessage[]>;
}

/** A batch that can't be decompressed or decoded; nothing that was asked for stands before it in its answer. */
export class UnreadableBatch extends Error {
  override readonly name = "UnreadableBatch";
  /** So that kafkajs does not ask again. */
  readonly retriable = false;

  constructor(
    readonly partition: number,
    /** Of the first message in the batch. */
    readonly offset: bigint,
    /** What was received in place of messages, in words. */
    readonly received: string,
  ) {
    super(`partition ${partition}, offset ${offset}: ${received}`);
  }
}

/**
 * Puts another decoder of fetch responses in the place of kafkajs 2.2.4's, for version 11, which is the one that brokers
 * since Kafka 2.3 agree on. kafkajs's fails as a whole where one batch can't be read, without saying which; it takes an
 * unknown compression for none; and it lets messages of aborted transactions through (see markAborted). Here the
 * messages before such a batch are handed over, and an UnreadableBatch is thrown where it comes first.
 */
export function installFetchDecoder(): void {
  const response = require("kafkajs/src/protocol/requests/fetch/v11/response") as FetchResponse;
  const wire: Wire = {
    Decoder: require("kafkajs/src/protocol/decoder"),
    findCodec: require("kafkajs/src/protocol/message/compression").lookupCodecByAttributes,
    readOldMessages: require("kafkajs/src/protocol/messageSet/decoder"),
  };
  response.decode = (bytes) => decodeFetch(wire, bytes);
}

/** throttle_time_ms error_code session_id [topic [partition]]; the broker has throttled by itself (KIP-219). */
async function decodeFetch(wire: Wire, bytes: Buffer) {
  const decoder = new wire.Decoder(bytes);
  return {
    throttleTime: 0,
    clientSideThrottleTime: decoder.readInt32(),
    errorCode: decoder.readInt16(),
    sessionId: decoder.readInt32(),
    responses: await decoder.readArrayAsync(async () => ({
      topicName: decoder.readString(),
      partitions: await decoder.readArrayAsync(() => decodePartition(wire, decoder)),
    })),
  };
}

async function decodePartition(wire: Wire, decoder: Decoder) {
  const head = {
    partition: decoder.readInt32(),
    errorCode: decoder.readInt16(),
    highWatermark: decoder.readInt64().toString(),
    lastStableOffset: decoder.readInt64().toString(),
    lastStartOffset: decoder.readInt64().toString(),
    abortedTransactions: decoder.readArray(() => ({
      producerId: decoder.readInt64().toString(),
      firstOffset: decoder.readInt64().toString(),
    })),
    preferredReadReplica: decoder.readInt32(),
  };
  // where this consumer's messages end: kafkajs goes there after an answer that holds none
  const highWatermark = head.lastStableOffset === "-1" ? head.highWatermark : head.lastStableOffset;
  const messages = await decodeMessages(wire, decoder, head.partition);
  const partition = { ...head, highWatermark, messages };
  markAborted(partition);
  return partition;
}

/** Where in a batch the format's version stands. */
const magicAt = 16;

async function decodeMessages(wire: Wire, decoder: Decoder, partition: number): Promise<FetchedMessage[]> {
  const size = decoder.readInt32();
  if (size <= 0 || !decoder.canReadBytes(size)) return [];
  const bytes = decoder.readBytes(size);
  if (bytes[magicAt] !== 2) return wire.readOldMessages(new wire.Decoder(bytes), size);
  const messages: FetchedMessage[] = [];
  for (let at = 0, end = 0; ; at = end) {
    end = at + sizeOfBatch(bytes.subarray(at));
    if (end > bytes.length) return messages; // as far as an answer may go
    const batch = bytes.subarray(at, end);
    try {
      for (const record of await readKnown(wire, batch)) messages.push(record);
    } catch (error) {
      if (at === 0) throw toUnreadable(partition, batch, error as Error);
      return messages; // it comes first in the next answer
    }
  }
}

async function readKnown({ findCodec }: Wire, batch: Buffer) {
  if (compressionOf(batch) >= compressions.length) throw new UnknownCompression();
  return readRecordBatch(batch, findCodec);
}

class UnknownCompression extends Error {}

function compressionOf(batch: Buffer): number {
  return attributesOf(batch) & 7;
}

function toUnreadable(partition: number, batch: Buffer, error: Error): UnreadableBatch {
  const number = compressionOf(batch);
  const what =
    error instanceof UnknownCompression
      ? `the unknown compression ${number}`
      : `what can't be decoded (${compressions[number]}: ${error.message.split("\n", 1)[0]})`;
  return new UnreadableBatch(partition, firstOffsetOf(batch), what);
}

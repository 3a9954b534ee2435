import type { MessageHeader } from "./message";
import type { FetchedMessage } from "./transactions";

/** A record as kafkajs hands it on. */
export interface FetchedRecord extends FetchedMessage {
  readonly timestamp: string;
  readonly value: Buffer | null;
  /** In their order, as a list; kafkajs's own reader makes them an object, which has none and each name once. */
  readonly headers: readonly MessageHeader[];
}

/** A codec of kafkajs, by the number that a batch says; null where it is not compressed. */
export type FindCodec = (
  attributes: number,
) => { decompress(bytes: Buffer): Promise<Buffer> | Buffer } | null;

/** Where in a batch of format 2 things stand (Kafka's "Record Batch"); offsets and times are of 8 bytes, big end first. */
const at = {
  firstOffset: 0,
  length: 8,
  attributes: 21,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  count: 57,
  records: 61,
} as const;
const lengthEnd = at.length + 4;
const flags = { logAppendTime: 8, transactional: 16, control: 32 } as const;

/** Bytes that a batch takes, no fewer than its head does; Infinity where that is not all there. */
export function sizeOfBatch(bytes: Buffer): number {
  if (bytes.length < at.records) return Number.POSITIVE_INFINITY;
  return Math.max(lengthEnd + bytes.readInt32BE(at.length), at.records);
}

/** The attributes of a batch: its compression in the lowest three bits, then flags. */
export function attributesOf(batch: Buffer): number {
  return batch.readInt16BE(at.attributes);
}

export function firstOffsetOf(batch: Buffer): bigint {
  return batch.readBigInt64BE(at.firstOffset);
}

/** Reads the records of a batch of format 2, which is all there; their bytes are its own. Throws where they can't be read. */
export async function readRecordBatch(batch: Buffer, findCodec: FindCodec): Promise<FetchedRecord[]> {
  if (lengthEnd + batch.readInt32BE(at.length) !== batch.length)
    throw new RangeError("a batch of another length");
  const codec = findCodec(attributesOf(batch));
  const bytes = batch.subarray(at.records);
  const reader = new RecordReader(batch, codec ? await codec.decompress(bytes) : bytes);
  const records: FetchedRecord[] = [];
  for (let left = batch.readInt32BE(at.count); left > 0; left--) records.push(reader.next());
  return records;
}

const noHeaders: readonly MessageHeader[] = Object.freeze([]);
/** Names of headers that are kept. */
const mostNames = 16;

class RecordReader {
  readonly #bytes: Buffer;
  #at = 0;
  readonly #firstOffset: bigint;
  readonly #firstTimestamp: bigint;
  /** Where the broker sets the time: that of all. */
  readonly #timestamp: string | undefined;
  readonly #isControl: boolean;
  readonly #batch: NonNullable<FetchedMessage["batchContext"]>;
  /** The names of the last headers, by their place. */
  readonly #names: { readonly bytes: Buffer; readonly text: string }[] = [];

  constructor(batch: Buffer, records: Buffer) {
    const attributes = attributesOf(batch);
    const has = (flag: number) => (attributes & flag) !== 0;
    this.#bytes = records;
    this.#firstOffset = firstOffsetOf(batch);
    this.#firstTimestamp = batch.readBigInt64BE(at.firstTimestamp);
    this.#timestamp = has(flags.logAppendTime) ? `${batch.readBigInt64BE(at.maxTimestamp)}` : undefined;
    this.#isControl = has(flags.control);
    const producerId = `${batch.readBigInt64BE(at.producerId)}`;
    this.#batch = { producerId, inTransaction: has(flags.transactional) };
  }

  next(): FetchedRecord {
    const length = this.#varint();
    const end = this.#at + length;
    this.#at++; // the attributes, of which there are none yet
    const sinceFirst = this.#varlong();
    const timestamp = this.#timestamp ?? `${this.#firstTimestamp + sinceFirst}`;
    const offset = `${this.#firstOffset + BigInt(this.#varint())}`;
    const key = this.#sized();
    const value = this.#sized();
    const headers = this.#headers();
    if (length < 0 || end > this.#bytes.length || this.#at > end)
      throw new RangeError("a record beyond its end");
    this.#at = end;
    const [isControlRecord, batchContext] = [this.#isControl, this.#batch];
    return { offset, timestamp, key, value, headers, isControlRecord, batchContext };
  }

  #headers(): readonly MessageHeader[] {
    const count = this.#varint();
    if (count <= 0) return noHeaders;
    const headers: MessageHeader[] = [];
    for (let index = 0; index < count; index++) {
      const key = this.#headerName(index);
      headers.push({ key, value: this.#sized() });
    }
    return headers;
  }

  /** Most records have the headers of the one before: their names are the same strings then. */
  #headerName(index: number): string {
    const bytes = this.#sized();
    const known = this.#names[index];
    if (known && bytes && known.bytes.equals(bytes)) return known.text;
    const text = bytes?.toString() ?? "";
    if (bytes && index < mostNames) this.#names[index] = { bytes, text };
    return text;
  }

  #sized(): Buffer | null {
    const size = this.#varint();
    if (size < 0) return null;
    const start = this.#at;
    this.#at = start + size;
    return this.#bytes.subarray(start, this.#at);
  }

  /** A whole number of 32 bits, seven in a byte, the lowest first, its sign in the lowest. */
  #varint(): number {
    const bytes = this.#bytes;
    let [result, shift] = [0, 0];
    for (;;) {
      const byte = bytes[this.#at++];
      if (byte === undefined || shift > 28) throw new RangeError("a number beyond its end");
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (result >>> 1) ^ -(result & 1);
      shift += 7;
    }
  }

  /** The same, of 64 bits. */
  #varlong(): bigint {
    const bytes = this.#bytes;
    const start = this.#at;
    let end = start;
    while ((bytes[end] ?? 0) >= 0x80) end++;
    if (end - start < 4) return BigInt(this.#varint());
    let result = 0n;
    for (let index = end; index >= start; index--)
      result = (result << 7n) | BigInt((bytes[index] ?? 0) & 0x7f);
    this.#at = end + 1;
    return BigInt.asIntN(64, (result >> 1n) ^ -(result & 1n));
  }
}

import type { DeliveryFacts } from "../events/attempts";
import type { TopicMessage } from "../events/outcomes";

/** Messages as one thread hands them to another: all their bytes in one buffer, which goes over without being copied. */
export interface PackedMessages {
  readonly topic: string;
  readonly partitions: Int32Array;
  readonly offsets: BigInt64Array;
  readonly timestamps: BigInt64Array;
  /** Of each message: bytes of key and value, how many headers, and of each its name's number and bytes; -1 for null. */
  readonly sizes: Int32Array;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Names of headers. */
  readonly names: readonly string[];
}

/** Stands for no timestamp: none that can be stored is as far from 1970. */
const noTimestamp = -(2n ** 63n);

/** What messages are packed into at first; it grows to twice as much where there is no room. */
const firstBytes = 2 ** 16;

/**
 * Packs messages of one topic, one by one as they come: what they were sliced from may be written over at once, and no
 * object is held for them.
 */
export class MessagePacker {
  #topic = "";
  readonly #partitions: number[] = [];
  #offsets = new BigInt64Array(1024);
  #timestamps = new BigInt64Array(1024);
  readonly #sizes: number[] = [];
  readonly #names = new Map<string, number>();
  #memory: Uint8Array<ArrayBuffer>;
  #end = 0;
  /** Bytes of the messages' values. */
  valueBytes = 0;

  /** `memory`: to be written over, where some is there. */
  constructor(memory: ArrayBuffer = new ArrayBuffer(firstBytes)) {
    this.#memory = new Uint8Array(memory);
  }

  get length(): number {
    return this.#partitions.length;
  }

  add({ topic, partition, offset, timestamp, key, value, headers }: TopicMessage): void {
    const index = this.#partitions.length;
    if (index === this.#offsets.length) {
      this.#offsets = grownTo(2 * index, this.#offsets);
      this.#timestamps = grownTo(2 * index, this.#timestamps);
    }
    this.#topic = topic;
    this.#partitions.push(partition);
    this.#offsets[index] = offset;
    this.#timestamps[index] = timestamp === null ? noTimestamp : BigInt(timestamp);
    this.#addBytes(key);
    this.#addBytes(value);
    this.valueBytes += value?.length ?? 0;
    this.#sizes.push(headers.length);
    for (const header of headers) {
      const name = this.#names.get(header.key) ?? this.#names.size;
      this.#names.set(header.key, name);
      this.#sizes.push(name);
      this.#addBytes(header.value);
    }
  }

  /** All of them; nothing is to be added behind that. */
  end(): PackedMessages {
    const { length } = this;
    return {
      topic: this.#topic,
      partitions: Int32Array.from(this.#partitions),
      offsets: this.#offsets.slice(0, length),
      timestamps: this.#timestamps.slice(0, length),
      sizes: Int32Array.from(this.#sizes),
      bytes: this.#memory.subarray(0, this.#end),
      names: [...this.#names.keys()],
    };
  }

  #addBytes(bytes: Uint8Array | null): void {
    this.#sizes.push(bytes ? bytes.length : -1);
    if (!bytes) return;
    const end = this.#end + bytes.length;
    if (end > this.#memory.length) {
      const larger = new Uint8Array(Math.max(2 * this.#memory.length, end));
      larger.set(this.#memory.subarray(0, this.#end));
      this.#memory = larger;
    }
    this.#memory.set(bytes, this.#end);
    this.#end = end;
  }
}

function grownTo(length: number, values: BigInt64Array): BigInt64Array<ArrayBuffer> {
  const larger = new BigInt64Array(length);
  larger.set(values);
  return larger;
}

/** Takes messages out again, one by one; they are slices of the packed bytes. */
export class PackedReader {
  readonly #packed: PackedMessages;
  readonly #bytes: Buffer;
  /** Of each message: where its sizes and its bytes begin. */
  readonly #sizesAt: Uint32Array;
  readonly #bytesAt: Uint32Array;
  #nextSize = 0;
  #nextByte = 0;

  constructor(packed: PackedMessages) {
    const { bytes, offsets } = packed;
    this.#packed = packed;
    this.#bytes = Buffer.from(bytes.buffer);
    this.#sizesAt = new Uint32Array(offsets.length);
    this.#bytesAt = new Uint32Array(offsets.length);
    for (let index = 0; index < offsets.length; index++) this.#find(index);
  }

  get length(): number {
    return this.#packed.offsets.length;
  }

  *all(): Generator<TopicMessage> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }

  at(index: number): TopicMessage {
    const { topic, partitions, offsets, timestamps, names } = this.#packed;
    this.#nextSize = this.#sizesAt[index] ?? 0;
    this.#nextByte = this.#bytesAt[index] ?? 0;
    const timestamp = timestamps[index] ?? noTimestamp;
    const [key, value] = [this.#take(), this.#take()];
    const headers: { key: string; value: Buffer | null }[] = [];
    for (let left = this.#size(); left > 0; left--)
      headers.push({ key: names[this.#size()] ?? "", value: this.#take() });
    return {
      topic,
      partition: partitions[index] ?? 0,
      offset: offsets[index] ?? 0n,
      timestamp: timestamp === noTimestamp ? null : timestamp,
      key,
      value,
      headers,
    };
  }

  #find(index: number): void {
    this.#sizesAt[index] = this.#nextSize;
    this.#bytesAt[index] = this.#nextByte;
    this.#nextByte += Math.max(this.#size(), 0) + Math.max(this.#size(), 0);
    for (let left = this.#size(); left > 0; left--) {
      this.#nextSize++; // the name
      this.#nextByte += Math.max(this.#size(), 0);
    }
  }

  #size(): number {
    return this.#packed.sizes[this.#nextSize++] ?? 0;
  }

  #take(): Buffer | null {
    const size = this.#size();
    if (size < 0) return null;
    this.#nextByte += size;
    return this.#bytes.subarray(this.#nextByte - size, this.#nextByte);
  }
}

const hashBytes = 16;
const idAt = 1;
const hashAt = idAt + hashBytes;
const partitionAt = hashAt + hashBytes;
const factBytes = partitionAt + 4;
const flags = { hasId: 1, isRefused: 2, hasParts: 4 } as const;

/** Packs the facts of events, 37 bytes each. */
export class FactsWriter {
  #packed: Buffer;
  #end = 0;

  /** `events`: how many there may be; there may be more. */
  constructor(events: number) {
    this.#packed = Buffer.alloc(Math.max(events, 1) * factBytes);
  }

  add({ partition, idHash, hash, isRefused, hasParts }: DeliveryFacts): void {
    const at = this.#end;
    this.#end += factBytes;
    if (this.#end > this.#packed.length)
      this.#packed = Buffer.concat([this.#packed], 2 * this.#packed.length);
    const hasId = idHash ? flags.hasId : 0;
    this.#packed[at] = hasId | (isRefused ? flags.isRefused : 0) | (hasParts ? flags.hasParts : 0);
    idHash?.copy(this.#packed, at + idAt);
    hash.copy(this.#packed, at + hashAt);
    this.#packed.writeInt32LE(partition, at + partitionAt);
  }

  /** All of them, in memory of their own. */
  end(): Uint8Array {
    return new Uint8Array(this.#packed.subarray(0, this.#end));
  }
}

/** Takes facts out again; their hashes are slices of the packed bytes. */
export function unpackFacts(packed: Uint8Array): DeliveryFacts[] {
  const bytes = Buffer.from(packed.buffer);
  const facts: DeliveryFacts[] = [];
  for (let at = 0; at < bytes.length; at += factBytes) facts.push(unpackOne(bytes, at));
  return facts;
}

function unpackOne(bytes: Buffer, at: number): DeliveryFacts {
  const has = bytes[at] as number;
  return {
    partition: bytes.readInt32LE(at + partitionAt),
    idHash: (has & flags.hasId) !== 0 ? bytes.subarray(at + idAt, at + hashAt) : null,
    hash: bytes.subarray(at + hashAt, at + partitionAt),
    isRefused: (has & flags.isRefused) !== 0,
    hasParts: (has & flags.hasParts) !== 0,
  };
}

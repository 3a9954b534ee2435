import { ServiceError } from "../base/errors";
import { type ExamState, unknownExam } from "./attempts";

const hashBytes = 16;
const flagsAt = 2 * hashBytes;
const gradedInAt = flagsAt + 1;
const questionsInAt = gradedInAt + 2;
const lastInAt = questionsInAt + 2;
const partitionsAt = [gradedInAt, questionsInAt, lastInAt];
const entryBytes = lastInAt + 2;
/** An entry that a build wrote which kept no partitions ends behind its flags. */
const shortEntryBytes = gradedInAt;
const graded = 1;
const questionsTaken = 2;
const hasPartitions = 4;
/** Partitions of a higher number count as this one. */
const maxPartition = 2 ** 16 - 2;
const chunkEntries = 2 ** 14;

/** How many exam IDs an index can hold: 2^28, which take 12 GB. */
export const maxExamIds = 2 ** 28;

/**
 * The states of all exam IDs of a lake, by the 16-byte hash of the exam ID. Entries of 39 bytes (ID hash, hash of the
 * graded event, flags, three partitions) stand one after another in chunks that are never moved, found through an
 * open-addressed table of their numbers, 4 bytes each, that doubles when it is three quarters full: 45 to 50 bytes an
 * exam ID.
 */
export class ExamIndex {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #slots = new Uint32Array(2048);
  #size = 0;
  /** How many there were at the last mark: those behind are all new. */
  #marked = 0;
  /** Those before it that were set since. */
  readonly #changed = new Set<number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many exam IDs have a state. */
  get size(): number {
    return this.#size;
  }

  /** Bytes that the states take in memory. */
  get bytes(): number {
    return this.#chunks.length * chunkEntries * entryBytes + this.#slots.byteLength;
  }

  /** The state of an exam ID; that of a new one where nothing is known. */
  get(idHash: Buffer): ExamState {
    const entry = this.#slots[this.#slotOf(idHash, 0)];
    return entry ? unpack(this.#entryOf(entry - 1)) : unknownExam;
  }

  /** Sets a state, which is to hold all that was known before: states only grow. Throws where the index is full. */
  set(idHash: Buffer, state: ExamState): void {
    const number = this.#numberOf(idHash, 0);
    pack(state, this.#entryOf(number));
    if (number < this.#marked) this.#changed.add(number);
  }

  /** Packs the entries that were set since the last mark (since the start without one), 39 bytes each. */
  changes(): Buffer {
    const old = [...this.#changed].map((number) => this.#entryOf(number));
    return Buffer.concat([...old, ...this.#from(this.#marked)]);
  }

  /** Forgets what changed; the entries stay. */
  mark(): void {
    this.#marked = this.#size;
    this.#changed.clear();
  }

  /**
   * Merges packed entries, as `changes` or `entries` gave them, into the states; no change in the sense of `changes`, but
   * for new ones behind those that are.
   * In any order, and any number of times, the same entries give the same states. Throws where they are cut.
   */
  apply(packed: Buffer): void {
    for (let at = 0, end = 0; at < packed.length; at = end) {
      end = at + widthOf(packed, at);
      if (end > packed.length) throw cutError(packed.length - at);
      const size = this.#size;
      const number = this.#numberOf(packed, at);
      const [chunk, start] = [this.#chunkOf(number), startOf(number)];
      const isWhole = number === size && end - at === entryBytes;
      if (isWhole) packed.copy(chunk, start, at, end);
      else merge(chunk, start, packed, at);
      if (this.#marked === number) this.#marked = this.#size;
    }
  }

  /** All entries, packed, in pieces of at most 16,384; to be used before the next call, as they are not copied. */
  entries(): Generator<Buffer> {
    return this.#from(0);
  }

  *#from(first: number): Generator<Buffer> {
    for (let from = first, end = 0; from < this.#size; from = end) {
      end = Math.min(from - (from % chunkEntries) + chunkEntries, this.#size);
      yield this.#chunkOf(from).subarray(startOf(from), startOf(from) + (end - from) * entryBytes);
    }
  }

  #chunkOf(number: number): Buffer {
    return this.#chunks[Math.floor(number / chunkEntries)] as Buffer;
  }

  #entryOf(number: number): Buffer {
    return this.#chunkOf(number).subarray(startOf(number), startOf(number) + entryBytes);
  }

  /** The number of an ID's entry, made where there is none. */
  #numberOf(ids: Buffer, at: number): number {
    const entry = this.#slots[this.#slotOf(ids, at)];
    return entry ? entry - 1 : this.#add(ids, at);
  }

  /** Slot of an ID: the one that names its entry (number + 1), or the free one (0) where it would go. */
  #slotOf(ids: Buffer, at: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = ids.readUInt32LE(at) & mask;
    for (let entry = slots[slot]; entry; entry = slots[slot]) {
      if (isSameId(this.#chunkOf(entry - 1), startOf(entry - 1), ids, at)) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #add(ids: Buffer, at: number): number {
    const number = this.#size;
    if (number === this.#limit) throw fullError(this.#limit);
    if (number >= 0.75 * this.#slots.length) this.#grow();
    if (number === this.#chunks.length * chunkEntries)
      this.#chunks.push(Buffer.alloc(chunkEntries * entryBytes));
    ids.copy(this.#chunkOf(number), startOf(number), at, at + hashBytes);
    this.#chunkOf(number)[startOf(number) + flagsAt] = hasPartitions;
    this.#size++;
    this.#slots[this.#slotOf(ids, at)] = this.#size;
    return number;
  }

  #grow(): void {
    this.#slots = new Uint32Array(2 * this.#slots.length);
    for (let number = 0; number < this.#size; number++) {
      this.#slots[this.#slotOf(this.#chunkOf(number), startOf(number))] = number + 1;
    }
  }
}

/** Creates an empty index; `limit`: how many exam IDs it may hold, default `maxExamIds`. */
export function createExamIndex({ limit = maxExamIds }: { readonly limit?: number } = {}): ExamIndex {
  return new ExamIndex(limit);
}

/** Where an entry starts in its chunk. */
function startOf(number: number): number {
  return (number % chunkEntries) * entryBytes;
}

/** Compares four bytes first: in nearly all cases they decide, at a fraction of the cost. */
function isSameId(a: Buffer, aAt: number, b: Buffer, bAt: number): boolean {
  if (a.readUInt32LE(aAt) !== b.readUInt32LE(bAt)) return false;
  return a.compare(b, bAt, bAt + hashBytes, aAt, aAt + hashBytes) === 0;
}

function pack(state: ExamState, entry: Buffer): void {
  const { gradedHash, questionsTaken: isTaken } = state;
  if (gradedHash) gradedHash.copy(entry, hashBytes);
  else entry.fill(0, hashBytes, flagsAt);
  entry[flagsAt] = hasPartitions | (gradedHash ? graded : 0) | (isTaken ? questionsTaken : 0);
  entry.writeUInt16LE(packPartition(state.gradedIn), gradedInAt);
  entry.writeUInt16LE(packPartition(state.questionsIn), questionsInAt);
  entry.writeUInt16LE(packPartition(state.lastIn), lastInAt);
}

function unpack(entry: Buffer): ExamState {
  const flags = entry[flagsAt] ?? 0;
  return {
    gradedHash: flags & graded ? Buffer.from(entry.subarray(hashBytes, flagsAt)) : null,
    gradedIn: unpackPartition(entry.readUInt16LE(gradedInAt)),
    questionsTaken: (flags & questionsTaken) !== 0,
    questionsIn: unpackPartition(entry.readUInt16LE(questionsInAt)),
    lastIn: unpackPartition(entry.readUInt16LE(lastInAt)),
  };
}

/** 0 is none. */
function packPartition(partition: number | null): number {
  return partition === null ? 0 : Math.min(partition, maxPartition) + 1;
}

function unpackPartition(packed: number): number | null {
  return packed === 0 ? null : packed - 1;
}

function widthOf(packed: Buffer, at: number): number {
  return (packed[at + flagsAt] ?? 0) & hasPartitions ? entryBytes : shortEntryBytes;
}

/**
 * Adds what one packed entry knows to another. An ID has one graded hash and one partition where it was graded; of two
 * the greater stays, in any order.
 */
function merge(to: Buffer, toAt: number, from: Buffer, fromAt: number): void {
  const [hash, flags] = [fromAt + hashBytes, fromAt + flagsAt];
  if (from.compare(to, toAt + hashBytes, toAt + flagsAt, hash, flags) > 0)
    from.copy(to, toAt + hashBytes, hash, flags);
  to[toAt + flagsAt] = (to[toAt + flagsAt] ?? 0) | (from[flags] ?? 0);
  if (widthOf(from, fromAt) === shortEntryBytes) return;
  for (const at of partitionsAt) {
    const partition = from.readUInt16LE(fromAt + at);
    if (partition > to.readUInt16LE(toAt + at)) to.writeUInt16LE(partition, toAt + at);
  }
}

function cutError(bytes: number): ServiceError {
  const advice = "the lake's _index is damaged: land anew into another LAKE_DIR";
  return new ServiceError(
    `exam index: expected entries of ${entryBytes} bytes, received ${bytes} bytes; ${advice}`,
  );
}

function fullError(limit: number): ServiceError {
  const advice = "land what follows into another LAKE_DIR, from another topic";
  return new ServiceError(
    `exam index: expected at most ${limit} exam IDs in a lake, received one more; ${advice}`,
  );
}

import { type ExamState, newExam } from "./deliveries";
import { ServiceError } from "./errors";

/** The states of all exam IDs of a lake, by the 16-byte hash of the exam ID. */
export interface ExamIndex {
  /** How many exam IDs have a state. */
  readonly size: number;
  /** Bytes that the states take in memory. */
  readonly bytes: number;
  /** The state of an exam ID; that of a new one where nothing is known. */
  get(idHash: Buffer): ExamState;
  /** Sets a state, which is to hold all that was known before: states only grow. Throws where the index is full. */
  set(idHash: Buffer, state: ExamState): void;
  /** Packs the entries that were set since the last mark (since the start without one), 33 bytes each. */
  changes(): Buffer;
  /** Forgets what changed; the entries stay. */
  mark(): void;
  /**
   * Merges packed entries, as `changes` or `entries` gave them, into the states; no change in the sense of `changes`.
   * In any order, and any number of times, the same entries give the same states. Throws where they are cut.
   */
  apply(packed: Buffer): void;
  /** All entries, packed, in pieces of at most 16,384; to be used before the next call, as they are not copied. */
  entries(): Iterable<Buffer>;
}

const hashBytes = 16;
const flagsAt = 2 * hashBytes;
const entryBytes = flagsAt + 1;
const graded = 1;
const questionsTaken = 2;
const chunkEntries = 2 ** 14;

/** How many exam IDs an index can hold: 2^28, which take 11 GB. */
export const maxExamIds = 2 ** 28;

/**
 * Creates an empty index. Entries of 33 bytes (ID hash, hash of the graded event, flags) stand one after another in
 * chunks that are never moved, found through an open-addressed table of their numbers, 4 bytes each, that doubles when
 * it is three quarters full: 39 to 44 bytes an exam ID.
 */
export function createExamIndex(options: { readonly limit?: number } = {}): ExamIndex {
  const { limit = maxExamIds } = options;
  const chunks: Buffer[] = [];
  let slots = new Uint32Array(2048);
  let size = 0;
  const changed = new Set<number>();

  function chunkOf(number: number): Buffer {
    return chunks[Math.floor(number / chunkEntries)] as Buffer;
  }

  /** Slot of an ID: the one that names its entry (number + 1), or the free one (0) where it would go. */
  function slotOf(ids: Buffer, at: number): number {
    const mask = slots.length - 1;
    let slot = ids.readUInt32LE(at) & mask;
    for (let entry = slots[slot]; entry; entry = slots[slot]) {
      if (isSameId(chunkOf(entry - 1), startOf(entry - 1), ids, at)) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  function grow(): void {
    slots = new Uint32Array(2 * slots.length);
    for (let number = 0; number < size; number++) {
      slots[slotOf(chunkOf(number), startOf(number))] = number + 1;
    }
  }

  function add(ids: Buffer, at: number): number {
    if (size === limit) throw fullError(limit);
    if (size >= 0.75 * slots.length) grow();
    if (size === chunks.length * chunkEntries) chunks.push(Buffer.alloc(chunkEntries * entryBytes));
    ids.copy(chunkOf(size), startOf(size), at, at + hashBytes);
    slots[slotOf(ids, at)] = ++size;
    return size - 1;
  }

  /** The number of an ID's entry, made where there is none. */
  function numberOf(ids: Buffer, at: number): number {
    const entry = slots[slotOf(ids, at)];
    return entry ? entry - 1 : add(ids, at);
  }

  function entryOf(number: number): Buffer {
    return chunkOf(number).subarray(startOf(number), startOf(number) + entryBytes);
  }

  function get(idHash: Buffer): ExamState {
    const entry = slots[slotOf(idHash, 0)];
    return entry ? unpack(entryOf(entry - 1)) : newExam;
  }

  function set(idHash: Buffer, state: ExamState): void {
    const number = numberOf(idHash, 0);
    pack(state, entryOf(number));
    changed.add(number);
  }

  function apply(packed: Buffer): void {
    if (packed.length % entryBytes !== 0) throw cutError(packed.length);
    for (let at = 0; at < packed.length; at += entryBytes) {
      const number = numberOf(packed, at);
      merge(chunkOf(number), startOf(number), packed, at);
    }
  }

  function* entries(): Generator<Buffer> {
    for (let from = 0; from < size; from += chunkEntries) {
      yield chunkOf(from).subarray(0, Math.min(size - from, chunkEntries) * entryBytes);
    }
  }

  return {
    get size() {
      return size;
    },
    get bytes() {
      return chunks.length * chunkEntries * entryBytes + slots.byteLength;
    },
    get,
    set,
    changes: () => Buffer.concat([...changed].map(entryOf)),
    mark: () => changed.clear(),
    apply,
    entries,
  };
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
  if (state.gradedHash) state.gradedHash.copy(entry, hashBytes);
  else entry.fill(0, hashBytes, flagsAt);
  entry[flagsAt] = (state.gradedHash ? graded : 0) | (state.questionsTaken ? questionsTaken : 0);
}

function unpack(entry: Buffer): ExamState {
  const flags = entry[flagsAt] ?? 0;
  return {
    gradedHash: flags & graded ? Buffer.from(entry.subarray(hashBytes, flagsAt)) : null,
    questionsTaken: (flags & questionsTaken) !== 0,
  };
}

/** Adds what one packed entry knows to another. An ID has one graded hash; of two the greater stays, in any order. */
function merge(to: Buffer, toAt: number, from: Buffer, fromAt: number): void {
  const [hash, flags] = [fromAt + hashBytes, fromAt + flagsAt];
  if (from.compare(to, toAt + hashBytes, toAt + flagsAt, hash, flags) > 0)
    from.copy(to, toAt + hashBytes, hash, flags);
  to[toAt + flagsAt] = (to[toAt + flagsAt] ?? 0) | (from[flags] ?? 0);
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

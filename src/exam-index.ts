import { type ExamState, newExam } from "./deliveries";

/** The states of all exam IDs of a lake, by the 16-byte hash of the exam ID. */
export interface ExamIndex {
  /** How many exam IDs have a state. */
  readonly size: number;
  /** The state of an exam ID; that of a new one where nothing is known. */
  get(idHash: Buffer): ExamState;
  set(idHash: Buffer, state: ExamState): void;
  /** Packs the entries that changed since the last mark (since the start without one), 33 bytes each. */
  changes(): Buffer;
  /** Forgets what changed; the entries stay. */
  mark(): void;
  /** Sets packed entries, as `changes` gave them; the same ones twice do no harm. */
  apply(packed: Buffer): void;
}

const hashBytes = 16;
const flagsAt = 2 * hashBytes;
const entryBytes = flagsAt + 1;
const graded = 1;
const questionsTaken = 2;

/**
 * Creates an empty index. Entries of 33 bytes (ID hash, hash of the graded event, flags) stand one after another in a
 * buffer, found through an open-addressed table of their numbers; both double when full: 41 to 82 bytes an exam ID.
 */
export function createExamIndex(): ExamIndex {
  let entries = Buffer.alloc(1024 * entryBytes);
  let slots = new Uint32Array(2048);
  let size = 0;
  const changed = new Set<number>();

  /** Slot of an ID: the one that names its entry (number + 1), or the free one (0) where it would go. */
  function slotOf(idHash: Buffer): number {
    const mask = slots.length - 1;
    let slot = idHash.readUInt32LE(0) & mask;
    for (let entry = slots[slot]; entry; entry = slots[slot]) {
      const start = (entry - 1) * entryBytes;
      if (idHash.compare(entries, start, start + hashBytes) === 0) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  function entryOf(number: number): Buffer {
    return entries.subarray(number * entryBytes, (number + 1) * entryBytes);
  }

  function grow(): void {
    entries = Buffer.concat([entries, Buffer.alloc(entries.length)]);
    slots = new Uint32Array(2 * slots.length);
    for (let number = 0; number < size; number++) {
      slots[slotOf(entryOf(number).subarray(0, hashBytes))] = number + 1;
    }
  }

  function add(idHash: Buffer): number {
    if (size * entryBytes === entries.length) grow();
    idHash.copy(entries, size * entryBytes, 0, hashBytes);
    slots[slotOf(idHash)] = ++size;
    return size - 1;
  }

  function get(idHash: Buffer): ExamState {
    const entry = slots[slotOf(idHash)];
    return entry ? unpack(entryOf(entry - 1)) : newExam;
  }

  function set(idHash: Buffer, state: ExamState): void {
    const entry = slots[slotOf(idHash)];
    const number = entry ? entry - 1 : add(idHash);
    pack(state, entryOf(number));
    changed.add(number);
  }

  function changes(): Buffer {
    return Buffer.concat([...changed].map(entryOf));
  }

  function apply(packed: Buffer): void {
    if (packed.length % entryBytes !== 0) {
      throw new RangeError(
        `exam index: expected entries of ${entryBytes} bytes, received ${packed.length} bytes`,
      );
    }
    for (let start = 0; start < packed.length; start += entryBytes) {
      const entry = packed.subarray(start, start + entryBytes);
      set(entry.subarray(0, hashBytes), unpack(entry));
    }
  }

  return {
    get size() {
      return size;
    },
    get,
    set,
    changes,
    mark: () => changed.clear(),
    apply,
  };
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

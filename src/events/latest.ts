import type { EventPlace } from "../contract/reading";
import {
  asGrading,
  type Delivery,
  type DeliveryFacts,
  type ExamState,
  type Grading,
  type Judged,
  toDelivery,
  verdictBits,
} from "./attempts";
import { type HashedEvent, hashOf } from "./decode";
import type { EventReaders } from "./readers";

const orderBytes = 8;

/** Reads what an event is by itself, where the latest counts; its hash is its mark. */
export function readMarked(hashed: HashedEvent, place: EventPlace, readers: EventReaders): Delivery {
  const { event } = hashed;
  const identity = readers.readIdentity(event);
  const main = asGrading(readers.readMain(event, place));
  const parts = readers.readParts(event, place);
  return toDelivery({ identity, main, parts, hash: markOf(hashed, main, readers) }, place);
}

/**
 * Judges a delivery where the latest counts. Landing takes the first that satisfies the contract, and tells of those that
 * come later by their column; once all deliveries are known (`latest`), the one that counts is the same in whatever order
 * they came: the greatest value of the column; of those with the same value and other contents the one with the lesser
 * hash; of those with the same contents the one in the lowest partition, the first there. Its parts land with it.
 */
export function judgeLatest(before: ExamState, facts: DeliveryFacts, latest: ExamState | undefined): Judged {
  const { partition, hash, isRefused, hasParts } = facts;
  if (isRefused) return { verdict: 0, state: before };
  const isTaken = before.gradedHash !== null;
  const isIt = latest
    ? !isTaken && latest.gradedIn === partition && latest.gradedHash?.equals(hash)
    : !isTaken;
  if (!isIt) {
    const isLater = !latest && before.gradedHash !== null && isAhead(hash, before.gradedHash);
    return { verdict: verdictBits.duplicate | (isLater ? verdictBits.later : 0), state: before };
  }
  const state = {
    gradedHash: hash,
    gradedIn: partition,
    questionsTaken: hasParts,
    questionsIn: hasParts ? partition : null,
    lastIn: partition,
  };
  return { verdict: verdictBits.parts, state };
}

/** Notes a delivery where it is the one that counts among those noted so far; the state given where it is not. */
export function noteLatest(
  known: ExamState,
  hashed: HashedEvent,
  place: EventPlace,
  readers: EventReaders,
): ExamState {
  const read = readers.readMain(hashed.event, place);
  if (read.kind === "refused") return known;
  const mark = markOf(hashed, asGrading(read), readers);
  const { partition } = place;
  const isSame = known.gradedHash?.equals(mark) && partition < (known.gradedIn ?? 0);
  if (known.gradedHash && !isAhead(mark, known.gradedHash) && !isSame) return known;
  return { ...known, gradedHash: mark, gradedIn: partition };
}

/** 16 bytes: the column's value, so that bytes have its order, then the first half of the event's hash. */
export function markOf(hashed: HashedEvent, read: Grading, { contract }: EventReaders): Buffer {
  const [table = "", column = ""] = contract.identity?.by?.split(".") ?? [];
  const rows = read.kind === "rows" ? (read.rows[table] ?? []) : [];
  const value = (rows[0] as Readonly<Record<string, unknown>> | undefined)?.[column];
  return Buffer.concat([toOrdered(value), hashOf(hashed).subarray(0, orderBytes)]);
}

/** A number as 8 bytes whose order is the number's. */
function toOrdered(value: unknown): Buffer {
  const bytes = Buffer.alloc(orderBytes);
  if (typeof value === "bigint") {
    bytes.writeBigUInt64BE(BigInt.asUintN(64, value + 2n ** 63n));
    return bytes;
  }
  bytes.writeDoubleBE(Number(value ?? 0) + 0); // -0 as 0
  const isNegative = ((bytes[0] ?? 0) & 0x80) !== 0;
  if (isNegative) for (const [at, byte] of bytes.entries()) bytes[at] = ~byte & 0xff;
  else bytes[0] = (bytes[0] ?? 0) | 0x80;
  return bytes;
}

/** The bytes of a mark, turned so that of two that differ the lesser counts. */
export function toLeastFirst(mark: Buffer): Buffer {
  return Buffer.from(mark.map((byte, at) => (at < orderBytes ? ~byte & 0xff : byte)));
}

/** Whether an event counts before another. */
function isAhead(mark: Buffer, other: Buffer): boolean {
  const order = mark.compare(other, 0, orderBytes, 0, orderBytes);
  return order !== 0 ? order > 0 : mark.compare(other) < 0;
}

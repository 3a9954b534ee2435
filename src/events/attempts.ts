import type { Failure } from "../contract/failures";
import type { EventPlace } from "../contract/reading";
import { shippedContract } from "../contract/shipped";
import { type HashedEvent, hashOf } from "./decode";
import { hashIdentity, quoteIdentity } from "./identity";
import type { EventReaders, GroupOutcome, Refusal } from "./readers";

/** What is known of one exam ID, or whatever else the identity is, from the deliveries before, in the whole lake. */
export interface ExamState {
  /** Hash of the event that landed; where the latest counts, half of it behind what says which is later. Null where none did. */
  readonly gradedHash: Buffer | null;
  /** The partition of that event; null also where a build that kept none graded it. */
  readonly gradedIn: number | null;
  /** Whether an event has given its questions, or other parts. */
  readonly questionsTaken: boolean;
  /** The partition of that event, likewise. */
  readonly questionsIn: number | null;
  /** The highest partition that brought a delivery; null where that was not kept. */
  readonly lastIn: number | null;
}

/** The state of an exam ID that nothing is known of. */
export const unknownExam: ExamState = {
  gradedHash: null,
  gradedIn: null,
  questionsTaken: false,
  questionsIn: null,
  lastIn: null,
};

/** What the main tables make of a delivery. */
export type Grading =
  | (GroupOutcome & { readonly kind: "rows" })
  | { readonly kind: "duplicate" }
  | { readonly kind: "refused"; readonly refusals: readonly Refusal[] };

/** What comes of one delivery of an exam ID. */
export interface Decision {
  readonly grading: Grading;
  /** `absent` also where the parts were taken before. */
  readonly parts: GroupOutcome;
  /** Whether it is refused since a delivery in another partition, with other contents, was graded. */
  readonly isCrossing: boolean;
  /** Whether it comes after a delivery in a higher partition: it counts before that one. */
  readonly isLate: boolean;
  /** Whether it should count in place of the one that landed, by the column that says which is the latest. */
  readonly isLater: boolean;
}

/** What a delivery is by itself, whatever came before it. */
export interface Delivery {
  /** What tells the event from others; undefined where it is nobody's. */
  readonly identity: string | undefined;
  readonly main: Grading;
  readonly parts: GroupOutcome;
  readonly facts: DeliveryFacts;
}

/** As much of a delivery as is asked for by what judges it. */
export interface DeliveryFacts {
  readonly partition: number;
  /** Hash of the identity; null where the event is nobody's. */
  readonly idHash: Buffer | null;
  /** Hash of the event; where the latest counts, half of it behind what says which is later. */
  readonly hash: Buffer;
  /** Whether the main tables refuse the event. */
  readonly isRefused: boolean;
  /** Whether it has parts that land. */
  readonly hasParts: boolean;
}

/** What becomes of a delivery, as bits that are added up: 0 where it does what it would do by itself, its parts aside. */
export const verdictBits = {
  duplicate: 1,
  /** Refused, as the identity's event is taken. */
  conflict: 2,
  /** What is said of the parts counts: rows or a refusal. */
  parts: 4,
  crossing: 8,
  late: 16,
  later: 32,
} as const;

/** A delivery judged by what came before; `state` is the very object given where nothing changed. */
export interface Judged {
  readonly verdict: number;
  readonly state: ExamState;
}

const absent = { kind: "absent" } as const;

/** Reads what an event is by itself, where the first delivery counts. */
export function readDelivery(hashed: HashedEvent, place: EventPlace, readers: EventReaders): Delivery {
  const { event } = hashed;
  const identity = readers.readIdentity(event);
  const main = asGrading(readers.readMain(event, place));
  const parts = readers.readParts(event, place);
  return toDelivery({ identity, main, parts, hash: hashOf(hashed) }, place);
}

/** Puts what was read of an event together. */
export function toDelivery(
  { identity, main, parts, hash }: Omit<Delivery, "facts"> & Pick<DeliveryFacts, "hash">,
  { partition }: Pick<EventPlace, "partition">,
): Delivery {
  const idHash = identity === undefined ? null : hashIdentity(identity);
  const isRefused = main.kind === "refused";
  const facts = { partition, idHash, hash, isRefused, hasParts: parts.kind === "rows" };
  return { identity, main, parts, facts };
}

/**
 * Judges a delivery where the first counts, by what is known before it; `known` is the state that grows. Graded is the first
 * event that satisfies the contract; after it the same JSON value is a duplicate, which adds nothing, and another one is
 * refused. The questions are those of the first event with a questions array that questions_pool_data does not refuse,
 * graded or not.
 */
export function judgeFirst(before: ExamState, facts: DeliveryFacts, known = before): Judged {
  const { partition, hash, isRefused, hasParts } = facts;
  const isTaken = before.gradedHash !== null;
  const isDuplicate = before.gradedHash?.equals(hash) ?? false;
  const isConflict = isTaken && !isDuplicate;
  const takesParts = !isDuplicate && !before.questionsTaken;
  const isElsewhere = before.gradedIn !== null && before.gradedIn !== partition;
  const isLate = known.lastIn !== null && partition < known.lastIn;
  const isGraded = !isTaken && !isRefused;
  const state = growState(known, { partition, hash, isGraded, isTaken: takesParts && hasParts });
  const verdict =
    (isDuplicate ? verdictBits.duplicate : 0) |
    (isConflict ? verdictBits.conflict : 0) |
    (takesParts ? verdictBits.parts : 0) |
    (isElsewhere && !isDuplicate && !isGraded ? verdictBits.crossing : 0) |
    (isLate ? verdictBits.late : 0);
  return { verdict, state };
}

/** Whether what the main tables say of a delivery counts, be it rows or a refusal. */
export function countsMain(verdict: number): boolean {
  return (verdict & (verdictBits.duplicate | verdictBits.conflict)) === 0;
}

/** Whether what is said of its parts counts. */
export function countsParts(verdict: number): boolean {
  return (verdict & verdictBits.parts) !== 0;
}

/** Makes of a verdict what becomes of the delivery. */
export function toDecision(verdict: number, delivery: Delivery, readers: EventReaders): Decision {
  const has = (bit: number) => (verdict & bit) !== 0;
  const { main, parts } = delivery;
  return {
    grading: has(verdictBits.duplicate)
      ? { kind: "duplicate" }
      : has(verdictBits.conflict)
        ? refuseConflict(delivery, readers)
        : main,
    parts: countsParts(verdict) ? parts : absent,
    isCrossing: has(verdictBits.crossing),
    isLate: has(verdictBits.late),
    isLater: has(verdictBits.later),
  };
}

interface Growth {
  readonly partition: number;
  readonly hash: Buffer;
  readonly isGraded: boolean;
  readonly isTaken: boolean;
}

function growState(known: ExamState, { partition, hash, isGraded, isTaken }: Growth): ExamState {
  const lastIn = Math.max(known.lastIn ?? 0, partition);
  if (!isGraded && !isTaken && lastIn === known.lastIn) return known;
  return {
    gradedHash: isGraded ? hash : known.gradedHash,
    gradedIn: isGraded ? partition : known.gradedIn,
    questionsTaken: isTaken || known.questionsTaken,
    questionsIn: isTaken ? partition : known.questionsIn,
    lastIn,
  };
}

function refuseConflict({ main, identity }: Delivery, readers: EventReaders): Grading {
  const [first, ...others] = main.kind === "refused" ? main.refusals : [];
  const { table = readers.mainTable, failures = [] } = first ?? {};
  return {
    kind: "refused",
    refusals: [{ table, failures: [...failures, takenBefore(identity, readers)] }, ...others],
  };
}

/** What the main tables make of a delivery that is the first; of one that has nothing for them no row lands. */
export function asGrading(read: GroupOutcome): Grading {
  return read.kind === "absent" ? { kind: "rows", rows: {}, warnings: [] } : read;
}

function takenBefore(identity: string | undefined, { contract }: EventReaders): Failure {
  const isShipped = contract.id === shippedContract.id;
  const [what, landed] = isShipped ? ["an exam ID", "graded"] : ["a value", "landed"];
  return {
    path: contract.identity?.path ?? "$",
    rule: "duplicate",
    expected: `${what} that is not ${landed} yet, or the very event that it was ${landed} by`,
    received: quoteIdentity(identity),
  };
}

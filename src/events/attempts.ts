import type { Failure } from "../contract/failures";
import type { EventPlace } from "../contract/reading";
import { shippedContract } from "../contract/shipped";
import { hashEvent } from "./decode";
import { quoteIdentity } from "./identity";
import { type EventReaders, type GroupOutcome, type Refusal, readersOf } from "./readers";

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

/** What comes of one delivery of an exam ID, and the state after it. */
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
  /** The very object given where nothing changed. */
  readonly state: ExamState;
}

export interface DecideOptions {
  /** Default: those of the shipped contract. */
  readonly readers?: EventReaders;
  /** The state that grows by the delivery, where that is another than the one it is decided by. */
  readonly known?: ExamState;
}

const absent = { kind: "absent" } as const;

/**
 * Decides what one delivery of an exam ID counts for. Graded is the first event that satisfies the contract; after it the
 * same JSON value is a duplicate, which adds nothing, and another one is refused. The questions are those of the first
 * event with a questions array that questions_pool_data does not refuse, graded or not.
 */
export function decideDelivery(
  before: ExamState,
  event: unknown,
  place: EventPlace,
  { readers = readersOf(shippedContract), known = before }: DecideOptions = {},
): Decision {
  const { partition } = place;
  const hash = hashEvent(event);
  const grading: Grading = before.gradedHash?.equals(hash)
    ? { kind: "duplicate" }
    : gradeDelivery(before, event, readers.readMain(event, place), readers);
  const isDone = grading.kind === "duplicate" || before.questionsTaken;
  const parts: GroupOutcome = isDone ? absent : readers.readParts(event, place);
  const isElsewhere = before.gradedIn !== null && before.gradedIn !== partition;
  return {
    grading,
    parts,
    isCrossing: grading.kind === "refused" && isElsewhere,
    isLate: known.lastIn !== null && partition < known.lastIn,
    isLater: false,
    state: growState(known, {
      partition,
      hash,
      isGraded: grading.kind === "rows",
      isTaken: parts.kind === "rows",
    }),
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

function gradeDelivery(
  before: ExamState,
  event: unknown,
  read: GroupOutcome,
  readers: EventReaders,
): Grading {
  if (!before.gradedHash) return asGrading(read);
  const [first, ...others] = read.kind === "refused" ? read.refusals : [];
  const { table = readers.mainTable, failures = [] } = first ?? {};
  return {
    kind: "refused",
    refusals: [{ table, failures: [...failures, takenBefore(event, readers)] }, ...others],
  };
}

/** What the main tables make of a delivery that is the first; of one that has nothing for them no row lands. */
export function asGrading(read: GroupOutcome): Grading {
  return read.kind === "absent" ? { kind: "rows", rows: {}, warnings: [] } : read;
}

function takenBefore(event: unknown, { contract, readIdentity }: EventReaders): Failure {
  const isShipped = contract.id === shippedContract.id;
  const [what, landed] = isShipped ? ["an exam ID", "graded"] : ["a value", "landed"];
  return {
    path: contract.identity?.path ?? "$",
    rule: "duplicate",
    expected: `${what} that is not ${landed} yet, or the very event that it was ${landed} by`,
    received: quoteIdentity(readIdentity(event)),
  };
}

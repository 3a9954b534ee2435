import type { TableOutcome } from "../contract/compile-table";
import { type Failure, quote, type Warning } from "../contract/failures";
import type { GradeRow, Origin } from "../tables/tables";
import { type AssessmentEvent, hashEvent } from "./decode";
import { type GradeValues, gradeSchema, readGrade } from "./grades";
import { type EventQuestions, toQuestionRows } from "./questions";
import type { Schema } from "./schema";

/** What is known of one exam ID from the deliveries before, in the whole lake. */
export interface ExamState {
  /** Hash of the event that it was graded by; null where none was. */
  readonly gradedHash: Buffer | null;
  /** The partition of that event; null also where a build that kept none graded it. */
  readonly gradedIn: number | null;
  /** Whether an event has given its questions. */
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

/** What grades_ID makes of a delivery. */
export type Grading =
  | { readonly kind: "graded"; readonly row: GradeRow; readonly warnings: readonly Warning[] }
  | { readonly kind: "duplicate" }
  | { readonly kind: "refused"; readonly failures: readonly Failure[] };

/** What comes of one delivery of an exam ID, and the state after it. */
export interface Decision {
  readonly grading: Grading;
  /** `absent` also where the questions were taken before. */
  readonly questions: EventQuestions;
  /** Whether it is refused since a delivery in another partition, with other contents, was graded. */
  readonly isCrossing: boolean;
  /** Whether it comes after a delivery in a higher partition: it counts before that one. */
  readonly isLate: boolean;
  /** The very object given where nothing changed. */
  readonly state: ExamState;
}

export interface DecideOptions {
  /** What grades are held to; default the project's. */
  readonly schema?: Schema<GradeValues> | undefined;
  /** The state that grows by the delivery, where that is another than the one it is decided by. */
  readonly known?: ExamState;
}

/**
 * Decides what one delivery of an exam ID counts for. Graded is the first event that satisfies the enforced schema;
 * after it the same JSON value is a duplicate, which adds nothing, and another one is refused. The questions are
 * those of the first event with a questions array that questions_pool_data does not refuse, graded or not.
 */
export function decideDelivery(
  before: ExamState,
  event: AssessmentEvent,
  origin: Origin,
  { schema = gradeSchema, known = before }: DecideOptions = {},
): Decision {
  const { partition } = origin;
  const hash = hashEvent(event);
  const grading: Grading = before.gradedHash?.equals(hash)
    ? { kind: "duplicate" }
    : gradeDelivery(before, event, readGrade(event, origin, schema));
  const isDone = grading.kind === "duplicate" || before.questionsTaken;
  const questions: EventQuestions = isDone ? { kind: "absent" } : toQuestionRows(event, origin);
  const isElsewhere = before.gradedIn !== null && before.gradedIn !== partition;
  return {
    grading,
    questions,
    isCrossing: grading.kind === "refused" && isElsewhere,
    isLate: known.lastIn !== null && partition < known.lastIn,
    state: growState(known, {
      ...(grading.kind === "graded" ? { gradedHash: hash, gradedIn: partition } : {}),
      ...(questions.kind === "rows" ? { questionsTaken: true, questionsIn: partition } : {}),
      lastIn: Math.max(known.lastIn ?? 0, partition),
    }),
  };
}

function growState(known: ExamState, more: Partial<ExamState> & Pick<ExamState, "lastIn">): ExamState {
  const isSame = !more.gradedHash && !more.questionsTaken && more.lastIn === known.lastIn;
  return isSame ? known : { ...known, ...more };
}

function gradeDelivery(before: ExamState, event: AssessmentEvent, read: TableOutcome<GradeRow>): Grading {
  const [row] = read.kind === "rows" ? read.rows : [];
  if (row && read.kind === "rows" && !before.gradedHash)
    return { kind: "graded", row, warnings: read.warnings };
  const failures = read.kind === "refused" ? read.failures : [];
  return { kind: "refused", failures: before.gradedHash ? [...failures, gradedBefore(event)] : failures };
}

function gradedBefore(event: AssessmentEvent): Failure {
  return {
    path: "user_exam_id",
    rule: "duplicate",
    expected: "an exam ID that is not graded yet, or the very event that it was graded by",
    received: quote(event.user_exam_id),
  };
}

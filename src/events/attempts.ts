import type { Origin } from "../tables/tables";
import { type AssessmentEvent, hashEvent } from "./decode";
import { type Failure, quote } from "./failures";
import { enforceGrade, type GradeValues, gradeSchema } from "./grades";
import { type EventQuestions, toQuestionRows } from "./questions";
import type { Schema } from "./schema";

/** What is known of one exam ID from the deliveries before, in the whole lake. */
export interface ExamState {
  /** Hash of the event that it was graded by; null where none was. */
  readonly gradedHash: Buffer | null;
  /** Whether an event has given its questions. */
  readonly questionsTaken: boolean;
}

/** The state of an exam ID that nothing is known of. */
export const unknownExam: ExamState = { gradedHash: null, questionsTaken: false };

/** What grades_ID makes of a delivery. */
export type Grading =
  | { readonly kind: "graded"; readonly values: GradeValues }
  | { readonly kind: "duplicate" }
  | { readonly kind: "refused"; readonly failures: readonly Failure[] };

/** What comes of one delivery of an exam ID, and the state after it. */
export interface Decision {
  readonly grading: Grading;
  /** `absent` also where the questions were taken before. */
  readonly questions: EventQuestions;
  /** The very object given where nothing changed. */
  readonly state: ExamState;
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
  schema: Schema<GradeValues> = gradeSchema,
): Decision {
  const hash = hashEvent(event);
  if (before.gradedHash?.equals(hash)) {
    return { grading: { kind: "duplicate" }, questions: { kind: "absent" }, state: before };
  }
  const grading = gradeDelivery(before, event, schema);
  const questions: EventQuestions = before.questionsTaken
    ? { kind: "absent" }
    : toQuestionRows(event, origin);
  if (grading.kind !== "graded" && questions.kind !== "rows") return { grading, questions, state: before };
  const state = {
    gradedHash: grading.kind === "graded" ? hash : before.gradedHash,
    questionsTaken: before.questionsTaken || questions.kind === "rows",
  };
  return { grading, questions, state };
}

function gradeDelivery(before: ExamState, event: AssessmentEvent, schema: Schema<GradeValues>): Grading {
  const enforced = enforceGrade(event, schema);
  if (enforced.ok && !before.gradedHash) return { kind: "graded", values: enforced.values };
  const failures = enforced.ok ? [] : enforced.failures;
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

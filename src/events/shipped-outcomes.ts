import type { GradeRow, QuestionRow } from "../tables/tables";
import type { ExamIndex } from "./exam-index";
import { contractWith, type GradeValues } from "./grades";
import { decideMessage, type Outcome, type TopicMessage } from "./outcomes";
import { readersOf } from "./readers";
import type { Schema } from "./schema";

/** What a message of the shipped contract counts as: consumed = graded + duplicate + quarantined. */
export type OutcomeKind = "graded" | "duplicate" | "quarantined";

/** What comes of one message by the shipped contract, of which a message is one event. */
export interface ShippedOutcome extends Outcome {
  readonly kind: OutcomeKind;
  /** There exactly where the kind is graded. */
  readonly grade: GradeRow | null;
  readonly questions: readonly QuestionRow[];
}

/** Decides which rows a message adds by the shipped contract, with the fields of `schema` for grades. See decideMessage. */
export function decideOutcome(
  message: TopicMessage,
  exams: ExamIndex,
  schema?: Schema<GradeValues>,
  firsts?: ExamIndex,
): ShippedOutcome {
  const outcome = decideMessage(message, { readers: readersOf(contractWith(schema)), exams, firsts });
  return { ...outcome, ...toShipped(outcome) };
}

/** The kind, the grade and the questions of an outcome. */
export function toShipped({ counts, rows }: Outcome): Pick<ShippedOutcome, "kind" | "grade" | "questions"> {
  const [grade = null] = (rows.grades_ID ?? []) as readonly GradeRow[];
  const questions = (rows.questions_pool_data ?? []) as readonly QuestionRow[];
  const kind = counts.graded > 0 ? "graded" : counts.duplicates > 0 ? "duplicate" : "quarantined";
  return { kind, grade, questions };
}

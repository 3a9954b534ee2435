import { compileTable } from "../contract/compile-table";
import type { Failure } from "../contract/failures";
import { tableOf } from "../contract/model";
import { shippedContract } from "../contract/shipped";
import type { OptionRow, Origin, QuestionRow } from "../tables/tables";
import { schemaOf } from "./contract-schemas";
import type { AssessmentEvent } from "./decode";
import type { Schema } from "./schema";

/**
 * What an event has for questions_pool_data: a row for each question; or failures, and then no question of it lands;
 * or no questions (absent, null or no object around them, which grades_ID refuses).
 */
export type EventQuestions =
  | { readonly kind: "rows"; readonly rows: readonly QuestionRow[] }
  | { readonly kind: "refused"; readonly failures: readonly Failure[] }
  | { readonly kind: "absent" };

type ExamRecord = Pick<QuestionRow, "user_exam_id">;
type LenientValues = Pick<QuestionRow, "base_exam_id" | "exam_name" | "started_at">;
type QuestionRecord = Omit<
  QuestionRow,
  keyof ExamRecord | keyof LenientValues | keyof Origin | "question_index" | "options"
>;

const pool = tableOf(shippedContract, "questions_pool_data");

/** What the rows of questions_pool_data ask of the event around the questions. */
export const examSchema: Schema<ExamRecord> = schemaOf(pool, { at: "$" });

/** What questions_pool_data asks of one question, apart from its options. */
export const questionSchema: Schema<QuestionRecord> = schemaOf(pool);

/** What questions_pool_data asks of one option of a question. */
export const optionSchema: Schema<OptionRow> = schemaOf(pool, { list: `${pool.row}.options` });

const read = compileTable<QuestionRow>(pool);

/**
 * Takes the questions out of an event, in its order. base_exam_id and exam_name are null where they are no well-formed
 * text, started_at where it is no instant: no question is left out for those.
 */
export function toQuestionRows(event: AssessmentEvent, origin: Origin): EventQuestions {
  const outcome = read(event, origin);
  return outcome.kind === "rows" ? { kind: "rows", rows: outcome.rows } : outcome;
}

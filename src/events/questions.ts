import { toInstantMs } from "../base/instants";
import { isWellFormed } from "../base/text";
import type { OptionRow, Origin, QuestionRow } from "../tables/tables";
import { schemaOf } from "./contract-schemas";
import { type AssessmentEvent, isObject, ownValue } from "./decode";
import { type Enforced, enforceSchema } from "./enforce";
import { type Failure, quote } from "./failures";
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

const questionsAt = "sequences.questions[]";

/** What the rows of questions_pool_data ask of the event around the questions. */
export const examSchema: Schema<ExamRecord> = schemaOf("questions_pool_data");

/** What questions_pool_data asks of one question, apart from its options. */
export const questionSchema: Schema<QuestionRecord> = schemaOf("questions_pool_data", { at: questionsAt });

/** What questions_pool_data asks of one option of a question. */
export const optionSchema: Schema<OptionRow> = schemaOf("questions_pool_data", {
  list: `${questionsAt}.options`,
});

/**
 * Takes the questions out of an event, in its order. base_exam_id and exam_name are null where they are no well-formed
 * text, started_at where it is no instant: no question is left out for those.
 */
export function toQuestionRows(event: AssessmentEvent, origin: Origin): EventQuestions {
  const questions = questionsOf(event);
  if (questions === undefined || questions === null) return { kind: "absent" };
  const failures: Failure[] = [];
  const exam = { ...collect(failures, enforceSchema(examSchema, event)), ...lenientValues(event) };
  if (!Array.isArray(questions)) {
    failures.push(noArray("sequences.questions", "questions", questions));
    return { kind: "refused", failures };
  }
  const { partition, offset } = origin;
  const rows = questions.map((question, question_index) => {
    const asked = readQuestion(failures, question, `sequences.questions[${question_index}]`);
    return { ...exam, question_index, ...asked, partition, offset };
  });
  return failures.length === 0
    ? { kind: "rows", rows: rows as readonly QuestionRow[] }
    : { kind: "refused", failures };
}

function questionsOf(event: AssessmentEvent): unknown {
  const sequences = ownValue(event, "sequences");
  return isObject(sequences) ? ownValue(sequences, "questions") : undefined;
}

function lenientValues(event: AssessmentEvent): LenientValues {
  const startedAt = ownValue(event, "started_at");
  return {
    base_exam_id: textOrNull(ownValue(event, "base_exam_id")),
    exam_name: textOrNull(ownValue(event, "exam_name")),
    started_at: typeof startedAt === "string" ? (toInstantMs(startedAt) ?? null) : null,
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && isWellFormed(value) ? value : null;
}

/** Reads one question with its options; what is missing from the result is among the failures. */
function readQuestion(failures: Failure[], question: unknown, path: string): Partial<QuestionRow> {
  const values = collect(failures, enforceSchema(questionSchema, question, path));
  if (!isObject(question)) return {};
  const options = ownValue(question, "options");
  if (!Array.isArray(options)) {
    failures.push(noArray(`${path}.options`, "options", options));
    return {};
  }
  const rows = options.map((option, index) =>
    collect(failures, enforceSchema(optionSchema, option, `${path}.options[${index}]`)),
  );
  return { ...values, options: rows as readonly OptionRow[] };
}

function noArray(path: string, of: string, value: unknown): Failure {
  const rule = value === undefined || value === null ? "required" : "type";
  return { path, rule, expected: `an array of ${of}`, received: quote(value) };
}

/** Gives the values, or adds why there is none. */
function collect<R>(failures: Failure[], enforced: Enforced<R>): R | undefined {
  if (enforced.ok) return enforced.values;
  failures.push(...enforced.failures);
  return undefined;
}

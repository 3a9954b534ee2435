import { createHash } from "node:crypto";
import type { Failure, Warning } from "../contract/failures";
import type { GradeRow, HeaderRow, Origin, QuarantineRow, QuestionRow, RawRow } from "../tables/tables";
import { type Decision, decideDelivery, unknownExam } from "./attempts";
import { type AssessmentEvent, decodeEvent, decodeText, examIdOf, hashExamId, toBase64 } from "./decode";
import type { ExamIndex } from "./exam-index";
import { recallBefore } from "./firsts";
import { type GradeValues, gradeSchema } from "./grades";
import { examSchema, optionSchema, questionSchema } from "./questions";
import type { Schema } from "./schema";

/** What the landing needs of a Kafka message; timestamp in ms UTC, null for none. */
export interface TopicMessage extends Origin {
  readonly topic: string;
  readonly timestamp: number | bigint | null;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly { readonly key: string; readonly value: Buffer | null }[];
}

/** What a message counts as: consumed = graded + duplicate + quarantined. */
export type OutcomeKind = "graded" | "duplicate" | "quarantined";

/** All rows that one message adds to the tables. */
export interface Outcome {
  readonly kind: OutcomeKind;
  readonly raw: RawRow;
  /** There exactly where the kind is graded. */
  readonly grade: GradeRow | null;
  /** What the grade is counted for, by the contract's rules of severity warning; it lands all the same. */
  readonly warnings: readonly Warning[];
  readonly questions: readonly QuestionRow[];
  /** A row for each table that refused the event; refusals by questions_pool_data alone leave the kind as it is. */
  readonly quarantine: readonly QuarantineRow[];
  /** Whether it is refused since a delivery of its exam ID in another partition, with other contents, was graded. */
  readonly isCrossing: boolean;
  /** Whether it comes after a delivery of its exam ID in a higher partition: it counts before that one. */
  readonly isLate: boolean;
}

/**
 * Decides which rows a message adds, and keeps its exam ID's state in the index. Messages must come in the order of
 * their offsets. Never throws on a message's contents. Grades are held to `schema`, by default the project's. Of the
 * deliveries in several partitions the first to come counts or, with `firsts`, the one in the lowest partition.
 */
export function decideOutcome(
  message: TopicMessage,
  exams: ExamIndex,
  schema = gradeSchema,
  firsts?: ExamIndex,
): Outcome {
  const decoded = decodeEvent(message.value);
  const raw = toRawRow(message, decoded.text);
  const quarantine: QuarantineRow[] = [];
  const refuse = (table: string, failures: readonly Failure[]) =>
    quarantine.push(toQuarantineRow(message, decoded.text, { table, failures }));
  if (!decoded.ok) {
    refuse("events", decoded.failures);
    return { ...ofNobody, kind: "quarantined", raw, quarantine };
  }
  const decision = deliver(decoded.event, message, { exams, schema, firsts });
  const { grading, questions, isCrossing, isLate } = decision;
  if (grading.kind === "refused") refuse("grades_ID", grading.failures);
  if (questions.kind === "refused") refuse("questions_pool_data", questions.failures);
  return {
    kind: grading.kind === "refused" ? "quarantined" : grading.kind,
    raw,
    grade: grading.kind === "graded" ? grading.row : null,
    warnings: grading.kind === "graded" ? grading.warnings : [],
    questions: questions.kind === "rows" ? questions.rows : [],
    quarantine,
    isCrossing,
    isLate,
  };
}

const ofNobody = { grade: null, warnings: [], questions: [], isCrossing: false, isLate: false } as const;

function toRawRow(
  { topic, partition, offset, timestamp, ...message }: TopicMessage,
  text: string | null,
): RawRow {
  const key = decodeText(message.key);
  return {
    topic,
    partition,
    offset,
    timestamp,
    key,
    key_base64: toBase64(key, message.key),
    value: text,
    value_base64: toBase64(text, message.value),
    headers: message.headers.map(toHeaderRow),
  };
}

function toHeaderRow({ key, value: bytes }: TopicMessage["headers"][number]): HeaderRow {
  const value = decodeText(bytes);
  return { key, value, value_base64: toBase64(value, bytes) };
}

interface Known {
  readonly exams: ExamIndex;
  readonly schema: Schema<GradeValues>;
  readonly firsts: ExamIndex | undefined;
}

/** Decides a delivery by what the index knows. An event without a sound exam ID is nobody's: it leaves no state. */
function deliver(event: AssessmentEvent, origin: Origin, { exams, schema, firsts }: Known): Decision {
  const examId = examIdOf(event);
  if (examId === undefined) return decideDelivery(unknownExam, event, origin, { schema });
  const idHash = hashExamId(examId);
  const known = exams.get(idHash);
  const before = firsts ? recallBefore(firsts.get(idHash), known, origin.partition) : known;
  const decision = decideDelivery(before, event, origin, { schema, known });
  if (decision.state !== known) exams.set(idHash, decision.state);
  return decision;
}

function toQuarantineRow(
  message: TopicMessage,
  text: string | null,
  refusal: Pick<QuarantineRow, "table" | "failures">,
): QuarantineRow {
  const { topic, partition, offset, timestamp, value } = message;
  const value_base64 = toBase64(text, value);
  return { topic, partition, offset, timestamp, ...refusal, value: text, value_base64 };
}

/** Raised where decoding, coercions or decisions take or refuse what they did not before, and no schema says so. */
const rulesVersion = 2;

/** Tells schemas apart: 16 hexadecimal digits that change with anything the tables ask of an event. */
export function fingerprintSchemas(grades: Schema<GradeValues> = gradeSchema): string {
  const schemas = [rulesVersion, grades, examSchema, questionSchema, optionSchema];
  const text = JSON.stringify(schemas, (_, value) => (value instanceof RegExp ? String(value) : value));
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

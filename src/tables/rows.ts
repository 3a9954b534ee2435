import type { ContractRows } from "../contract/shipped";

/** Where in Kafka something came from. */
export interface Origin {
  readonly partition: number;
  readonly offset: bigint;
}

/** A note that a message carries beside key and value. */
export interface HeaderRow {
  readonly key: string;
  readonly value: string | null;
  readonly value_base64: string | null;
}

/** A row of raw_data. */
export interface RawRow extends Origin {
  readonly topic: string;
  readonly timestamp: number | bigint | null;
  readonly key: string | null;
  readonly key_base64: string | null;
  readonly value: string | null;
  readonly value_base64: string | null;
  readonly headers: readonly HeaderRow[];
}

/** A row of questions_pool_data. */
export type QuestionRow = ContractRows["questions_pool_data"];

/** One answer option of a question, as the person left it. */
export type OptionRow = QuestionRow["options"][number];

/** A row of grades_ID. */
export type GradeRow = ContractRows["grades_ID"];

/** A row of course_ID. */
export type CourseRow = ContractRows["course_ID"];

/** One reason why an event was refused; what is absent is described in words, so nothing here is null. */
export interface FailureRow {
  readonly path: string;
  readonly rule: string;
  readonly expected: string;
  readonly received: string;
}

/** A row of quarantine. */
export interface QuarantineRow extends Origin {
  readonly topic: string;
  readonly timestamp: number | bigint | null;
  readonly table: string;
  readonly failures: readonly FailureRow[];
  readonly value: string | null;
  readonly value_base64: string | null;
}

/** What a row of each table looks like. */
export interface TableRows extends ContractRows {
  readonly raw_data: RawRow;
  readonly quarantine: QuarantineRow;
}

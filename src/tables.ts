/**
 * A column's logical type. TIMESTAMP is milliseconds since 1970-01-01T00:00Z, INT64 in storage (TIMESTAMP_MILLIS): pyarrow
 * reads it as timestamp[ms, tz=UTC], DuckDB as TIMESTAMP, a time in UTC whatever the session's zone is.
 */
export type ScalarType = "STRING" | "INT32" | "INT64" | "DOUBLE" | "BOOLEAN" | "TIMESTAMP";

/** One column of a table, or one field of the structs in a list column. */
export interface Column {
  readonly name: string;
  /** A scalar, or the fields of LIST<STRUCT<...>>. */
  readonly type: ScalarType | readonly Column[];
  /** Whether null may stand in it; a column that is not nullable never holds one. */
  readonly nullable: boolean;
  /** What it holds, in one sentence, with its unit where it has one. */
  readonly doc?: string;
}

/** The names of the five tables, which are those of their directories too. */
export type TableName = "raw_data" | "questions_pool_data" | "grades_ID" | "course_ID" | "quarantine";

/** Named columns in their fixed order; N is the table's name, which decides what its rows look like. */
export interface Table<N extends TableName = TableName> {
  readonly name: N;
  readonly columns: readonly Column[];
  /** What one row is. */
  readonly doc?: string;
}

/** Where in Kafka something came from. */
export interface Origin {
  readonly partition: number;
  readonly offset: bigint;
}

/** A row of raw_data. */
export interface RawRow extends Origin {
  readonly topic: string;
  readonly timestamp: number | bigint;
  readonly key: string | null;
  readonly value: string | null;
}

/** One answer option of a question, as the person left it. */
export interface OptionRow {
  readonly id: string;
  readonly checked: boolean;
  readonly correct: boolean | null;
  readonly submitted: number | null;
  readonly at: number | null;
}

/** A row of questions_pool_data. */
export interface QuestionRow extends Origin {
  readonly user_exam_id: string;
  readonly base_exam_id: string | null;
  readonly exam_name: string | null;
  readonly started_at: number | null;
  readonly question_index: number;
  readonly question_id: string;
  readonly user_result: string | null;
  readonly user_correct: boolean | null;
  readonly user_incomplete: boolean | null;
  readonly user_submitted: boolean | null;
  readonly options: readonly OptionRow[];
}

/** A row of grades_ID. */
export interface GradeRow extends Origin {
  readonly user_exam_id: string;
  readonly base_exam_id: string;
  readonly exam_name: string;
  readonly started_at: number;
  readonly recorded_at: number;
  readonly certification: boolean | null;
  readonly correct: number;
  readonly incorrect: number;
  readonly incomplete: number;
  readonly unanswered: number;
  readonly submitted: number;
  readonly total: number;
  readonly score: number;
  readonly all_correct: boolean;
}

/** A row of course_ID. */
export interface CourseRow {
  readonly exam_name: string;
  readonly attempts: number;
  readonly average_score: number;
  readonly stddev_score: number | null;
  readonly min_score: number;
  readonly max_score: number;
  readonly first_started_at: number;
  readonly last_started_at: number;
}

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
  readonly timestamp: number | bigint;
  readonly table: string;
  readonly failures: readonly FailureRow[];
  readonly value: string | null;
  readonly value_base64: string | null;
}

/** What a row of each table looks like. */
export interface TableRows {
  readonly raw_data: RawRow;
  readonly questions_pool_data: QuestionRow;
  readonly grades_ID: GradeRow;
  readonly course_ID: CourseRow;
  readonly quarantine: QuarantineRow;
}

/** The row type of one table: STRING is string, INT32 and DOUBLE number, INT64 bigint, TIMESTAMP ms UTC. */
export type RowOf<N extends TableName> = TableRows[N];

const origin = [
  required("partition", "INT32", "Partition of the message."),
  required("offset", "INT64", "Offset of the message, unique within its partition."),
];
const topic = required("topic", "STRING", "Topic the message was read from.");
const timestamp = required(
  "timestamp",
  "TIMESTAMP",
  "The message's timestamp, ms UTC; one beyond the year 275760 stands as the last instant that readers know.",
);

const option = [
  required("id", "STRING", "Identifies the option within its question."),
  required("checked", "BOOLEAN", "Whether it was ticked when the attempt ended."),
  nullable("correct", "BOOLEAN", "True for a right option, null for a wrong one."),
  nullable("submitted", "INT32", "1 if it was ticked at submission, else null."),
  nullable("at", "TIMESTAMP", "When it was last touched, ms UTC; null if never."),
];

const failure = [
  required("path", "STRING", "JSON path of the refused value."),
  required("rule", "STRING", "Name of the rule that it broke."),
  required("expected", "STRING", "What the rule asks for, in words."),
  required("received", "STRING", "What stood there, quoted, or that nothing did."),
];

/** The five tables by name, with their columns in order. */
export const tables: { readonly [N in TableName]: Table<N> } = {
  raw_data: {
    name: "raw_data",
    doc: "One Kafka message, duplicates and undecodable ones included.",
    columns: [
      topic,
      ...origin,
      timestamp,
      nullable("key", "STRING", "The message's key; null if absent or not UTF-8."),
      nullable(
        "value",
        "STRING",
        "The message's value, verbatim; null for a tombstone or what is not UTF-8.",
      ),
    ],
  },
  questions_pool_data: {
    name: "questions_pool_data",
    doc: "One question of one exam ID, from the first event that has its questions.",
    columns: [
      required("user_exam_id", "STRING", "The exam ID: one person's attempt at one assessment."),
      nullable("base_exam_id", "STRING", "The assessment; null where the event's value does not fit."),
      nullable("exam_name", "STRING", "Its name; null where the event's value does not fit."),
      nullable("started_at", "TIMESTAMP", "Start of the attempt, ms UTC; null where the value does not fit."),
      required("question_index", "INT32", "Position in the event's questions, from 0."),
      required("question_id", "STRING", "Identifies the question."),
      nullable("user_result", "STRING", "correct, incorrect, missed_some or unanswered."),
      nullable("user_correct", "BOOLEAN", "Whether exactly the right options were ticked."),
      nullable("user_incomplete", "BOOLEAN", "Whether right options are missing and no wrong one is ticked."),
      nullable("user_submitted", "BOOLEAN", "Whether anything was ticked."),
      required("options", option, "The options in the event's order."),
      ...origin,
    ],
  },
  grades_ID: {
    name: "grades_ID",
    doc: "The grade of one exam ID.",
    columns: [
      required("user_exam_id", "STRING", "The exam ID: one person's attempt at one assessment."),
      required("base_exam_id", "STRING", "The assessment."),
      required("exam_name", "STRING", "The assessment's name."),
      required("started_at", "TIMESTAMP", "Start of the attempt, ms UTC."),
      required("recorded_at", "TIMESTAMP", "When the event was recorded (keen_timestamp), ms UTC."),
      nullable("certification", "BOOLEAN", "Whether the attempt counts for a certificate; null if not said."),
      required("correct", "INT32", "Questions answered correctly."),
      required("incorrect", "INT32", "Questions with a wrong option ticked."),
      required("incomplete", "INT32", "Questions with right options missing and no wrong one ticked."),
      required("unanswered", "INT32", "Questions with nothing ticked."),
      required("submitted", "INT32", "Questions with anything ticked."),
      required("total", "INT32", "Questions of the attempt, at least 1."),
      required("score", "DOUBLE", "correct / total, from 0 to 1."),
      required("all_correct", "BOOLEAN", "Whether every question was answered correctly, as the event says."),
      ...origin,
    ],
  },
  course_ID: {
    name: "course_ID",
    doc: "One course, that is one exam_name, over all its grades.",
    columns: [
      required("exam_name", "STRING", "The course's name."),
      required("attempts", "INT32", "Number of graded exam IDs."),
      required("average_score", "DOUBLE", "Mean of score, from 0 to 1."),
      nullable(
        "stddev_score",
        "DOUBLE",
        "Sample standard deviation (n - 1) of score; null where attempts = 1.",
      ),
      required("min_score", "DOUBLE", "Lowest score, from 0 to 1."),
      required("max_score", "DOUBLE", "Highest score, from 0 to 1."),
      required("first_started_at", "TIMESTAMP", "Earliest start of an attempt, ms UTC."),
      required("last_started_at", "TIMESTAMP", "Latest start of an attempt, ms UTC."),
    ],
  },
  quarantine: {
    name: "quarantine",
    doc: "One event refused by one table, with every reason.",
    columns: [
      topic,
      ...origin,
      timestamp,
      required("table", "STRING", "The table that refused it; events where the bytes are no JSON object."),
      required("failures", failure, "Every reason why it was refused."),
      nullable("value", "STRING", "The message's value, verbatim; null for what is not UTF-8."),
      nullable("value_base64", "STRING", "The message's value in base64 where it is not UTF-8, else null."),
    ],
  },
};

function required(name: string, type: Column["type"], doc: string): Column {
  return { name, type, nullable: false, doc };
}

function nullable(name: string, type: Column["type"], doc: string): Column {
  return { name, type, nullable: true, doc };
}

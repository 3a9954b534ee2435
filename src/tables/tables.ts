import { type Column, nullable, questionCount, required } from "./columns";

import type { TableRows } from "./rows";

export type { Column, ScalarType } from "./columns";
export type * from "./rows";

/** The names of the five tables, which are those of their directories too. */
export type TableName = "raw_data" | "questions_pool_data" | "grades_ID" | "course_ID" | "quarantine";

/** Named columns in their fixed order; N is the table's name, which decides what its rows look like. */
export interface Table<N extends TableName = TableName> {
  readonly name: N;
  readonly columns: readonly Column[];
  /** What one row is. */
  readonly doc?: string;
}

/** The row type of one table: STRING is string, INT32 and DOUBLE number, INT64 bigint, TIMESTAMP ms UTC. */
export type RowOf<N extends TableName> = TableRows[N];

const origin = [
  required("partition", "INT32", "Partition of the message.", { min: 0 }),
  required("offset", "INT64", "Offset of the message, unique within its partition.", { min: 0 }),
];
const topic = required("topic", "STRING", "Topic the message was read from.");
const timestamp = nullable(
  "timestamp",
  "TIMESTAMP",
  "The message's timestamp; one beyond the year 275760 stands as the last instant that readers know.",
  "it has none",
);

const header = [
  required("key", "STRING", "The header's name, which may stand more than once."),
  nullable("value", "STRING", "The header's value.", "no value, or value_base64 holds it"),
  nullable(
    "value_base64",
    "STRING",
    "The value in base64, where it is not UTF-8.",
    "value holds it, or none",
  ),
];

const option = [
  required("id", "STRING", "Identifies the option within its question."),
  required("checked", "BOOLEAN", "Whether it was ticked when the attempt ended."),
  nullable("correct", "BOOLEAN", "True for a right option.", "a wrong option"),
  nullable("submitted", "INT32", "1 if it was ticked at submission.", "not ticked then"),
  nullable("at", "TIMESTAMP", "When it was last touched.", "never touched"),
];

const failure = [
  required("path", "STRING", "JSON path of the refused value."),
  required("rule", "STRING", "Name of the rule that it broke."),
  required("expected", "STRING", "What the rule asks for, in words."),
  required("received", "STRING", "What stood there, quoted, or that nothing did."),
];

const share = { unit: "share", min: 0, max: 1 };
const misfit = "the event's value does not fit";

/** Version of the tables' columns, for readers: raised where one changes its name, its type or its nullability. */
export const schemaVersion = 2;

/** The five tables by name, with their columns in order. */
export const tables: { readonly [N in TableName]: Table<N> } = {
  raw_data: {
    name: "raw_data",
    doc: "One Kafka message, duplicates and undecodable ones included.",
    columns: [
      topic,
      ...origin,
      timestamp,
      nullable("key", "STRING", "The message's key.", "no key, or key_base64 holds it"),
      nullable(
        "key_base64",
        "STRING",
        "The key in base64, where it is not UTF-8.",
        "key holds it, or there was none",
      ),
      nullable("value", "STRING", "The message's value, verbatim.", "a tombstone, or value_base64 holds it"),
      nullable(
        "value_base64",
        "STRING",
        "The value in base64, where it is not UTF-8.",
        "value holds it, or there was none",
      ),
      required("headers", header, "The message's headers, in their order."),
    ],
  },
  questions_pool_data: {
    name: "questions_pool_data",
    doc: "One question of one exam ID, from the first event that has its questions.",
    columns: [
      required("user_exam_id", "STRING", "The exam ID: one person's attempt at one assessment."),
      nullable("base_exam_id", "STRING", "The assessment.", misfit),
      nullable("exam_name", "STRING", "The assessment's name.", misfit),
      nullable("started_at", "TIMESTAMP", "Start of the attempt.", misfit),
      required("question_index", "INT32", "Position in the event's questions, from 0.", { min: 0 }),
      required("question_id", "STRING", "Identifies the question."),
      nullable("user_result", "STRING", "correct, incorrect, missed_some or unanswered.", "not said"),
      nullable("user_correct", "BOOLEAN", "Whether exactly the right options were ticked.", "not said"),
      nullable(
        "user_incomplete",
        "BOOLEAN",
        "Whether right options are missing and no wrong one is ticked.",
        "not said",
      ),
      nullable("user_submitted", "BOOLEAN", "Whether anything was ticked.", "not said"),
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
      required("started_at", "TIMESTAMP", "Start of the attempt."),
      required("recorded_at", "TIMESTAMP", "When the event was recorded (keen_timestamp)."),
      nullable("certification", "BOOLEAN", "Whether the attempt counts for a certificate.", "not said"),
      questionCount("correct", "Questions answered correctly."),
      questionCount("incorrect", "Questions with a wrong option ticked."),
      questionCount("incomplete", "Questions with right options missing and no wrong one ticked."),
      questionCount("unanswered", "Questions with nothing ticked."),
      questionCount("submitted", "Questions with anything ticked."),
      questionCount(
        "total",
        "Questions of the attempt, as delivered like the other counts, which may contradict it.",
        1,
      ),
      required("score", "DOUBLE", "correct / total.", share),
      required(
        "all_correct",
        "BOOLEAN",
        "Whether every question was answered correctly, as delivered, so it may contradict the counts.",
      ),
      ...origin,
    ],
  },
  course_ID: {
    name: "course_ID",
    doc: "One course, that is one exam_name, over all its grades.",
    columns: [
      required("exam_name", "STRING", "The course's name."),
      required("attempts", "INT32", "Number of graded exam IDs.", { unit: "exam IDs", min: 1 }),
      required("average_score", "DOUBLE", "Mean of score.", share),
      nullable("stddev_score", "DOUBLE", "Sample standard deviation (n - 1) of score.", "attempts = 1", {
        unit: "share",
      }),
      required("min_score", "DOUBLE", "Lowest score.", share),
      required("max_score", "DOUBLE", "Highest score.", share),
      required("first_started_at", "TIMESTAMP", "Earliest start of an attempt."),
      required("last_started_at", "TIMESTAMP", "Latest start of an attempt."),
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
      nullable("value", "STRING", "The message's value, verbatim.", "a tombstone, or value_base64 holds it"),
      nullable(
        "value_base64",
        "STRING",
        "The message's value in base64.",
        "value holds it, or there was none",
      ),
    ],
  },
};

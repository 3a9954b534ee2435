import { type Column, nullable, questionCount, required } from "./columns";

export type { Column, ScalarType } from "./columns";

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
  required("partition", "INT32", "Partition of the message.", { min: 0 }),
  required("offset", "INT64", "Offset of the message, unique within its partition.", { min: 0 }),
];
const topic = required("topic", "STRING", "Topic the message was read from.");
const timestamp = required(
  "timestamp",
  "TIMESTAMP",
  "The message's timestamp; one beyond the year 275760 stands as the last instant that readers know.",
);

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
export const schemaVersion = 1;

/** The five tables by name, with their columns in order. */
export const tables: { readonly [N in TableName]: Table<N> } = {
  raw_data: {
    name: "raw_data",
    doc: "One Kafka message, duplicates and undecodable ones included.",
    columns: [
      topic,
      ...origin,
      timestamp,
      nullable("key", "STRING", "The message's key.", "no key, or bytes that are not UTF-8"),
      nullable(
        "value",
        "STRING",
        "The message's value, verbatim.",
        "a tombstone, or bytes that are not UTF-8 (quarantine has them)",
      ),
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

import type { TableName } from "./tables";

/** Columns whose values, together, stand in another table; it holds of every row. */
export interface ForeignKey {
  readonly columns: readonly string[];
  readonly table: TableName;
  /** The columns there, in the same order. */
  readonly references: readonly string[];
}

/** How the rows of a table are told apart, and where they lead. */
export interface TableKeys {
  /** Columns that, together, no two rows share. */
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly ForeignKey[];
}

const message = ["partition", "offset"];
const fromMessage: ForeignKey = { columns: message, table: "raw_data", references: message };
const ofCourse: ForeignKey = { columns: ["exam_name"], table: "course_ID", references: ["exam_name"] };

/**
 * The keys of the five tables. The user_exam_id of a question is none: an exam ID that was refused a grade can have
 * questions, so that a join with grades_ID leaves those out.
 */
export const keys: Readonly<Record<TableName, TableKeys>> = {
  raw_data: { primaryKey: message, foreignKeys: [] },
  questions_pool_data: { primaryKey: ["user_exam_id", "question_index"], foreignKeys: [fromMessage] },
  grades_ID: { primaryKey: ["user_exam_id"], foreignKeys: [ofCourse, fromMessage] },
  course_ID: { primaryKey: ["exam_name"], foreignKeys: [] },
  quarantine: { primaryKey: [...message, "table"], foreignKeys: [fromMessage] },
};

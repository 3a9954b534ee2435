import { datasetOf, primaryKeyOf } from "../contract/model";
import { type ContractRows, shippedContract } from "../contract/shipped";
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

/** The keys that the shipped contract says: those of single columns first. */
function toKeys(name: keyof ContractRows): TableKeys {
  const dataset = datasetOf(shippedContract, name);
  const single = dataset.columns.flatMap(({ name: column, references }) => {
    const [to = "", key = ""] = references?.split(".") ?? [];
    return to ? [{ columns: [column], table: to, references: [key] }] : [];
  });
  const several = "foreignKeys" in dataset ? dataset.foreignKeys : [];
  const foreignKeys = [...single, ...several] as readonly ForeignKey[];
  return { primaryKey: primaryKeyOf(dataset), foreignKeys };
}

/**
 * The keys of the five tables. The user_exam_id of a question is none: an exam ID that was refused a grade can have
 * questions, so that a join with grades_ID leaves those out.
 */
export const keys: Readonly<Record<TableName, TableKeys>> = {
  raw_data: { primaryKey: message, foreignKeys: [] },
  questions_pool_data: toKeys("questions_pool_data"),
  grades_ID: toKeys("grades_ID"),
  course_ID: toKeys("course_ID"),
  quarantine: { primaryKey: [...message, "table"], foreignKeys: [fromMessage] },
};

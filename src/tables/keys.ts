import { type Contract, datasetOf, primaryKeyOf } from "../contract/model";

/** Columns whose values, together, stand in another table; it holds of every row. */
export interface ForeignKey {
  readonly columns: readonly string[];
  readonly table: string;
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

/** The keys of the tables that every lake has. */
export const ownKeys: Readonly<Record<"raw_data" | "quarantine", TableKeys>> = {
  raw_data: { primaryKey: message, foreignKeys: [] },
  quarantine: {
    primaryKey: [...message, "table"],
    foreignKeys: [{ columns: message, table: "raw_data", references: message }],
  },
};

/**
 * The keys that a contract says of a table: those of single columns first. In the shipped one the user_exam_id of a
 * question is none: an exam ID that was refused a grade can have questions, so that a join with grades_ID leaves those out.
 */
export function keysOf(contract: Contract, name: string): TableKeys {
  const dataset = datasetOf(contract, name);
  const single = dataset.columns.flatMap(({ name: column, references }) => {
    const [to = "", key = ""] = references?.split(".") ?? [];
    return to ? [{ columns: [column], table: to, references: [key] }] : [];
  });
  const several = "foreignKeys" in dataset ? dataset.foreignKeys : [];
  return { primaryKey: primaryKeyOf(dataset), foreignKeys: [...single, ...several] };
}

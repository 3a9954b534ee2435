import type { DataFrame } from "danfojs-node";
import { enforceSchema } from "../events/enforce";
import { fromLeaves } from "../events/leaves";
import type { Schema } from "../events/schema";
import { type Cell, fromFrame, toFrame } from "./frames";

/** What a schema makes of a frame. */
export interface EnforcedFrame {
  /** A row for each row that satisfies the schema: the kept columns, then the schema's; TIMESTAMP in ms UTC. */
  readonly accepted: DataFrame;
  /** A row for each reason why a row was refused: the kept columns, then path, rule, expected and received. */
  readonly failures: DataFrame;
}

export interface EnforceFrameOptions {
  /** Columns of the frame that say which row it is, such as partition and offset; they are carried over as they are. */
  readonly keep?: readonly string[];
}

/**
 * Holds the rows of a frame of leaves to a schema, by the rules of enforceSchema. A frame doesn't tell absent from
 * null, so a failure says `nothing` of both, and an object with nothing but nulls is absent too; nor does it hold an
 * array's elements, so one is received as `["…"]`. Which rows are refused is the same, but for an object of nothing but
 * nulls where a value may be null: to a frame it is absent, and accepted.
 */
export function enforceFrame<R>(
  frame: DataFrame,
  schema: Schema<R>,
  { keep = [] }: EnforceFrameOptions = {},
): EnforcedFrame {
  const accepted: object[] = [];
  const failures: object[] = [];
  for (const row of fromFrame(frame)) {
    const kept = pick(row, keep);
    const enforced = enforceSchema(schema, fromLeaves(row));
    if (enforced.ok) accepted.push({ ...kept, ...enforced.values });
    else for (const failure of enforced.failures) failures.push({ ...kept, ...failure });
  }
  const columns = schema.fields.map(({ column }) => column);
  return {
    accepted: framed(accepted, [...keep, ...columns]),
    failures: framed(failures, [...keep, "path", "rule", "expected", "received"]),
  };
}

function pick(row: Readonly<Record<string, Cell>>, names: readonly string[]): Record<string, Cell> {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
}

function framed(rows: readonly object[], columns: readonly string[]): DataFrame {
  return toFrame(rows, columns as never[]);
}

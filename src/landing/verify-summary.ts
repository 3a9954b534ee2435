import { canonicalJson } from "../base/json";
import { primaryKeyOf } from "../contract/model";
import type { Lake } from "../lake/lake";
import { describeColumn } from "./differences";
import { readParts } from "./recompute";
import { describeCounts, type TableCheck } from "./table-check";

/** Holds a summary to the rows that raw_data gives. */
export async function checkSummary(lake: Lake, table: string, rows: readonly object[]): Promise<TableCheck> {
  const summary = lake.model.contract.summaries.find(({ name }) => name === table);
  const groups = primaryKeyOf({ columns: summary?.columns ?? [] });
  const inexact = new Set(summary?.columns.filter(isRounded).map(({ name }) => name));
  const missing = new Map(rows.map((row) => [nameOf(row, groups), row]));
  let received = 0;
  let example = "";
  for await (const { rows: found } of readParts(lake, table)) {
    for (const row of found) {
      received++;
      const name = nameOf(row, groups);
      const expected = missing.get(name);
      missing.delete(name);
      if (!expected) example ||= `${name}: expected no such row, or not twice`;
      const column = expected && describeColumn(expected, row, isSameBut(inexact));
      if (column) example ||= `${name}: ${column}`;
    }
  }
  for (const name of missing.keys()) example ||= `${name}: expected a row, received none`;
  const what = describeCounts(rows.length, received) || "as many rows, but other values";
  const difference = example && `${what}; for example ${example}`;
  return { table, expected: rows.length, received, ok: difference === "", difference };
}

/** A group as a person reads it: its one value, or all of them. */
function nameOf(row: object, groups: readonly string[]): string {
  const values = groups.map((name) => (row as Readonly<Record<string, unknown>>)[name]);
  return canonicalJson(values.length === 1 ? values[0] : values);
}

function isRounded({ derived = "", type }: { readonly derived?: string; readonly type: string }): boolean {
  return type === "DOUBLE" && /^(?:sum|mean|stddev)\(/.test(derived);
}

/** Exact but for sums of doubles, whose last digits depend on the order: within 1e-9 of the value, or of 1. */
function isSameBut(inexact: ReadonlySet<string>) {
  return (a: unknown, b: unknown, column: string): boolean => {
    if (inexact.has(column) && typeof a === "number" && typeof b === "number")
      return Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(a));
    return canonicalJson(a) === canonicalJson(b);
  };
}

import { posix } from "node:path";
import { canonicalJson } from "../base/json";
import type { Lake } from "../lake/lake";
import { tableIn } from "../tables/lake-model";
import { bucketsOf } from "./bags";
import { type Contracts, keyOf, readParts, recomputeOutcomes, rowsFor } from "./recompute";

interface Found {
  readonly row: object;
  /** Name of the file that holds the row. */
  readonly part: string;
}

interface Differing {
  readonly table: string;
  /** Where the difference is. */
  readonly bucket: number;
  readonly contracts: Contracts;
}

/**
 * Finds a message whose rows in the table are not those that raw_data gives, and says what differs. Reads everything
 * once more, but holds the rows of one bucket alone.
 */
export async function describeRow(lake: Lake, { table, bucket, contracts }: Differing): Promise<string> {
  const bucketOf = bucketsOf(tableIn(lake.model, table));
  const expected = new Map<string, object[]>();
  for await (const outcome of recomputeOutcomes(lake, contracts)) {
    for (const row of rowsFor(outcome, table)) if (bucketOf(row) === bucket) gather(expected, row, row);
  }
  const received = new Map<string, Found[]>();
  for await (const { path, rows } of readParts(lake, table)) {
    const part = posix.basename(path);
    for (const row of rows) if (bucketOf(row) === bucket) gather(received, row, { row, part });
  }
  for (const key of new Set([...expected.keys(), ...received.keys()])) {
    const difference = describeRows(expected.get(key) ?? [], received.get(key) ?? []);
    if (difference) return `${key}: ${difference}`;
  }
  return "";
}

function gather<T>(rows: Map<string, T[]>, origin: object, row: T): void {
  const key = keyOf(origin);
  const before = rows.get(key);
  if (before) before.push(row);
  else rows.set(key, [row]);
}

/** Compares the rows of one message; empty where they are the same. */
function describeRows(expected: readonly object[], received: readonly Found[]): string {
  const parts = [...new Set(received.map(({ part }) => part))].join(", ");
  if (expected.length !== received.length) {
    return `expected ${expected.length} rows, received ${received.length}${parts && ` (${parts})`}`;
  }
  const rest = received.map(({ row }) => row);
  const missing = expected.filter((row) => !take(rest, row));
  const [wanted, instead] = [missing[0], rest[0]];
  return wanted && instead ? `${describeColumn(wanted, instead)} (${parts})` : "";
}

/** Takes the row out of the rows, if it is there. */
function take(rows: object[], row: object): boolean {
  const text = canonicalJson(row);
  const at = rows.findIndex((one) => canonicalJson(one) === text);
  if (at !== -1) rows.splice(at, 1);
  return at !== -1;
}

/** Names the first column in which two rows differ, with both values; empty where none does. */
export function describeColumn(
  expected: object,
  received: object,
  isSame: (a: unknown, b: unknown, column: string) => boolean = (a, b) =>
    canonicalJson(a) === canonicalJson(b),
): string {
  const other = received as Record<string, unknown>;
  const differing = Object.entries(expected).find(([name, value]) => !isSame(value, other[name], name));
  if (!differing) return "";
  const [name, value] = differing;
  return `${name}: expected ${quote(value)}, received ${quote(other[name])}`;
}

function quote(value: unknown): string {
  const text = value === undefined ? "nothing" : canonicalJson(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

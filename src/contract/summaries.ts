import { canonicalJson } from "../base/json";
import { type Moments, mergeMoments, stddevOf } from "../base/moments";
import { type Expression, parseExpression } from "./expressions";
import { type ContractColumn, type ContractSummary, primaryKeyOf } from "./model";

/** Running sums of one column's values. */
export interface ColumnSums extends Moments {
  readonly sum: number;
}

/** The sums of one group: plain numbers, so they survive JSON; merged in any order they give the same but for rounding. */
export interface GroupSums {
  /** The values that the group shares, by column. */
  readonly group: Readonly<Record<string, unknown>>;
  readonly count: number;
  /** By column of the table that is summed up; absent where no value was there. */
  readonly columns: Readonly<Record<string, ColumnSums>>;
}

/** Sums of one table, by group. */
export interface CompiledSummary {
  /** The columns that rows of one group share, and those that are summed up. */
  readonly groupColumns: readonly string[];
  readonly summedColumns: readonly string[];
  /** Tells a row's group from others: equal groups, equal texts. */
  readonly groupOf: (row: object) => string;
  /** Adds a row to the sums of its group so far; undefined where there are none. */
  readonly add: (sums: GroupSums | undefined, row: object) => GroupSums;
  readonly merge: (a: GroupSums | undefined, b: GroupSums) => GroupSums;
  /** Makes the sums of a group the summary's row. */
  readonly toRow: (sums: GroupSums) => Readonly<Record<string, unknown>>;
}

/** Prepares a summary: which columns are summed, and what its rows take of the sums. */
export function compileSummary(summary: ContractSummary): CompiledSummary {
  const groups = primaryKeyOf(summary);
  const results = summary.columns.map(toResult);
  const summed = [...new Set(results.flatMap(({ of }) => (of === undefined ? [] : [of])))];
  const toGroup = (row: object) => pick(row, groups, toKept);
  return {
    groupColumns: groups,
    summedColumns: summed,
    groupOf: (row) => canonicalJson(groups.map((name) => toKept(valueIn(row, name)))),
    add: (sums, row) => addRow(sums ?? { group: toGroup(row), count: 0, columns: {} }, row, summed),
    merge: mergeGroups,
    toRow: (sums) => Object.fromEntries(results.map(({ name, take }) => [name, take(sums)])),
  };
}

function pick(
  row: object,
  names: readonly string[],
  as: (value: unknown) => unknown = (value) => value,
): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, as(valueIn(row, name))]));
}

/** JSON has no bigints: a group keeps one as text. */
function toKept(value: unknown): unknown {
  return typeof value === "bigint" ? `${value}` : value;
}

function valueIn(row: object, name: string): unknown {
  return (row as Readonly<Record<string, unknown>>)[name];
}

function addRow(
  { group, count, columns: before }: GroupSums,
  row: object,
  summed: readonly string[],
): GroupSums {
  const columns: Record<string, ColumnSums> = { ...before };
  for (const name of summed) {
    const value = valueIn(row, name);
    if (value === null || value === undefined) continue;
    const one = Number(value);
    columns[name] = mergeColumn(sumsIn(before, name), {
      n: 1,
      mean: one,
      m2: 0,
      sum: one,
      min: one,
      max: one,
    });
  }
  return { group, count: count + 1, columns };
}

function mergeGroups(a: GroupSums | undefined, b: GroupSums): GroupSums {
  if (!a) return b;
  const columns: Record<string, ColumnSums> = { ...a.columns };
  for (const [name, sums] of Object.entries(b.columns))
    columns[name] = mergeColumn(sumsIn(columns, name), sums);
  return { group: a.group, count: a.count + b.count, columns };
}

function mergeColumn(a: ColumnSums | undefined, b: ColumnSums): ColumnSums {
  if (!a) return b;
  const { n, mean, m2, min, max } = mergeMoments(a, b);
  return { n, mean, m2, min, max, sum: a.sum + b.sum };
}

/** A column's sums; undefined where no value was there, whatever objects inherit by its name. */
function sumsIn(columns: GroupSums["columns"], name: string): ColumnSums | undefined {
  return Object.hasOwn(columns, name) ? columns[name] : undefined;
}

interface Result {
  readonly name: string;
  /** The column that it is taken of; undefined for the group's own and the count of rows. */
  readonly of?: string;
  readonly take: (sums: GroupSums) => unknown;
}

function toResult({ name, derived, type }: ContractColumn): Result {
  if (derived === undefined)
    return { name, take: ({ group }) => (type === "INT64" ? BigInt(group[name] as string) : group[name]) };
  const expression: Expression = parseExpression(derived);
  if (expression.kind !== "call") throw new Error(`summary column ${name}: expected a sum`);
  const [arg] = expression.args;
  const long = (value: number) => (type === "INT64" ? BigInt(Math.round(value)) : value);
  if (arg?.kind !== "column") return { name, take: ({ count }) => long(count) };
  const of = arg.name;
  const take = takers[expression.name as keyof typeof takers];
  return {
    name,
    of,
    take: ({ columns }) => {
      const sums = sumsIn(columns, of);
      const value = sums ? take(sums) : null;
      return value === null ? null : long(value);
    },
  };
}

const takers = {
  sum: ({ sum }: ColumnSums): number | null => sum,
  mean: ({ mean }: ColumnSums): number | null => mean,
  stddev: stddevOf,
  min: ({ min }: ColumnSums): number | null => min,
  max: ({ max }: ColumnSums): number | null => max,
};

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
    groupOf: (row) => canonicalJson(Object.values(toGroup(row))),
    add: (sums, row) => mergeGroups(sums, sumsOf(row, toGroup(row), summed)),
    merge: mergeGroups,
    toRow: (sums) => Object.fromEntries(results.map(({ name, take }) => [name, take(sums)])),
  };
}

function pick(
  row: object,
  names: readonly string[],
  as: (value: unknown) => unknown = (value) => value,
): Record<string, unknown> {
  const values = row as Readonly<Record<string, unknown>>;
  return Object.fromEntries(names.map((name) => [name, as(values[name])]));
}

/** JSON has no bigints: a group keeps one as text. */
function toKept(value: unknown): unknown {
  return typeof value === "bigint" ? `${value}` : value;
}

function sumsOf(row: object, group: Record<string, unknown>, summed: readonly string[]): GroupSums {
  const values = Object.entries(pick(row, summed)).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  const columns = values.map(([name, value]) => {
    const one = Number(value);
    return [name, { n: 1, mean: one, m2: 0, sum: one, min: one, max: one }] as const;
  });
  return { group, count: 1, columns: Object.fromEntries(columns) };
}

function mergeGroups(a: GroupSums | undefined, b: GroupSums): GroupSums {
  if (!a) return b;
  const columns: Record<string, ColumnSums> = { ...a.columns };
  for (const [name, sums] of Object.entries(b.columns))
    columns[name] = mergeColumn(sumsIn(columns, name), sums);
  return { group: a.group, count: a.count + b.count, columns };
}

function mergeColumn(a: ColumnSums | undefined, b: ColumnSums): ColumnSums {
  return a ? { ...mergeMoments(a, b), sum: a.sum + b.sum } : b;
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

import { canonicalJson } from "../base/json";
import { type Expression, parseExpression } from "./expressions";
import { type Contract, type ContractColumn, type ContractSummary, primaryKeyOf, tableOf } from "./model";

/** Running sums of one column: count of its values, mean, sum of squared distances from it, sum and extremes. */
export interface ColumnSums {
  readonly n: number;
  readonly mean: number;
  readonly m2: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
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
export function compileSummary(contract: Contract, summary: ContractSummary): CompiledSummary {
  const groups = primaryKeyOf(summary);
  const results = summary.columns.map((column) => toResult(column, contract, summary.of));
  const summed = [...new Set(results.flatMap(({ of }) => (of === undefined ? [] : [of])))];
  const toGroup = (row: object) => pick(row, groups);
  return {
    groupOf: (row) => canonicalJson(Object.values(toGroup(row))),
    add: (sums, row) => mergeGroups(sums, sumsOf(row, toGroup(row), summed)),
    merge: mergeGroups,
    toRow: (sums) => Object.fromEntries(results.map(({ name, take }) => [name, take(sums)])),
  };
}

function pick(row: object, names: readonly string[]): Record<string, unknown> {
  const values = row as Readonly<Record<string, unknown>>;
  return Object.fromEntries(names.map((name) => [name, values[name]]));
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
  for (const [name, sums] of Object.entries(b.columns)) columns[name] = mergeColumn(columns[name], sums);
  return { group: a.group, count: a.count + b.count, columns };
}

/** Merges the sums of two disjoint sets of values (Chan, Golub, LeVeque 1979). */
function mergeColumn(a: ColumnSums | undefined, b: ColumnSums): ColumnSums {
  if (!a) return b;
  const n = a.n + b.n;
  const delta = b.mean - a.mean;
  return {
    n,
    mean: a.mean + (delta * b.n) / n,
    m2: a.m2 + b.m2 + delta * delta * ((a.n * b.n) / n),
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

interface Result {
  readonly name: string;
  /** The column that it is taken of; undefined for the group's own and the count of rows. */
  readonly of?: string;
  readonly take: (sums: GroupSums) => unknown;
}

function toResult({ name, derived, type }: ContractColumn, contract: Contract, table: string): Result {
  if (derived === undefined) return { name, take: ({ group }) => group[name] };
  const expression: Expression = parseExpression(derived);
  if (expression.kind !== "call") throw new Error(`summary column ${name}: expected a sum`);
  const [arg] = expression.args;
  const long = (value: number) => (type === "INT64" ? BigInt(Math.round(value)) : value);
  if (arg?.kind !== "column") return { name, take: ({ count }) => long(count) };
  const of = tableOf(contract, table).columns.find((column) => column.name === arg.name)?.name ?? arg.name;
  const take = takers[expression.name as keyof typeof takers];
  return {
    name,
    of,
    take: ({ columns }) => {
      const sums = columns[of];
      const value = sums ? take(sums) : null;
      return value === null ? null : long(value);
    },
  };
}

/** The standard deviation is the sample's (n - 1), null of a single value. */
const takers = {
  sum: ({ sum }: ColumnSums): number | null => sum,
  mean: ({ mean }: ColumnSums): number | null => mean,
  stddev: ({ n, m2 }: ColumnSums): number | null => (n > 1 ? Math.sqrt(m2 / (n - 1)) : null),
  min: ({ min }: ColumnSums): number | null => min,
  max: ({ max }: ColumnSums): number | null => max,
};

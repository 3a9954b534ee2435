import type { Contract } from "../contract/model";
import { type CompiledSummary, compileSummary, type GroupSums } from "../contract/summaries";
import type { LakeSummaries } from "../lake/commit-file";

/** What a summary asks of the rows of a table, column by column, so that another thread can hand it over. */
export interface Summed {
  /** The groups that there are, and a row of each. */
  readonly keys: readonly string[];
  readonly groups: readonly object[];
  /** By row: its group's number. */
  readonly of: Uint32Array;
  /** By column: each row's value as a number, NaN for none. */
  readonly columns: Readonly<Record<string, Float64Array>>;
}

/** The sums of a contract's summaries over rows that come one after another. */
export interface Sums {
  /** Adds rows that were taken before, by summary, as `add` would have. */
  readonly addTaken: (taken: Readonly<Record<string, Summed>>) => void;
  /** Adds the rows of a message, by table. */
  readonly add: (rows: Readonly<Record<string, readonly object[]>>) => void;
  /** As a commit keeps them. */
  readonly groups: () => LakeSummaries;
  /** The rows of each summary, in the order of their groups. */
  readonly rows: () => Readonly<Record<string, readonly object[]>>;
}

interface Summing {
  readonly name: string;
  readonly of: string;
  readonly compiled: CompiledSummary;
  readonly groups: Map<string, GroupSums>;
}

/** Goes on from the sums of a commit; default: from none. */
export function createSums({ summaries }: Contract, before: LakeSummaries = {}): Sums {
  const all = summaries.map((summary): Summing => {
    const groups = new Map(Object.entries(before[summary.name] ?? {}));
    return { name: summary.name, of: summary.of, compiled: compileSummary(summary), groups };
  });
  return {
    add: (rows) => {
      for (const { of, compiled, groups } of all)
        for (const row of rows[of] ?? []) {
          const key = compiled.groupOf(row);
          groups.set(key, compiled.add(groups.get(key), row));
        }
    },
    addTaken: (taken) => {
      for (const { name, compiled, groups } of all) {
        const own = taken[name];
        if (own) addColumns(own, compiled, groups);
      }
    },
    groups: () => Object.fromEntries(all.map(({ name, groups }) => [name, Object.fromEntries(groups)])),
    rows: () => Object.fromEntries(all.map((one) => [one.name, toRows(one)])),
  };
}

function addColumns(
  { keys, groups, of, columns }: Summed,
  compiled: CompiledSummary,
  to: Map<string, GroupSums>,
): void {
  const rows = groups.map((group): Record<string, unknown> => ({ ...group }));
  const sums = keys.map((key) => to.get(key));
  const taken = Object.entries(columns);
  for (let index = 0; index < of.length; index++) {
    const number = of[index] as number;
    const row = rows[number] as Record<string, unknown>;
    fillIn(row, taken, index);
    sums[number] = compiled.add(sums[number], row);
  }
  for (const [number, key] of keys.entries()) {
    const own = sums[number];
    if (own) to.set(key, own);
  }
}

function fillIn(row: Record<string, unknown>, taken: readonly [string, Float64Array][], index: number): void {
  for (const [name, values] of taken) {
    const value = values[index] as number;
    row[name] = Number.isNaN(value) ? null : value;
  }
}

function toRows({ compiled, groups }: Summing): object[] {
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, sums]) => compiled.toRow(sums));
}

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

/** Takes out of rows what the summaries ask of them. */
export interface SummedRows {
  /** Adds the rows of a message, by table. */
  readonly add: (rows: Readonly<Record<string, readonly object[]>>) => void;
  /** Takes rows of a table out again: of each that came, in their order, 1 says that it goes. */
  readonly drop: (table: string, goes: Uint8Array) => void;
  /** By summary. */
  readonly end: () => Readonly<Record<string, Summed>>;
}

/** Begins to take out of rows what the summaries of a contract ask of them. */
export function takeSummed({ summaries }: Contract): SummedRows {
  const all = summaries.map((summary) => {
    const compiled = compileSummary(summary);
    const columns = compiled.summedColumns.map((name) => ({ name, values: [] as number[] }));
    const groups = new Map<string, { readonly number: number; readonly group: object }>();
    const { name, of } = summary;
    return {
      name,
      of,
      compiled,
      columns,
      groups,
      numbers: [] as number[],
      goes: new Uint8Array() as Uint8Array,
    };
  });
  return {
    add: (rows) => {
      for (const { of, compiled, columns, groups, numbers } of all)
        for (const row of (rows[of] ?? []) as readonly Readonly<Record<string, unknown>>[]) {
          const key = compiled.groupOf(row);
          const known = groups.get(key) ?? { number: groups.size, group: pick(row, compiled.groupColumns) };
          groups.set(key, known);
          numbers.push(known.number);
          for (const { name, values } of columns) values.push(toNumber(row[name]));
        }
    },
    drop: (table, goes) => {
      for (const one of all) if (one.of === table) one.goes = goes;
    },
    end: () =>
      Object.fromEntries(
        all.map(({ name, columns, groups, numbers, goes }): [string, Summed] => {
          const stays = (_: number, index: number) => !goes[index];
          const toValues = (values: readonly number[]) => Float64Array.from(values.filter(stays));
          return [
            name,
            {
              keys: [...groups.keys()],
              groups: [...groups.values()].map(({ group }) => group),
              of: Uint32Array.from(numbers.filter(stays)),
              columns: Object.fromEntries(columns.map((one) => [one.name, toValues(one.values)])),
            },
          ];
        }),
      ),
  };
}

function toNumber(value: unknown): number {
  return value === null || value === undefined ? Number.NaN : Number(value);
}

function pick(row: Readonly<Record<string, unknown>>, names: readonly string[]): object {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
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
  const taken = Object.entries(columns);
  for (const [index, number] of of.entries()) {
    const row: Record<string, unknown> = { ...groups[number] };
    for (const [name, values] of taken) {
      const value = values[index] as number;
      if (!Number.isNaN(value)) row[name] = value;
    }
    const key = keys[number] ?? "";
    to.set(key, compiled.add(to.get(key), row));
  }
}

function toRows({ compiled, groups }: Summing): object[] {
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, sums]) => compiled.toRow(sums));
}

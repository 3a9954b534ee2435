import type { Contract } from "../contract/model";
import { type CompiledSummary, compileSummary } from "../contract/summaries";
import type { Summed } from "./sums";

type Row = Readonly<Record<string, unknown>>;

/** Takes out of rows what the summaries of a contract ask of them. */
export class SummedRows {
  readonly #all: readonly OneSummed[];

  constructor({ summaries }: Contract) {
    this.#all = summaries.map((summary) => new OneSummed(summary.name, summary.of, compileSummary(summary)));
  }

  /** Adds the rows of a message, by table. */
  add(rows: Readonly<Record<string, readonly object[]>>): void {
    for (const one of this.#all) {
      const own = rows[one.of];
      if (own) for (let index = 0; index < own.length; index++) one.add(own[index] as Row);
    }
  }

  /** Takes rows of a table out again: of each that came, in their order, 1 says that it goes. */
  drop(table: string, goes: Uint8Array): void {
    for (const one of this.#all) if (one.of === table) one.drop(goes);
  }

  /** By summary. */
  end(): Readonly<Record<string, Summed>> {
    return Object.fromEntries(this.#all.map((one) => [one.name, one.end()]));
  }
}

/** Of one summary. */
class OneSummed {
  readonly name: string;
  readonly of: string;
  readonly #compiled: CompiledSummary;
  /** The only column that tells groups apart; undefined where there are several. */
  readonly #only: string | undefined;
  /** By the value of that column: its group's number, so that its text is put together once. */
  readonly #known = new Map<unknown, number>();
  readonly #keys = new Map<string, number>();
  readonly #groups: object[] = [];
  /** By row. */
  #numbers: number[] = [];
  readonly #columns: { readonly name: string; values: number[] }[];

  constructor(name: string, of: string, compiled: CompiledSummary) {
    const [only, ...others] = compiled.groupColumns;
    this.name = name;
    this.of = of;
    this.#compiled = compiled;
    this.#only = others.length === 0 ? only : undefined;
    this.#columns = compiled.summedColumns.map((column) => ({ name: column, values: [] }));
  }

  add(row: Row): void {
    this.#numbers.push(this.#only === undefined ? this.#find(row) : this.#recall(row, row[this.#only]));
    for (const { name, values } of this.#columns) values.push(toNumber(row[name]));
  }

  drop(goes: Uint8Array): void {
    this.#numbers = withoutRows(this.#numbers, goes);
    for (const column of this.#columns) column.values = withoutRows(column.values, goes);
  }

  end(): Summed {
    const columns = this.#columns.map(({ name, values }) => [name, Float64Array.from(values)]);
    return {
      keys: [...this.#keys.keys()],
      groups: this.#groups,
      of: Uint32Array.from(this.#numbers),
      columns: Object.fromEntries(columns),
    };
  }

  #recall(row: Row, value: unknown): number {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const number = this.#find(row);
    this.#known.set(value, number);
    return number;
  }

  #find(row: Row): number {
    const { groupOf, groupColumns } = this.#compiled;
    const key = groupOf(row);
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    this.#keys.set(key, this.#groups.length);
    return this.#groups.push(Object.fromEntries(groupColumns.map((name) => [name, row[name]]))) - 1;
  }
}

function withoutRows(values: readonly number[], goes: Uint8Array): number[] {
  const stay: number[] = [];
  for (let row = 0; row < values.length; row++) if (goes[row] === 0) stay.push(values[row] as number);
  return stay;
}

function toNumber(value: unknown): number {
  return value === null || value === undefined ? Number.NaN : Number(value);
}

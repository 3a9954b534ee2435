import { concatOwned } from "../base/bytes";
import { createEncoder, type Encoder } from "../parquet/encoder";
import { createShredder, type Shredder } from "../parquet/shredding";
import { parquetDefaults } from "../parquet/write";
import { type LakeModel, tableIn } from "../tables/lake-model";
import type { Table } from "../tables/tables";

/** The rows of a table: few as they are, many as a Parquet file, whose row groups are then copied. */
export type TablePart = { readonly rows: readonly object[] } | { readonly file: Uint8Array };

/** Rows by table; without those that get none. */
export type RowsByTable = Readonly<Record<string, readonly object[]>>;

/** Of a table of which there are more, the rows become a file; below it they are written with those of other chunks. */
const fewRows = 100;

/** One row group, as a chunk is about as large as one is to be. */
const oneGroup = {
  ...parquetDefaults,
  rowGroupRows: Number.POSITIVE_INFINITY,
  rowGroupTextLength: Number.POSITIVE_INFINITY,
};

/** What chunks that have ended leave to the next ones: the memory of columns, which has grown by then. */
const spareShredders = new WeakMap<Table, Shredder[]>();

/** The rows of a chunk, by table. */
export class ChunkRows {
  readonly #model: LakeModel;
  readonly #tables = new Map<string, TableRows>();

  constructor(model: LakeModel) {
    this.#model = model;
  }

  /** Checks and adds rows; throws MisfitError. */
  append(table: string, rows: readonly object[]): void {
    const own = this.#of(table);
    for (let index = 0; index < rows.length; index++) own.append(rows[index] as object);
  }

  /** Checks and adds a row; throws MisfitError. */
  appendOne(table: string, row: object): void {
    this.#of(table).append(row);
  }

  /** Takes rows out again; of each of the table's, 1 says that it goes. */
  drop(table: string, goes: Uint8Array): void {
    this.#tables.get(table)?.drop(goes);
  }

  /** How many rows a table has, those that are taken out again included. */
  rowCount(table: string): number {
    return this.#tables.get(table)?.rowCount ?? 0;
  }

  #of(table: string): TableRows {
    const known = this.#tables.get(table);
    if (known) return known;
    const own = new TableRows(tableIn(this.#model, table));
    this.#tables.set(table, own);
    return own;
  }

  async end(): Promise<Readonly<Record<string, TablePart>>> {
    const parts = [...this.#tables].map(async ([table, rows]) => [table, await rows.end()] as const);
    const ended = await Promise.all(parts);
    return Object.fromEntries(ended.filter(([, part]) => "file" in part || part.rows.length > 0));
  }
}

class TableRows {
  readonly #table: Table;
  #rows: object[] = [];
  #encoder: Encoder | undefined;
  #shredder: Shredder | undefined;
  #hasRows = true;
  rowCount = 0;

  constructor(table: Table) {
    this.#table = table;
  }

  append(row: object): void {
    this.rowCount++;
    if (this.#encoder) {
      this.#encoder.append(row); // never to be waited for: its one row group ends with it
      return;
    }
    this.#rows.push(row);
    if (this.#rows.length > fewRows) this.#encode();
  }

  drop(goes: Uint8Array): void {
    this.#hasRows = goes.includes(0);
    this.#encoder?.drop(goes);
    this.#rows = this.#rows.filter((_, index) => !goes[index]);
  }

  async end(): Promise<TablePart> {
    const finished = this.#encoder?.finish();
    if (this.#shredder) spareShredders.get(this.#table)?.push(this.#shredder); // its rows are taken out already
    await finished;
    if (!this.#encoder || !this.#hasRows) return { rows: this.#rows };
    return { file: concatOwned(this.#encoder.sections) };
  }

  #encode(): void {
    const spare = spareShredders.get(this.#table) ?? [];
    spareShredders.set(this.#table, spare);
    this.#shredder = spare.pop() ?? createShredder(this.#table);
    this.#encoder = createEncoder(this.#table, oneGroup, this.#shredder);
    for (const row of this.#rows.splice(0)) this.#encoder.append(row);
  }
}

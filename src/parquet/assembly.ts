import type { ParquetEnvelopeWriter } from "parquetjs-lite";
import type { Table } from "../tables/tables";
import { createEncoder, type Encoder, type EncoderOptions } from "./encoder";
import { addGroup, openEnvelope } from "./envelope";
import { readParquet } from "./read";
import { moveRowGroup, readFileGroups } from "./row-groups";

/**
 * One file out of several: row groups that are large enough are copied as they stand, the rows of small ones, and of files
 * that something else wrote, are written anew, together. Rows keep their order.
 */
export class FileAssembly implements Pick<Encoder, "sections" | "finish"> {
  /** Finished parts of the file, in order; the caller takes them out. */
  readonly sections: Buffer[] = [];
  readonly #table: Table;
  readonly #options: EncoderOptions;
  readonly #envelope: ParquetEnvelopeWriter;
  /** Of the rows that are written anew, a row group at most. */
  #rows: Encoder | undefined;

  constructor(table: Table, options: EncoderOptions) {
    this.#table = table;
    this.#options = options;
    this.#envelope = openEnvelope(table, this.sections);
  }

  /** Adds all rows of a file of the table; returns their number. Throws ServiceError for what is no such file. */
  async appendFile(file: Uint8Array): Promise<number> {
    await readParquet(file, this.#table, { rowEnd: 0 }); // tells a file of another table
    const { groups, isOurs } = readFileGroups(file, this.#table);
    for (const group of groups) {
      if (isOurs && this.#isLarge(group)) {
        await this.#endRows();
        this.#add(file, group);
        continue;
      }
      const { rowStart } = group;
      const range = { rowStart, rowEnd: rowStart + group.rowCount };
      for (const row of await readParquet(file, this.#table, range)) await this.#appendRow(row);
    }
    return groups.reduce((sum, group) => sum + group.rowCount, 0);
  }

  /** Adds the row groups of a file that this package has just written for the table; returns the number of their rows. */
  async appendGroups(file: Uint8Array): Promise<number> {
    await this.#endRows();
    const { groups } = readFileGroups(file, this.#table);
    for (const group of groups) this.#add(file, group);
    return groups.reduce((sum, group) => sum + group.rowCount, 0);
  }

  /** Adds rows, which are written with those that come before and behind; returns their number. */
  async append(rows: readonly object[]): Promise<number> {
    for (const row of rows) await this.#appendRow(row);
    return rows.length;
  }

  /** Adds the footer. */
  async finish(): Promise<void> {
    await this.#endRows();
    this.#envelope.writeFooter(this.#options.metadata);
  }

  /** Half of what ends a row group. */
  #isLarge({ rowCount, pageBytes }: { readonly rowCount: number; readonly pageBytes: number }): boolean {
    const { rowGroupRows, rowGroupTextLength } = this.#options;
    return rowCount * 2 >= rowGroupRows || pageBytes * 2 >= rowGroupTextLength;
  }

  #add(file: Uint8Array, group: Parameters<typeof moveRowGroup>[1]): void {
    const { sections, metadata } = moveRowGroup(file, group, this.#envelope.offset);
    addGroup(this.#envelope, sections, metadata);
  }

  async #appendRow(row: object): Promise<void> {
    this.#rows ??= createEncoder(this.#table, this.#options);
    if (this.#rows.append(row)) await this.#endRows(); // a row group ends with it
  }

  async #endRows(): Promise<void> {
    const rows = this.#rows;
    this.#rows = undefined;
    await rows?.finish();
    const file = Buffer.concat(rows?.sections ?? []);
    if (rows) for (const group of readFileGroups(file, this.#table).groups) this.#add(file, group);
  }
}

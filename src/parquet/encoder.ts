import type { Table } from "../tables/tables";
import { addGroup, openEnvelope } from "./envelope";
import { beginGroup, dropRows, type RowGroup } from "./leaves";
import { type EndedGroup, endGroup } from "./pages";
import type { Compression } from "./schema-fields";
import { createShredder, type Shredder } from "./shredding";
import { compressPages, writeGroup } from "./write-group";

/** What a file is to be like. */
export interface EncoderOptions {
  /** A row group ends after so many rows, */
  readonly rowGroupRows: number;
  /** or with the row after the one that brought its text to so many UTF-16 units. */
  readonly rowGroupTextLength: number;
  readonly compression: Compression;
  /** Key-value metadata of the footer. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What writes one file, without the file. */
export interface Encoder {
  /** Finished parts of the file, in order; the caller takes them out. */
  readonly sections: Buffer[];
  /**
   * Checks and adds one row; throws MisfitError, and then the file can't be completed. Where a row group ends with it, to
   * be waited for: until the one before is among the sections, while this one is compressed beside what follows.
   */
  append(row: object): Promise<void> | undefined;
  /** Takes rows out of the row group at hand, whose rows are numbered from 0: of each of them, 1 says that it goes. */
  drop(goes: Uint8Array): void;
  /** Adds the last row group and the footer. */
  finish(): Promise<void>;
}

/**
 * Begins a file of the table. `shredder`: that of a file of the table which is finished, or about to be; its memory is used
 * again.
 */
export function createEncoder(
  table: Table,
  options: EncoderOptions,
  shredder: Shredder = createShredder(table),
): Encoder {
  return new GroupEncoder(table, options, shredder);
}

/** A class: its code outlives its files, and so is compiled once. */
class GroupEncoder implements Encoder {
  readonly sections: Buffer[] = [];
  readonly #options: EncoderOptions;
  readonly #shredder: Shredder;
  readonly #envelope: ReturnType<typeof openEnvelope>;
  #rows: RowGroup;
  #written: Promise<void> = Promise.resolve();

  constructor(table: Table, options: EncoderOptions, shredder: Shredder) {
    this.#options = options;
    this.#shredder = shredder;
    this.#envelope = openEnvelope(table, this.sections);
    this.#rows = beginGroup(shredder.leaves);
  }

  append(row: object): Promise<void> | undefined {
    const { rowGroupRows, rowGroupTextLength } = this.#options;
    const isLong = this.#rows.textLength >= rowGroupTextLength;
    this.#shredder.shred(row, this.#rows);
    return isLong || this.#rows.rowCount >= rowGroupRows ? this.#end() : undefined;
  }

  drop(goes: Uint8Array): void {
    this.#rows.rowCount = dropRows(this.#shredder.leaves, goes);
  }

  async finish(): Promise<void> {
    if (this.#rows.rowCount > 0) await this.#end();
    await this.#written;
    this.#envelope.writeFooter(this.#options.metadata);
  }

  #end(): Promise<void> {
    const { leaves } = this.#shredder;
    const group = endGroup(this.#rows, leaves);
    this.#rows = beginGroup(leaves);
    const before = this.#written;
    const compressing = compressPages(group.pages, this.#options.compression);
    this.#written = Promise.all([compressing, before]).then(([compressed]) => this.#write(group, compressed));
    this.#written.catch(() => undefined); // thrown to whoever waits for it
    return before;
  }

  #write(group: EndedGroup, compressed: readonly Buffer[]): void {
    const at = { offset: this.#envelope.offset, by: this.#options.compression };
    const written = writeGroup(group, compressed, at);
    addGroup(this.#envelope, [written.bytes], written.metadata);
    for (const { leaf, body } of group.pages) leaf.values.takeBack(body);
  }
}

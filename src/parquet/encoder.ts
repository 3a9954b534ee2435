import type { Table } from "../tables/tables";
import { addGroup, openEnvelope } from "./envelope";
import { beginGroup, dropRows } from "./leaves";
import { endGroup } from "./pages";
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
  { leaves, shred }: Shredder = createShredder(table),
): Encoder {
  const { rowGroupRows, rowGroupTextLength, compression, metadata } = options;
  const sections: Buffer[] = [];
  const envelope = openEnvelope(table, sections);
  let rows = beginGroup(leaves);
  let written: Promise<void> = Promise.resolve();
  const end = (): Promise<void> => {
    const group = endGroup(rows, leaves);
    rows = beginGroup(leaves);
    const before = written;
    const compressing = compressPages(group.pages, compression);
    written = Promise.all([compressing, before]).then(([compressed]) => {
      const written = writeGroup(group, compressed, { offset: envelope.offset, by: compression });
      addGroup(envelope, [written.bytes], written.metadata);
      for (const { leaf, body } of group.pages) leaf.values.takeBack(body);
    });
    written.catch(() => undefined); // thrown to whoever waits for it
    return before;
  };
  return {
    sections,
    append: (row) => {
      const isLong = rows.textLength >= rowGroupTextLength;
      shred(row, rows);
      return isLong || rows.rowCount >= rowGroupRows ? end() : undefined;
    },
    drop: (goes) => {
      dropRows(leaves, goes);
      rows.rowCount -= goes.reduce((sum, one) => sum + one, 0);
    },
    finish: async () => {
      if (rows.rowCount > 0) await end();
      await written;
      envelope.writeFooter(metadata);
    },
  };
}

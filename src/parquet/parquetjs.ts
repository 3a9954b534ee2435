import parquetjs = require("parquetjs-lite");
import thrift = require("parquetjs-lite/gen-nodejs/parquet_types");
import util = require("parquetjs-lite/lib/util");

import { ServiceError } from "../base/errors";
import type { Table } from "../tables/tables";
import { beginGroup, dropRows } from "./leaves";
import { endGroup } from "./pages";
import type { RowGroupMetadata } from "./row-groups";
import { type Compression, toSchemaFields } from "./schema-fields";
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

/** parquetjs-lite's writer for one file, without the file. */
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

let installed: Promise<void> | undefined;

/** Begins a file of the table, with our parts put into parquetjs-lite and seen at work there. */
export async function createEncoder(table: Table, options: EncoderOptions): Promise<Encoder> {
  await prepareParquetjs();
  return beginEncoder(table, options);
}

/** Puts our parts into parquetjs-lite, once in a process: before it writes anything, be it a footer alone. */
export function prepareParquetjs(): Promise<void> {
  installed ??= install();
  return installed;
}

/**
 * Begins a file likewise, where `prepareParquetjs` has been waited for. `shredder`: that of a file of the table which is
 * finished, or about to be; its memory is used again.
 */
export function beginEncoder(
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

/** Begins a file: what is written of it is added to the sections. */
export function openEnvelope(table: Table, sections: Buffer[]): parquetjs.ParquetEnvelopeWriter {
  const schema = new parquetjs.ParquetSchema(toSchemaFields(table));
  const push = (section: Buffer): unknown => sections.push(section);
  const envelope = new parquetjs.ParquetEnvelopeWriter(schema, push, () => undefined, 0, {});
  envelope.writeHeader();
  return envelope;
}

/** Adds a row group that was encoded for where the file has come to. */
export function addGroup(
  envelope: parquetjs.ParquetEnvelopeWriter,
  sections: readonly Buffer[],
  metadata: RowGroupMetadata,
): void {
  for (const section of sections) envelope.writeSection(section);
  envelope.rowGroups.push(metadata);
  envelope.rowCount += Number(metadata.num_rows);
}

/** Puts our part in place of the package's, and makes sure that it takes part. */
async function install(): Promise<void> {
  installTimeZone();
  const type = thrift.ConvertedType.TIMESTAMP_MILLIS;
  const element = new thrift.SchemaElement({ name: "time", converted_type: type });
  const written = new thrift.SchemaElement();
  util.decodeThrift(written, util.serializeThrift(element));
  if (written.logicalType?.TIMESTAMP?.isAdjustedToUTC === true) return;
  throw new ServiceError(
    'parquetjs-lite: expected version 0.8.7, received one that takes no time zone of ours; run "npm ci"',
  );
}

/**
 * The package writes only the old annotation of a time, which some readers take for a time without zone; the logical
 * type beside it says UTC to all (Parquet format, "TIMESTAMP").
 */
function installTimeZone(): void {
  const { prototype } = thrift.SchemaElement;
  const { write } = prototype;
  prototype.write = function (output) {
    if (this.converted_type === thrift.ConvertedType.TIMESTAMP_MILLIS) {
      const unit = new thrift.TimeUnit({ MILLIS: new thrift.MilliSeconds() });
      this.logicalType = new thrift.LogicalType({
        TIMESTAMP: new thrift.TimestampType({ isAdjustedToUTC: true, unit }),
      });
    }
    write.call(this, output);
  };
}

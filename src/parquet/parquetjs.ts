import parquetjs = require("parquetjs-lite");
import codec = require("parquetjs-lite/lib/codec");
import compression = require("parquetjs-lite/lib/compression");
import types = require("parquetjs-lite/lib/types");
import thrift = require("parquetjs-lite/gen-nodejs/parquet_types");

import { ServiceError } from "../base/errors";
import { decompressZstd } from "../base/zstd";
import { required } from "../tables/columns";
import type { Table } from "../tables/tables";
import { encodeInt64s } from "./encoding";
import { beginGroup, dropRows, EncodedPart } from "./leaves";
import { compressBeside, type EndedGroup, endGroup } from "./pages";
import { correctSizes } from "./row-groups";
import { type Compression, toSchemaFields } from "./schema-fields";
import { createShredder, type Shredder } from "./shredding";

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

/** A table in which each of our parts has something to do. */
const probe = {
  name: "probe",
  columns: [
    required("text", "STRING", ""),
    required("time", "TIMESTAMP", ""),
    required("day", "DATE", ""),
    required("list", { list: required("element", "INT64", "") }, ""),
  ],
} as unknown as Table;

/** Whose rows are taken apart before the package sees them. */
const ourSchemas = new WeakSet<object>();
/** Of the row group that is being written: what its pages are before and after they are compressed, in their order. */
let ahead: { readonly bodies: Buffer[]; readonly compressed: Buffer[] } | undefined;
const partsInUse = new Set<string>();
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
  const { rowGroupRows, rowGroupTextLength, compression } = options;
  const schema = new parquetjs.ParquetSchema(toSchemaFields(table, compression));
  ourSchemas.add(schema);
  const sections: Buffer[] = [];
  const writer = createWriter(schema, sections, options);
  let rows = beginGroup(leaves);
  let written: Promise<void> = Promise.resolve();
  const end = (): Promise<void> => {
    const group = endGroup(rows, leaves);
    rows = beginGroup(leaves);
    const before = written;
    const compressed = compression === "ZSTD" ? compressBeside(group.bodies) : [];
    written = Promise.all([compressed, before]).then(([pages]) => writeGroup(writer, group, pages));
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
      await writer.close();
    },
  };
}

/** Has the package write a row group whose rows are taken apart and whose pages are compressed. */
function writeGroup(
  writer: parquetjs.ParquetWriter,
  { buffer, bodies }: EndedGroup,
  compressed: readonly Buffer[],
): Promise<void> {
  writer.rowBuffer = buffer;
  ahead = { bodies: [...bodies], compressed: [...compressed] };
  const ended = writer.appendRow({}); // takes the pages at once
  ahead = undefined;
  return ended;
}

/** Pages are of version 1, which every reader knows, and without page index: what the package writes there is incomplete. */
function createWriter(schema: object, sections: Buffer[], options: EncoderOptions): parquetjs.ParquetWriter {
  const settings = { useDataPageV2: false, pageIndex: false, pageSize: 1, rowGroupSize: 1 }; // all there is
  let groups = 0;
  const push = (section: Buffer): unknown => {
    const group = envelope.rowGroups[groups];
    if (group) {
      correctSizes(group, section, envelope.offset - section.length);
      groups++;
    }
    return sections.push(section);
  };
  const envelope = new parquetjs.ParquetEnvelopeWriter(schema, push, () => undefined, 0, settings);
  const writer = new parquetjs.ParquetWriter(schema, envelope, settings);
  for (const [key, value] of Object.entries(options.metadata)) writer.setMetadata(key, value);
  return writer;
}

/** Puts our parts in place of the package's, then encodes a row and makes sure that each of them took part. */
async function install(): Promise<void> {
  installShredder();
  installEncoders();
  installTimeZone();
  const settings = { rowGroupRows: 1, rowGroupTextLength: 1, compression: "ZSTD", metadata: {} } as const;
  const parts = ["shredder", "RLE", "PLAIN", "ZSTD", "timestamps", "dates", "time zone"];
  const encoder = beginEncoder(probe, settings);
  const failure = await Promise.resolve(encoder.append({ text: "t", time: -1, day: -1, list: [] }))
    .then(() => encoder.finish())
    .catch((error: unknown) => error);
  const ignored = parts.filter((part) => !partsInUse.has(part));
  if (failure === undefined && ignored.length === 0) return;
  const cause = { cause: failure };
  throw new ServiceError(
    `parquetjs-lite: expected version 0.8.7, received one that takes no ${ignored} of ours; run "npm ci"`,
    cause,
  );
}

/** The package's own shredder spends most of its time making keys of paths; it still serves schemas that aren't ours. */
function installShredder(): void {
  const { ParquetShredder } = parquetjs;
  ParquetShredder.shredRecord = override("shredder", ParquetShredder.shredRecord, (schema) =>
    ourSchemas.has(schema) ? undefined : false,
  );
}

/** The package's INT64 were numbers, its times and days before 1970 threw; its levels and texts were slow. */
function installEncoders(): void {
  const { RLE, PLAIN } = codec;
  const { TIMESTAMP_MILLIS, DATE } = types.PARQUET_LOGICAL_TYPES;
  RLE.encodeValues = override("RLE", RLE.encodeValues, (_type, values) => toEncoded(values));
  PLAIN.encodeValues = override("PLAIN", PLAIN.encodeValues, encodePlain);
  compression.PARQUET_COMPRESSION_METHODS.ZSTD = { deflate: takeCompressed, inflate: decompressZstd };
  TIMESTAMP_MILLIS.toPrimitive = override("timestamps", TIMESTAMP_MILLIS.toPrimitive, toMilliseconds);
  DATE.toPrimitive = override("dates", DATE.toPrimitive, toDays);
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
      partsInUse.add("time zone");
    }
    write.call(this, output);
  };
}

/** Tries ours, and takes the original where ours returns false. */
function override<A extends unknown[], R>(
  part: string,
  original: (...args: A) => R,
  ours: (...args: A) => R | false,
): (...args: A) => R {
  return (...args) => {
    const result = ours(...args);
    if (result === false) return original(...args);
    partsInUse.add(part);
    return result;
  };
}

/** A page has its levels and values encoded already. */
function toEncoded(values: unknown): Buffer | false {
  return values instanceof EncodedPart && values.bytes;
}

/** Statistics come as lists of one value. */
function encodePlain(type: string, values: unknown): Buffer | false {
  return toEncoded(values) || (type === "INT64" && encodeInt64s(values as (number | bigint)[]));
}

/** The next page of the row group that is being written, which was compressed ahead. */
function takeCompressed(body: Uint8Array): Buffer {
  const next = ahead?.bodies.shift();
  const compressed = ahead?.compressed.shift();
  if (!next?.equals(body) || !compressed) throw new Error("a page is not the one that was compressed");
  partsInUse.add("ZSTD");
  return compressed;
}

function toMilliseconds(value: unknown): number | bigint | false {
  return (Number.isSafeInteger(value) || typeof value === "bigint") && (value as number | bigint);
}

function toDays(value: unknown): number | false {
  return Number.isSafeInteger(value) && (value as number);
}

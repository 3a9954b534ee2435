import thrift = require("parquetjs-lite/gen-nodejs/parquet_types");
import util = require("parquetjs-lite/lib/util");

import type { Table } from "../tables/tables";
import { openEnvelope } from "./envelope";

/** 64 bits, as the package reads and takes them. */
type Int64 = number | { valueOf(): number };

/** A row group in a footer, as far as it is looked at here. */
export interface RowGroupMetadata {
  readonly num_rows: Int64;
  readonly columns: readonly {
    /** Of the metadata behind the pages. */
    file_offset: Int64;
    readonly meta_data: {
      /** Of the first page. */
      data_page_offset: Int64;
      /** Of its pages, their headers included. */
      total_uncompressed_size: Int64;
    };
  }[];
  /** Of all columns, before they are compressed. */
  total_byte_size: Int64;
}

/** One row group of a file that is at hand, to be copied as it stands. */
export interface RowGroupBytes {
  readonly rowCount: number;
  /** Of its pages before they were compressed. */
  readonly pageBytes: number;
  /** The number of its first row in the file. */
  readonly rowStart: number;
  readonly metadata: RowGroupMetadata;
}

/** The row groups of a file, and whether they are as this package would write the table. */
export interface FileGroups {
  readonly groups: readonly RowGroupBytes[];
  /** False also for a file that something else wrote: its pages are then to be read and written anew. */
  readonly isOurs: boolean;
}

const trailer = 8;
const writtenBy = "parquet.js";

/** Reads the footer of a file of the table. */
export function readFileGroups(bytes: Uint8Array, table: Table): FileGroups {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = file.length - trailer;
  const footer = new thrift.FileMetaData();
  const own = Buffer.from(file.subarray(end - file.readUInt32LE(end), end)); // whose slices keep no more than it
  util.decodeThrift(footer, own);
  const isOurs = footer.created_by === writtenBy && writeColumns(footer).equals(columnsOf(table));
  let rowStart = 0;
  const groups = footer.row_groups.map((metadata): RowGroupBytes => {
    const rowCount = Number(metadata.num_rows);
    if (isOurs) correctSizes(metadata, file); // of files of before
    const group = { rowCount, pageBytes: Number(metadata.total_byte_size), rowStart, metadata };
    rowStart += rowCount;
    return group;
  });
  return { groups, isOurs };
}

/**
 * Puts right what a row group's metadata says of its size before it was compressed, which readers plan their memory by: the
 * package said the compressed one.
 */
function correctSizes(metadata: RowGroupMetadata, file: Buffer): void {
  let bytes = 0;
  for (const { meta_data } of metadata.columns) {
    const page = new thrift.PageHeader();
    const headerBytes = util.decodeThrift(page, file.subarray(Number(meta_data.data_page_offset)));
    const size = headerBytes + page.uncompressed_page_size;
    meta_data.total_uncompressed_size = size;
    bytes += size;
  }
  metadata.total_byte_size = bytes;
}

/**
 * Moves a row group to where a file has come to: the pages as slices of the file that it stands in, behind each column's
 * its metadata with the places that it has there.
 *
 * @param offset Bytes of the file so far.
 */
export function moveRowGroup(
  file: Uint8Array,
  { metadata }: RowGroupBytes,
  offset: number,
): { readonly sections: readonly Buffer[]; readonly metadata: RowGroupMetadata } {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const sections: Buffer[] = [];
  let at = offset;
  for (const column of metadata.columns) {
    const { meta_data: own } = column;
    const pages = bytes.subarray(Number(own.data_page_offset), Number(column.file_offset));
    own.data_page_offset = at;
    column.file_offset = at + pages.length;
    const described = util.serializeThrift(own);
    sections.push(pages, described);
    at += pages.length + described.length;
  }
  return { sections, metadata };
}

const known = new WeakMap<Table, Buffer>();

/** The columns as the package writes them into the footer of a file of the table. */
function columnsOf(table: Table): Buffer {
  const found = known.get(table) ?? writeColumns(makeFooter(table));
  known.set(table, found);
  return found;
}

/** The footer of a file without rows. */
function makeFooter(table: Table): thrift.FileMetaData {
  const sections: Buffer[] = [];
  openEnvelope(table, sections).writeFooter({});
  const footer = new thrift.FileMetaData();
  util.decodeThrift(footer, (sections.at(-1) as Buffer).subarray(0, -trailer));
  return footer;
}

function writeColumns({ schema }: thrift.FileMetaData): Buffer {
  return Buffer.concat(schema.map((element) => util.serializeThrift(element)));
}

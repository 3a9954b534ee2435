import { gunzipSync } from "node:zlib";
import { ServiceError } from "../base/errors";
import { decompressZstd } from "../base/zstd";
import type { Column, ColumnType, RowOf, Table, TableName } from "../tables/tables";

/** What to read of a file; default everything. */
export interface ReadOptions {
  readonly columns?: readonly string[];
  /** First row, from 0; only the row groups that the range touches are decoded. */
  readonly rowStart?: number;
  /** The row after the last. */
  readonly rowEnd?: number;
}

/**
 * Reads rows of the table, in order, from a Parquet file given as its bytes or its local path.
 * INT64 comes as bigint, TIMESTAMP as a number of ms UTC, DATE as days since 1970. A nullable column that the file was
 * written without is null. Throws ServiceError for what is no file of this table.
 */
export function readParquet<N extends TableName, C extends string & keyof RowOf<N>>(
  source: Uint8Array | string,
  table: Table<N>,
  options: ReadOptions & { readonly columns: readonly C[] },
): Promise<Pick<RowOf<N>, C>[]>;
export function readParquet<N extends TableName>(
  source: Uint8Array | string,
  table: Table<N>,
  options?: ReadOptions,
): Promise<RowOf<N>[]>;
export async function readParquet(
  source: Uint8Array | string,
  table: Table,
  options: ReadOptions = {},
): Promise<Record<string, unknown>[]> {
  const columns = table.columns.filter(({ name }) => options.columns?.includes(name) ?? true);
  const rows = await reading(source, async (hyparquet, file) => {
    const metadata = await hyparquet.parquetMetadataAsync(file, { geoparquet: false });
    const { rowStart = 0, rowEnd = Number(metadata.num_rows) } = options;
    return readStored(hyparquet, { file, metadata, table, columns, rowStart, rowEnd, parsers });
  });
  return rows.map((row) => toRow(columns, row));
}

/**
 * Reads the rows of the table a row group at a time, in order, so that memory does not grow with the file's rows.
 * Throws as readParquet does.
 */
export async function* readRowGroups<N extends TableName>(
  source: Uint8Array | string,
  table: Table<N>,
): AsyncGenerator<RowOf<N>[]> {
  for await (const rows of readStoredGroups(source, table))
    yield rows.map((row) => toRow(table.columns, row) as RowOf<N>);
}

/**
 * The same rows as they are decoded, without a copy of each: what is not there may be undefined in place of null.
 * `textsAsBytes`: texts come as their UTF-8.
 */
export async function* readStoredGroups(
  source: Uint8Array | string,
  table: Table,
  { textsAsBytes = false } = {},
): AsyncGenerator<Record<string, unknown>[]> {
  const { columns } = table;
  const metadata = await reading(source, (hyparquet, file) =>
    hyparquet.parquetMetadataAsync(file, { geoparquet: false }),
  );
  if (metadata.row_groups.length === 0) await readParquet(source, table); // tells a file of another table, empty though it is
  const given = { metadata, table, columns, parsers: textsAsBytes ? parsersToBytes : parsers };
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const range = { rowStart, rowEnd: rowStart + Number(num_rows) };
    yield await reading(source, (hyparquet, file) => readStored(hyparquet, { ...given, ...range, file }));
    rowStart = range.rowEnd;
  }
}

interface Reading {
  readonly file: ReadableFile;
  readonly metadata: Awaited<ReturnType<Hyparquet["parquetMetadataAsync"]>>;
  readonly table: Table;
  readonly columns: readonly Column[];
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly parsers: typeof parsers | typeof parsersToBytes;
}

/** Reads rows of the columns that the file has; refuses one that lacks what the table must have. */
function readStored(hyparquet: Hyparquet, { table, columns, ...reading }: Reading) {
  const names = hyparquet.parquetSchema(reading.metadata).children.map((child) => child.element.name);
  const found = columns.filter(({ name }) => names.includes(name));
  const missing = columns.filter(({ name, nullable }) => !nullable && !names.includes(name));
  if (missing.length > 0 || found.length === 0)
    throw new Error(
      `expected ${table.name} with ${(missing.length > 0 ? missing : columns).map(({ name }) => name)}, received columns ${names}`,
    );
  const selection = { columns: found.map(({ name }) => name), compressors, geoparquet: false };
  return hyparquet.parquetReadObjects({ ...reading, ...selection });
}

/** Reads the number of rows from the footer alone. */
export async function readRowCount(source: Uint8Array | string): Promise<number> {
  const metadata = await reading(source, (hyparquet, file) =>
    hyparquet.parquetMetadataAsync(file, { geoparquet: false }),
  );
  return Number(metadata.num_rows);
}

/** A file that is read by ranges, so that its footer costs no more than itself. */
export type RangedFile = ReadableFile;

/** Reads the number of rows from the footer of a file that is not at hand. */
export async function readRowCountOf(file: RangedFile): Promise<number> {
  const { parquetMetadataAsync } = await import("hyparquet");
  const { num_rows } = await parquetMetadataAsync(file, { initialFetchSize: 2 ** 16, geoparquet: false });
  return Number(num_rows);
}

/** Reads from the footer whether its times say that they are UTC in the way that all readers know; true where it has none. */
export async function readSaysUtc(source: Uint8Array | string): Promise<boolean> {
  const { schema } = await reading(source, (hyparquet, file) =>
    hyparquet.parquetMetadataAsync(file, { geoparquet: false }),
  );
  return schema.every((element) => element.converted_type !== "TIMESTAMP_MILLIS" || element.logical_type);
}

type Hyparquet = typeof import("hyparquet", { with: { "resolution-mode": "import" }});
type ReadableFile = Awaited<ReturnType<Hyparquet["asyncBufferFromFile"]>>;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const compressors = {
  GZIP: (bytes: Uint8Array) => gunzipSync(bytes), // of files of before
  ZSTD: decompressZstd,
};

/** As hyparquet's own, but with ms and days as they are and without dropping a byte order mark. */
const parsers = {
  timestampFromMilliseconds: (ms: bigint) => Number(ms),
  dateFromDays: (days: number) => days,
  stringFromBytes: (bytes: Uint8Array) => bytes && utf8.decode(bytes),
};
const parsersToBytes = { ...parsers, stringFromBytes: (bytes: Uint8Array) => bytes };

async function reading<T>(
  source: Uint8Array | string,
  read: (hyparquet: Hyparquet, file: ReadableFile) => Promise<T>,
): Promise<T> {
  const hyparquet = await import("hyparquet");
  try {
    return await read(
      hyparquet,
      typeof source === "string" ? await hyparquet.asyncBufferFromFile(source) : toFile(source),
    );
  } catch (cause) {
    const where = typeof source === "string" ? source : `${source.length} bytes`;
    throw new ServiceError(`${where}: can't be read as Parquet: ${(cause as Error).message}`, { cause });
  }
}

function toFile(bytes: Uint8Array): ReadableFile {
  const slice = (start: number, end?: number): ArrayBuffer =>
    new Uint8Array(bytes.subarray(start, end)).buffer;
  return { byteLength: bytes.length, slice };
}

function toRow(columns: readonly Column[], values: Record<string, unknown>): Record<string, unknown> {
  const row: Record<string, unknown> = {}; // no column is called __proto__
  for (const { name, type } of columns) row[name] = toValue(type, values[name]);
  return row;
}

function toValue(type: ColumnType, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof type === "string") return value;
  if ("struct" in type) return toRow(type.struct, value as Record<string, unknown>);
  return (value as unknown[]).map((item) => toValue(type.list.type, item));
}

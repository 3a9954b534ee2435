import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { ServiceError, UserActivityError } from "../base/errors";
import { toFooter } from "../tables/column-docs";
import { type RowOf, type ShippedName, type Table, type TableName, tables } from "../tables/tables";
import { FileAssembly } from "./assembly";
import { createEncoder, type Encoder } from "./encoder";
import type { Compression } from "./schema-fields";

/** A Parquet file that is being written; it has its name once it is closed, until then `.partial` behind it. */
export interface ParquetFile<N extends TableName = TableName> {
  readonly path: string;
  /** Checks and adds rows, in the order of the calls; at the first that fails the file is discarded. */
  append(rows: readonly RowOf<N>[]): Promise<void>;
  /** Completes the file and gives it its name, in place of an older one. */
  close(): Promise<{ readonly rowCount: number; readonly bytes: number }>;
  /** Removes the unfinished file; does nothing after close(). */
  discard(): Promise<void>;
}

/** A Parquet file that is being put together out of others, and of rows between them. */
export interface MergedFile extends Pick<ParquetFile, "path" | "close" | "discard"> {
  /** Checks and adds rows, in the order of the calls. */
  append(rows: readonly object[]): Promise<void>;
  /** Adds the row groups of a file that this package has just written for the table, as they stand. */
  appendGroups(bytes: Uint8Array): Promise<void>;
  /** Adds the rows of a file of the table, in the order of the calls; returns their number. */
  appendFile(bytes: Uint8Array): Promise<number>;
}

/** How a Parquet file is written. */
export interface ParquetOptions {
  /** Key-value metadata of the footer; default none. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Rows of a row group, at most; default 5,000. */
  readonly rowGroupRows?: number;
  /**
   * Text that ends a row group early, in UTF-16 units, exceeded by one row at most; default 16 Mi. An element of a list
   * counts as 8 for each scalar in it.
   */
  readonly rowGroupTextLength?: number;
  /** Default ZSTD (level 2). */
  readonly compression?: Compression;
}

/** Begins a file of a table, one of the five or any, the columns' descriptions in its footer. */
export function createTableFile<N extends TableName>(
  path: string,
  table: (N & ShippedName) | Table<N>,
): Promise<ParquetFile<N>> {
  const whole = typeof table === "string" ? (tables[table] as Table<N>) : table;
  return createParquetFile<N>(path, whole, { metadata: toFooter(whole) });
}

/**
 * Begins a Parquet file of the table at a local path; one row group is held in memory at a time.
 * append() throws MisfitError for a row that isn't the table's, ServiceError where the file can't be written.
 */
export async function createParquetFile<N extends TableName>(
  path: string,
  table: Table<N>,
  options: ParquetOptions = {},
): Promise<ParquetFile<N>> {
  const encoder = createEncoder(table, { ...parquetDefaults, ...options });
  const writing = await openPartial(path, encoder);
  const { attempt, ...file } = startWriting(writing);
  return { ...file, append: (rows) => attempt(() => appendRows(writing, encoder, rows)) };
}

/** Begins a file of a table that takes in whole files, the columns' descriptions in its footer. */
export async function createMergedFile(
  path: string,
  table: Table,
  options: ParquetOptions = {},
): Promise<MergedFile> {
  const assembly = new FileAssembly(table, { ...parquetDefaults, metadata: toFooter(table), ...options });
  const writing = await openPartial(path, assembly);
  const { attempt, ...file } = startWriting(writing);
  const adding = (add: () => Promise<number>) => attempt(() => addWith(writing, add));
  return {
    ...file,
    append: async (rows) => void (await adding(() => assembly.append(rows))),
    appendGroups: async (bytes) => void (await adding(() => assembly.appendGroups(bytes))),
    appendFile: (bytes) => adding(() => assembly.appendFile(bytes)),
  };
}

/** How a file is written where nothing else is asked for. */
export const parquetDefaults = {
  metadata: {},
  rowGroupRows: 5_000,
  rowGroupTextLength: 2 ** 24,
  compression: "ZSTD",
} as const;

interface Writing {
  readonly path: string;
  readonly partialPath: string;
  readonly handle: FileHandle;
  readonly encoder: Pick<Encoder, "sections" | "finish">;
  rowCount: number;
  bytes: number;
}

async function openPartial(path: string, encoder: Writing["encoder"]): Promise<Writing> {
  const partialPath = `${path}.partial`;
  const handle = await open(partialPath, "w").catch((error: unknown) => failWriting(path, error));
  return { path, partialPath, handle, encoder, rowCount: 0, bytes: 0 };
}

/** Lets one call at a time at the encoder, which would lose rows, and none after a failure. */
function startWriting(writing: Writing): Pick<ParquetFile, "path" | "close" | "discard"> & {
  readonly attempt: <T>(work: () => Promise<T>) => Promise<T>;
} {
  let state: "open" | "closed" | "discarded" = "open";
  let lastTurn: Promise<unknown> = Promise.resolve();
  const discard = async (): Promise<void> => {
    if (state !== "open") return;
    state = "discarded";
    await removePartial(writing);
  };
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    if (state !== "open")
      throw new UserActivityError(`${writing.path}: expected an open file, received one that is ${state}`);
    try {
      return await work();
    } catch (error) {
      await discard();
      return failWriting(writing.path, error);
    }
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = lastTurn.then(work);
    lastTurn = turn.catch(() => undefined);
    return turn;
  };
  return {
    path: writing.path,
    attempt: (work) => inTurn(() => attempt(work)),
    close: () =>
      inTurn(async () => {
        const size = await attempt(() => complete(writing));
        state = "closed";
        return size;
      }),
    discard: () => inTurn(discard),
  };
}

async function appendRows(writing: Writing, encoder: Encoder, rows: readonly object[]): Promise<void> {
  for (const row of rows) {
    const groupEnd = encoder.append(row);
    if (groupEnd) await groupEnd;
    writing.rowCount += 1;
    if (encoder.sections.length > 0) await writeSections(writing);
  }
}

async function addWith(writing: Writing, add: () => Promise<number>): Promise<number> {
  const rowCount = await add();
  writing.rowCount += rowCount;
  await writeSections(writing);
  return rowCount;
}

async function complete(writing: Writing): Promise<{ rowCount: number; bytes: number }> {
  const { encoder, handle, partialPath, path } = writing;
  await encoder.finish();
  await writeSections(writing);
  await handle.close();
  await rename(partialPath, path);
  return { rowCount: writing.rowCount, bytes: writing.bytes };
}

async function writeSections(writing: Writing): Promise<void> {
  const sections = writing.encoder.sections.splice(0);
  if (sections.length === 0) return;
  const bytes = sections.reduce((sum, { length }) => sum + length, 0);
  const { bytesWritten } = await writing.handle.writev(sections);
  if (bytesWritten < bytes) await writing.handle.appendFile(Buffer.concat(sections).subarray(bytesWritten));
  writing.bytes += bytes;
}

/** Cleans up after a failure that is on its way to the caller, so it adds none of its own. */
async function removePartial({ handle, partialPath }: Writing): Promise<void> {
  await handle.close().catch(() => undefined);
  await rm(partialPath, { force: true }).catch(() => undefined);
}

function failWriting(path: string, cause: unknown): never {
  if (cause instanceof UserActivityError) throw cause;
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  if (code === "ENOSPC" || code === "EDQUOT") {
    throw new ServiceError(`${path}: the disk is full (${code}); the file is removed, free some space`, {
      cause,
    });
  }
  const reason = cause instanceof Error ? cause.message : String(cause); // parquetjs-lite throws strings
  throw new ServiceError(`${path}: can't be written: ${reason}`, { cause });
}

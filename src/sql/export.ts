import { createWriteStream, existsSync, statSync } from "node:fs";
import { copyFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ServiceError, UserActivityError } from "../base/errors";
import { createFolder } from "../base/folders";
import { readParquet, readRowCount, readSaysUtc } from "../parquet/read";
import { createTableFile } from "../parquet/write";
import { type LakeModel, tableIn, tableNames } from "../tables/lake-model";
import type { Table, TableName } from "../tables/tables";
import { quoteName } from "./duckdb";
import { csvLines } from "./output";
import { fetchTable, type QueryOptions, withQuery } from "./query";
import { readingOnce } from "./reading";

export interface ExportOptions extends Omit<QueryOptions, "parameters" | "timestamps"> {
  /** Default: all. */
  readonly tables?: readonly TableName[];
  /** Default "parquet". */
  readonly format?: ExportFormat;
  /** Replaces files that are there; default false. */
  readonly force?: boolean;
  /** Called before each table. */
  readonly onTable?: (table: TableName) => void;
}

export type ExportFormat = "parquet" | "csv";

/** One file that was written. */
export interface ExportedTable {
  readonly table: TableName;
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Writes landed tables as local files, one each: DIRECTORY/grades_ID.parquet or .csv, rows in the order they were
 * landed. Parquet files have the columns and types of the lake; in CSV timestamps are ISO 8601 text in UTC and nested
 * columns JSON. Throws before anything is written where a file is there already, unless `force` is set.
 */
export async function exportTables(directory: string, options: ExportOptions = {}): Promise<ExportedTable[]> {
  const { format = "parquet" } = options;
  const reading = await readingOnce(options); // all tables as of one commit
  const targets = planExport(directory, reading.lake.model, options);
  makeDirectory(directory);
  const exported: ExportedTable[] = [];
  for (const { table, path } of targets) {
    options.signal?.throwIfAborted();
    options.onTable?.(table);
    const rows = await writing(path, (partial) =>
      format === "csv"
        ? writeCsv(table, partial, reading)
        : writeParquet(tableIn(reading.lake.model, table), partial, reading),
    );
    exported.push({ table, path, rows, bytes: (await stat(path)).size });
  }
  return exported;
}

/** The files that exportTables will write. Throws where one is there already, unless `force` is set. */
export function planExport(
  directory: string,
  model: LakeModel,
  { tables: chosen, format = "parquet", force = false }: ExportOptions = {},
): { readonly table: TableName; readonly path: string }[] {
  const names = new Set(chosen?.map((table) => tableIn(model, table).name) ?? tableNames(model));
  const targets = [...names].map((table) => ({ table, path: join(directory, `${table}.${format}`) }));
  if (!force) checkFree(targets.map(({ path }) => path));
  return targets;
}

/** Throws for the first of these files that is there already. */
export function checkFree(paths: readonly string[]): void {
  const taken = paths.find((path) => existsSync(path));
  if (taken === undefined) return;
  throw new ServiceError(
    `${taken}: expected no such file, received one; --force replaces it, or choose another place`,
  );
}

/** Throws unless a file can be written here: into a folder that is there, over another file only with `force`. */
export function checkPlace(path: string, { force = false }: { readonly force?: boolean }): void {
  const isFolder = (one: string) => statSync(one, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isFolder(path))
    throw new ServiceError(`${path}: expected a file's name, received a folder; choose another place`);
  const folder = dirname(resolve(path));
  if (!isFolder(folder)) throw new ServiceError(`${folder}: expected a folder, received none; make it first`);
  if (!force) checkFree([path]);
}

/** Writes a file under another name beside its own first, so that it has its name only once it is complete. */
export async function writing<T>(path: string, write: (partial: string) => Promise<T>): Promise<T> {
  const partial = `${path}.partial`;
  try {
    const result = await write(partial);
    await rename(partial, path);
    return result;
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined);
    if (cause instanceof UserActivityError) throw cause;
    const { message } = cause as Error;
    throw new ServiceError(
      `${path}: can't be written: ${message}; is there room, and is the folder yours to write to?`,
      { cause },
    );
  }
}

function makeDirectory(directory: string): void {
  try {
    createFolder(directory);
  } catch (cause) {
    const { code = "", message } = cause as NodeJS.ErrnoException;
    const received = ["EEXIST", "ENOTDIR"].includes(code) ? "a file" : message;
    throw new ServiceError(`${directory}: expected a folder, received ${received}; choose another place`, {
      cause,
    });
  }
}

/** A table of one part is that part; several are joined, a part at a time, and one whose times do not say UTC is written anew. */
async function writeParquet(table: Table, path: string, options: ExportOptions): Promise<number> {
  const parts = await fetchTable(table.name, options);
  const [first = "", ...others] = parts;
  if (others.length === 0 && !options.lake?.isMixed && (await readSaysUtc(first))) {
    await copyFile(first, path);
    return readRowCount(path);
  }
  const file = await createTableFile(path, table);
  for (const part of parts) await file.append(await readParquet(part, table));
  return (await file.close()).rowCount;
}

async function writeCsv(table: TableName, path: string, options: ExportOptions): Promise<number> {
  const sql = `SELECT * FROM ${quoteName(table)}`;
  return withQuery(sql, { ...options, timestamps: "text" }, async ({ columns, batches }) => {
    let rowCount = 0;
    const counted = async function* () {
      for await (const batch of batches) {
        rowCount += batch.length;
        yield batch;
      }
    };
    const lines = Readable.from(csvLines({ columns, batches: counted() }));
    await pipeline(lines, createWriteStream(path));
    return rowCount;
  });
}

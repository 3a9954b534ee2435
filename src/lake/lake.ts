import { setTimeout as sleep } from "node:timers/promises";
import type { HdfsConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import type { RetryPolicy } from "../base/retry";
import { findSnapshottable } from "../hdfs/errors";
import { type Hdfs, openHdfs } from "../hdfs/hdfs";
import { readRowGroups } from "../parquet/read";
import { type LakeModel, shippedModel, tableIn, tableNames } from "../tables/lake-model";
import type { RowOf, TableName } from "../tables/tables";
import type { LakeParts, PartFile } from "./catalogue";
import { type Commit, commitName, commitNumber, hasTables, type PartsSum, parseCommit } from "./commit-file";
import { type Exporting, planExports } from "./exporting";
import { keptVersions, type Versioning } from "./keeping";
import { isSameSum, sumParts } from "./part-sums";
import { emptyDirectory, removeVersions } from "./version-names";

/** The directory in HDFS that holds the tables, and what only the landing protocol sees: `_commits`, `_index`, `_tmp`. */
export interface Lake {
  readonly hdfs: Hdfs;
  /** Absolute HDFS path of something in the lake. */
  readonly at: (path: string) => string;
  /** Which tables it has. */
  readonly model: LakeModel;
  /** Whether files of a contract before may lack columns of today's; default not. */
  readonly isMixed?: boolean;
  /** What becomes of its versions; default: none are made. */
  readonly versions?: Versioning;
  /** Whether each version is written as Iceberg, too; default not. */
  readonly exporting?: Exporting | undefined;
}

/** One Parquet file of a table. */
export interface Part {
  readonly path: string;
  readonly bytes: number;
  /** ms UTC */
  readonly modifiedMs: number;
  /** HDFS's own number of it, which a rename keeps; undefined where it tells none. */
  readonly fileId?: number | undefined;
}

/**
 * Opens the lake that the configuration names, as one of the shipped contract; nothing is asked of HDFS yet. Without
 * `retry` each call is done once.
 */
export function openLake(config: HdfsConfig, retry?: RetryPolicy, keep: number = keptVersions): Lake {
  const versions = { keep, refusal: undefined };
  const at = (path: string) => `${config.lakeDir}/${path}`;
  const exporting = planExports(config);
  return { hdfs: openHdfs(config, { retry }), at, model: shippedModel, versions, exporting };
}

/** The HDFS directory of a lake, without a slash at its end. */
export function directoryOf({ at }: Lake): string {
  return at("").replace(/\/$/, "");
}

/** The last commit; undefined in a lake that has none. */
export async function readLastCommit(lake: Lake): Promise<Commit | undefined> {
  for (let tries = 1; ; tries++) {
    const entries = await lake.hdfs.list(lake.at("_commits"));
    const numbers = entries.map((entry) => commitNumber(entry.name)).filter((number) => number !== undefined);
    if (numbers.length === 0) return undefined;
    const path = lake.at(`_commits/${commitName(Math.max(...numbers))}`);
    try {
      return parseCommit((await lake.hdfs.read(path)).toString("utf8"), path);
    } catch (error) {
      // a lander that is a hundred commits on, or a reset, may have removed it meanwhile
      if (tries === 3 || (await lake.hdfs.stat(path))) throw error;
    }
  }
}

/** The commits that the lake still has, oldest first: landings keep the last hundred. */
export async function readCommits(lake: Lake): Promise<Commit[]> {
  const entries = await lake.hdfs.list(lake.at("_commits"));
  const commits: Commit[] = [];
  for (const { path } of entries.filter((entry) => commitNumber(entry.name) !== undefined)) {
    const content = await lake.hdfs.read(path).catch(async (error: Error) => {
      if (await lake.hdfs.stat(path)) throw error; // else a lander that came by has removed it
    });
    if (content) commits.push(parseCommit(content.toString("utf8"), path));
  }
  return commits.sort((a, b) => a.number - b.number);
}

/**
 * The Parquet files of a table that readers see, in the order they were landed; none where nothing was landed. While
 * merged files take the place of many, the table is gone for some milliseconds: that is waited for. Throws where it
 * stays away.
 */
export async function listParts(lake: Lake, table: TableName): Promise<Part[]> {
  for (let waitMs = firstWaitMs; ; waitMs *= 2) {
    const parts = await listSettled(lake, table);
    if (parts.length > 0) return parts;
    const last = await readLastCommit(lake);
    if (!last || !hasTables(last)) return [];
    if (waitMs > longestWaitMs) throw missingTable(lake, table);
    await sleep(waitMs);
  }
}

/** HDFS lists so many entries at one moment (dfs.ls.limit is 1,000, and may be set lower), and more in several. */
const listedAtOnce = 100;
const firstWaitMs = 25;
const longestWaitMs = 2000;

/**
 * The Parquet files of a table, in the order they were landed; none where it is not there. A long listing, in which a
 * file that comes, goes or is renamed meanwhile may be missing or doubled, is held to what the last commit says of the
 * files, before it and after it, and done again where it differs. Where somebody else has changed the files it is what
 * two listings agree on. Throws where they never do.
 */
export async function listSettled(lake: Lake, table: TableName): Promise<Part[]> {
  let before: PartsSum | undefined;
  for (let waitMs = firstWaitMs; ; waitMs *= 2) {
    const parts = await listPartsNow(lake, table);
    if (parts.length <= listedAtOnce) return parts;
    const sum = sumParts(parts);
    const committed = (await readLastCommit(lake))?.parts?.[table];
    if (isSameSum(sum, committed?.after) || isSameSum(sum, committed?.before)) return parts;
    if (isSameSum(sum, before) && (!committed || waitMs > longestWaitMs)) return parts;
    if (waitMs > 2 * longestWaitMs) throw unsettledTable(lake, table);
    before = sum;
    await sleep(waitMs);
  }
}

/** The Parquet files of a table as they are listed at this moment, in the order they were landed. */
async function listPartsNow(lake: Lake, table: TableName): Promise<Part[]> {
  const entries = await lake.hdfs.list(lake.at(table));
  return entries.filter((entry) => entry.type === "file" && /^[^_.].*\.parquet$/.test(entry.name));
}

function missingTable(lake: Lake, table: TableName): ServiceError {
  return new ServiceError(
    `hdfs ${lake.at(table)}: expected the files of a table, received none; a landing or compaction that was cut is finished by "npx user-activity land"`,
  );
}

function unsettledTable(lake: Lake, table: TableName): ServiceError {
  return new ServiceError(
    `hdfs ${lake.at(table)}: expected the files that the last commit tells of, received others at every listing; does something else write to this lake? See "npx user-activity verify"`,
  );
}

/** The files of every table as they are at this moment, as the catalogue names them. */
export async function readLakeParts(lake: Lake): Promise<LakeParts> {
  const names = tableNames(lake.model);
  const lists = await Promise.all(names.map((table) => listSettled(lake, table)));
  const parts = lists.map((list): PartFile[] =>
    list.map(({ path, bytes }) => ({ path: path.slice(lake.at("").length), bytes })),
  );
  return Object.fromEntries(names.map((table, index) => [table, parts[index] ?? []]));
}

/** The rows of a table, some thousands at a time, in the order they were landed. */
export async function* readRows<N extends TableName>(
  lake: Lake,
  table: N,
): AsyncGenerator<readonly RowOf<N>[]> {
  for (const part of await listParts(lake, table)) {
    yield* readRowGroups(await lake.hdfs.read(part.path), tableIn(lake.model, table));
  }
}

/** All rows of a table at once, in the order they were landed: for tables that fit into memory. */
export async function readTable<N extends TableName>(lake: Lake, table: N): Promise<RowOf<N>[]> {
  const all: RowOf<N>[] = [];
  for await (const rows of readRows(lake, table)) for (const row of rows) all.push(row);
  return all;
}

/** Files and bytes of each table. */
export async function listTables(
  lake: Lake,
): Promise<{ table: TableName; files: number; bytes: number; path: string }[]> {
  return Promise.all(
    tableNames(lake.model).map(async (table) => {
      const parts = await listParts(lake, table);
      const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
      return { table, files: parts.length, bytes, path: lake.at(table) };
    }),
  );
}

/**
 * Removes the whole lake directory and the versions of it; with `isEmptied`, one whose snapshots are allowed is left
 * there, empty, since an administrator would have to allow them again. Throws, nothing being removed, where somebody has
 * pinned a version, or where it or a directory in it has snapshots of others.
 */
export async function resetLake(
  lake: Lake,
  { isEmptied = false }: { readonly isEmptied?: boolean } = {},
): Promise<boolean> {
  const access = isEmptied ? await lake.hdfs.access(directoryOf(lake)) : undefined;
  if (access?.isSnapshottable) return emptyDirectory(lake.hdfs, directoryOf(lake));
  for (;;) {
    try {
      return await lake.hdfs.remove(directoryOf(lake), { recursive: true });
    } catch (error) {
      const path = findSnapshottable(error);
      if (!path) throw error;
      await removeVersions(lake.hdfs, path);
    }
  }
}

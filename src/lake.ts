import { type LakeContents, type LakeParts, type PartFile, toDataPackage } from "./catalogue";
import { type Commit, type CommittedFile, commitName, commitNumber, parseCommit } from "./commits";
import type { HdfsConfig } from "./config";
import { ServiceError } from "./errors";
import { connectHdfs, type Hdfs } from "./hdfs";
import { toLakeReadme } from "./lake-readme";
import { readParquet } from "./parquet";
import { type RowOf, type TableName, tables } from "./tables";

/** The directory in HDFS that holds the tables, and what only the landing protocol sees: `_commits`, `_index`, `_tmp`. */
export interface Lake {
  readonly hdfs: Hdfs;
  /** Absolute HDFS path of something in the lake. */
  readonly at: (path: string) => string;
}

/** One Parquet file of a table. */
export interface Part {
  readonly path: string;
  readonly bytes: number;
  /** ms UTC */
  readonly modifiedMs: number;
}

/** Opens the lake that the configuration names; nothing is asked of HDFS yet. */
export function openLake(config: HdfsConfig): Lake {
  return { hdfs: connectHdfs(config), at: (path) => `${config.lakeDir}/${path}` };
}

/** The last commit; undefined in a lake that has none. */
export async function readLastCommit(lake: Lake): Promise<Commit | undefined> {
  const entries = await lake.hdfs.list(lake.at("_commits"));
  const numbers = entries.map((entry) => commitNumber(entry.name)).filter((number) => number !== undefined);
  if (numbers.length === 0) return undefined;
  const path = lake.at(`_commits/${commitName(Math.max(...numbers))}`);
  return parseCommit((await lake.hdfs.read(path)).toString("utf8"), path);
}

/**
 * Makes a commit count: written under `_tmp`, then renamed into `_commits` without overwrite.
 * Throws where the number is taken, that is where another lander has come after this one.
 */
export async function writeCommit(lake: Lake, commit: Commit): Promise<void> {
  const staged = lake.at(`_tmp/${commit.run}/${commitName(commit.number)}`);
  await lake.hdfs.makeDirectory(lake.at("_commits"));
  await lake.hdfs.write(staged, Buffer.from(JSON.stringify(commit)));
  if (await lake.hdfs.rename(staged, lake.at(`_commits/${commitName(commit.number)}`))) return;
  throw new ServiceError(
    `hdfs ${lake.at("_commits")}: commit ${commit.number} is another lander's; it has taken over, this one stops and has committed nothing of its last batch`,
  );
}

/** Moves a commit's files to their final names; those that are there already are left. May be done again and again. */
export async function publishFiles(lake: Lake, files: readonly CommittedFile[]): Promise<void> {
  const inFolders = files.filter((file) => file.table !== "catalogue");
  for (const directory of new Set(inFolders.map((file) => parentOf(file.path)))) {
    await lake.hdfs.makeDirectory(lake.at(directory));
  }
  for (const file of files) await publishFile(lake, file);
}

async function publishFile(lake: Lake, file: CommittedFile): Promise<void> {
  const [from, to] = [lake.at(file.staged), lake.at(file.path)];
  if (await lake.hdfs.stat(from)) {
    if (file.table === "course_ID" || file.table === "catalogue") return lake.hdfs.replace(from, to);
    if (await lake.hdfs.rename(from, to)) return;
  }
  const there = await lake.hdfs.stat(to);
  // a catalogue that somebody changed or removed is made anew by the landing
  if (there?.bytes === file.bytes || file.table === "catalogue") return;
  throw new ServiceError(
    `hdfs ${to}: expected the ${file.bytes} bytes that were committed, received ${there?.bytes ?? "no file"}; something else writes to this lake: empty it with "npm run reset" and land again`,
  );
}

/**
 * Writes, in a run's folder under `_tmp`, the catalogue of the lake as it is once a commit's files are published:
 * datapackage.json and README.md. They count as files of that commit, so that finishing a commit that was cut brings
 * its catalogue too.
 */
export async function stageCatalogue(
  lake: Lake,
  run: string,
  contents: LakeContents,
): Promise<CommittedFile[]> {
  const texts = [
    ["datapackage.json", `${JSON.stringify(toDataPackage(contents), undefined, 2)}\n`],
    ["README.md", toLakeReadme(contents)],
  ] as const;
  const files: CommittedFile[] = [];
  for (const [path, text] of texts) {
    const staged = `_tmp/${run}/${path}`;
    const bytes = await lake.hdfs.write(lake.at(staged), Buffer.from(text));
    files.push({ table: "catalogue", staged, path, rowCount: 0, bytes });
  }
  return files;
}

/** Whether the catalogue that a commit published is still there; false too for a commit that had none. */
export async function hasCatalogue(lake: Lake, { files }: Commit): Promise<boolean> {
  const catalogue = files.filter((file) => file.table === "catalogue");
  for (const { path, bytes } of catalogue) {
    if ((await lake.hdfs.stat(lake.at(path)))?.bytes !== bytes) return false;
  }
  return catalogue.length > 0;
}

/** Removes what unfinished landings left in `_tmp`, but for the folder of the run that is at work. */
export async function sweepStaged(lake: Lake, run: string): Promise<void> {
  for (const entry of await lake.hdfs.list(lake.at("_tmp"))) {
    if (entry.name !== run) await lake.hdfs.remove(entry.path, { recursive: true });
  }
}

/** The Parquet files of a table that readers see, in the order they were landed. */
export async function listParts(lake: Lake, table: TableName): Promise<Part[]> {
  const entries = await lake.hdfs.list(lake.at(table));
  return entries.filter((entry) => entry.type === "file" && /^[^_.].*\.parquet$/.test(entry.name));
}

/** The files of every table, as the catalogue names them. */
export async function readLakeParts(lake: Lake): Promise<LakeParts> {
  const names = Object.keys(tables) as TableName[];
  const lists = await Promise.all(names.map((table) => listParts(lake, table)));
  const parts = lists.map((list): PartFile[] =>
    list.map(({ path, bytes }) => ({ path: path.slice(lake.at("").length), bytes })),
  );
  return Object.fromEntries(names.map((table, index) => [table, parts[index]])) as unknown as LakeParts;
}

/** The rows of a table, a file at a time, in the order they were landed. */
export async function* readRows<N extends TableName>(
  lake: Lake,
  table: N,
): AsyncGenerator<readonly RowOf<N>[]> {
  for (const part of await listParts(lake, table)) {
    yield await readParquet(await lake.hdfs.read(part.path), tables[table]);
  }
}

/** All rows of a table at once, in the order they were landed: for tables that fit into memory. */
export async function readTable<N extends TableName>(lake: Lake, table: N): Promise<RowOf<N>[]> {
  const all: RowOf<N>[] = [];
  for await (const rows of readRows(lake, table)) all.push(...rows);
  return all;
}

/** Files and bytes of each table. */
export async function listTables(
  lake: Lake,
): Promise<{ table: TableName; files: number; bytes: number; path: string }[]> {
  const names = Object.keys(tables) as TableName[];
  return Promise.all(
    names.map(async (table) => {
      const parts = await listParts(lake, table);
      const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
      return { table, files: parts.length, bytes, path: lake.at(table) };
    }),
  );
}

/** Removes the whole lake directory. */
export async function resetLake(lake: Lake): Promise<boolean> {
  return lake.hdfs.remove(lake.at("").replace(/\/$/, ""), { recursive: true });
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

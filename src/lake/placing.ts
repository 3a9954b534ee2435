import { ServiceError } from "../base/errors";
import { findSnapshottable } from "../hdfs/errors";
import type { HdfsEntry } from "../hdfs/hdfs";
import { tableNames } from "../tables/lake-model";
import { copyAccess, openStaging } from "./access";
import { type LakeContents, toDataPackage } from "./catalogue";
import {
  type Commit,
  type CommittedFile,
  commitNumber,
  type LakeState,
  type Swap,
  toPartNumber,
} from "./commit-file";
import { type Lake, readLastCommit } from "./lake";
import { toLakeReadme } from "./readme";

/** Commits older than this many are removed; what they said is in each later one. */
export const keptCommits = 100;

/** Makes the directories of a lake that has no commit yet; those that are there stay as they are. */
export async function createLake(lake: Lake): Promise<void> {
  for (const name of ["_commits", "_index", "_contract", ...tableNames(lake.model)]) {
    await lake.hdfs.makeDirectory(lake.at(name));
  }
}

/** Removes what is left of tables that the lake has no more, and makes the directories of those that it did not have. */
export async function addTables(lake: Lake, { rowCounts, dropped = [] }: LakeState): Promise<void> {
  const isNone = (name: string) => rowCounts[name] === undefined;
  for (const name of dropped.filter(isNone)) await lake.hdfs.remove(lake.at(name), { recursive: true });
  for (const name of tableNames(lake.model).filter(isNone)) await lake.hdfs.makeDirectory(lake.at(name));
}

/**
 * Brings a commit's directories and files to their final places. May be done again and again, and by several at once:
 * what is there already is left. Who commits next does it first, so of any commit but the last all is in place. Returns
 * the directories that a compaction has to leave as they are, since snapshots were allowed on them after it was staged.
 */
export async function placeCommit(lake: Lake, commit: Commit): Promise<readonly Swap[]> {
  const givenUp: Swap[] = [];
  for (const swap of commit.swaps) {
    const outcome = await placeSwap(lake, swap);
    if (outcome === "given up") givenUp.push(swap);
  }
  for (const file of commit.files) await placeFile(lake, file, commit);
  return givenUp;
}

async function placeFile(lake: Lake, file: CommittedFile, commit: Commit): Promise<void> {
  const [from, to] = [lake.at(file.staged), lake.at(file.path)];
  const isReplacing = file.table === "catalogue" || file.path.endsWith(`/part-${toPartNumber(0)}.parquet`);
  if (await (isReplacing ? replace(lake, file) : move(lake, from, to))) return;
  const there = await lake.hdfs.stat(to);
  // a catalogue that somebody changed or removed is made anew by the landing
  if (there?.bytes === file.bytes || file.table === "catalogue") return;
  const last = await readLastCommit(lake);
  if (last && last.number > commit.number) return; // placed by who came next, and perhaps merged since
  throw new ServiceError(
    `hdfs ${to}: expected the ${file.bytes} bytes that were committed, received ${there?.bytes ?? "no file"}; something else writes to this lake: empty it with "npm run reset" and land again`,
  );
}

/**
 * Puts a staged directory in the place of another. Readers find the old files, for some milliseconds no directory, then
 * the new ones; never both. Each step can be repeated, and several may be at it: a source that is gone was moved.
 */
async function placeSwap(lake: Lake, swap: Swap): Promise<"placed" | "given up"> {
  const { directory, staged, retired, replaced } = swap;
  const [table, fresh, old] = [lake.at(directory), lake.at(staged), lake.at(retired)];
  if (!(await lake.hdfs.stat(fresh))) return "placed";
  try {
    // what an administrator has changed since it was staged; the old one may be away already
    await copyAccess(lake, { from: (await lake.hdfs.stat(old)) ? old : table, to: fresh });
    await move(lake, table, old);
    if (replaced !== "all") await moveOn(lake, { old, fresh, replaced: new Set(replaced) });
    while (!(await move(lake, fresh, table)) && (await lake.hdfs.stat(fresh))) {
      await lake.hdfs.remove(table); // an empty one that a late lander has made; a full one is refused
    }
  } catch (error) {
    // a compaction's new directory has the rows of the old one, which may stay; a replay's has others
    if (findSnapshottable(error) && replaced !== "all") return "given up";
    // whoever else was at it has finished, and has cleared the retired files away
    if (await lake.hdfs.stat(fresh)) throw error;
  }
  return "placed";
}

interface MoveOn {
  readonly old: string;
  readonly fresh: string;
  readonly replaced: ReadonlySet<string>;
}

/** Moves the files that are not replaced; looks again until there are none, since others may be at it while it lists. */
async function moveOn(lake: Lake, { old, fresh, replaced }: MoveOn): Promise<void> {
  for (let moved = true; moved; ) {
    moved = false;
    for (const { path, name } of await lake.hdfs.list(old)) {
      if (!replaced.has(name) && (await move(lake, path, `${fresh}/${name}`))) moved = true;
    }
  }
}

/** Moves what is there; false where the source is gone or the target is taken. */
export async function move(lake: Lake, from: string, to: string): Promise<boolean> {
  return moving(lake, { path: from }, () => lake.hdfs.rename(from, to));
}

/** Puts a file in the place of another; not where it has another length than was committed. */
async function replace(lake: Lake, { staged, path, bytes }: CommittedFile): Promise<boolean> {
  const source = { path: lake.at(staged), bytes };
  return moving(lake, source, async () => {
    await lake.hdfs.replace(source.path, lake.at(path));
    return true;
  });
}

async function moving(
  lake: Lake,
  { path, bytes }: { readonly path: string; readonly bytes?: number },
  work: () => Promise<boolean>,
): Promise<boolean> {
  const source = await lake.hdfs.stat(path);
  if (!source || (bytes !== undefined && bytes !== source.bytes)) return false;
  try {
    return await work();
  } catch (error) {
    if (await lake.hdfs.stat(path)) throw error;
    return false;
  }
}

/**
 * Writes, in a folder under `_tmp`, the catalogue of the lake as it is once a commit's files are placed:
 * datapackage.json and README.md. They count as files of that commit, so that finishing a commit that was cut brings
 * its catalogue too. `isVersion`: whether it names a version of the commit, which is to be made then.
 */
export async function stageCatalogue(
  lake: Lake,
  folder: string,
  contents: LakeContents,
): Promise<{ readonly files: readonly CommittedFile[]; readonly isVersion: boolean }> {
  const files: CommittedFile[] = [];
  const { path: beside, mode, isSnapshottable = false } = await openStaging(lake, "", `${folder}/_lake`);
  const { keep = 0, refusal } = lake.versions ?? {};
  const isVersion = isSnapshottable && keep > 0 && refusal === undefined;
  const whole = { ...contents, model: lake.model, isVersion };
  const texts = [
    ["datapackage.json", `${JSON.stringify(toDataPackage(whole), undefined, 2)}\n`],
    ["README.md", toLakeReadme(whole)],
  ] as const;
  for (const [path, text] of texts) {
    const staged = `${beside}/${contents.commit.number}-${path}`;
    const bytes = await lake.hdfs.write(lake.at(staged), Buffer.from(text), { mode });
    files.push({ table: "catalogue", staged, path, rowCount: 0, bytes });
  }
  return { files, isVersion };
}

/** Whether the catalogue that a commit placed is still there; false too for a commit that had none. */
export async function hasCatalogue(lake: Lake, { files }: Commit): Promise<boolean> {
  const catalogue = files.filter((file) => file.table === "catalogue");
  for (const { path, bytes } of catalogue) {
    if ((await lake.hdfs.stat(lake.at(path)))?.bytes !== bytes) return false;
  }
  return catalogue.length > 0;
}

/**
 * What earlier runs have staged. Listed before a claim, removed after it: a run that begins to stage files only after
 * its own claim (or after reading who holds the lake) is never swept while its commit could still count.
 */
export function listStaged(lake: Lake): Promise<HdfsEntry[]> {
  return lake.hdfs.list(lake.at("_tmp"));
}

/** Removes what was listed, but for what was given up: a slower one may be at it, the snapshots being removed just now. */
export async function sweepStaged(
  lake: Lake,
  entries: readonly HdfsEntry[],
  givenUp: readonly Swap[] = [],
): Promise<void> {
  for (const { path } of entries) {
    const isLeft = givenUp.some(({ staged }) => lake.at(staged).startsWith(`${path}/`));
    if (!isLeft) await lake.hdfs.remove(path, { recursive: true });
  }
}

/** Removes commits that are far behind the last one, so that the list of them stays short. */
export async function pruneCommits(lake: Lake, last: Commit): Promise<void> {
  for (const { name, path } of await lake.hdfs.list(lake.at("_commits"))) {
    const number = commitNumber(name);
    if (number !== undefined && number <= last.number - keptCommits) await lake.hdfs.remove(path);
  }
}

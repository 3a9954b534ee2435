import { ServiceError } from "../base/errors";
import type { HdfsEntry } from "../hdfs/hdfs";
import { isRefused } from "../hdfs/snapshots";
import { type Commit, commitNumber, lastChange, parseCommit, type Swap } from "./commit-file";
import { exportVersions } from "./iceberg";
import { directoryOf, type Lake } from "./lake";
import { placeCommit } from "./placing";
import { listSnapshots } from "./snapshots";
import { versionName, versionNumber } from "./version-names";

/** An image of all tables as of one commit, which nothing changes any more. */
export interface Version {
  /** The commit's number. */
  readonly number: number;
  /** Absolute HDFS path: the tables are below it, as in the lake. */
  readonly path: string;
  /** When it was taken, or last renamed; ms UTC by HDFS's clock. */
  readonly takenMs: number;
}

/** A version, to be read as the lake is. */
export function openVersion(lake: Lake, number: number): Lake {
  const at = (path: string) => lake.at(`.snapshot/${versionName(number)}/${path}`);
  return { hdfs: lake.hdfs, model: lake.model, at };
}

/** The versions that there are, oldest first; none where no snapshots are allowed. */
export async function listVersions(lake: Lake): Promise<Version[]> {
  return toVersions(await listSnapshots(lake.hdfs, directoryOf(lake)));
}

/** The versions among the snapshots of a lake's directory, oldest first. */
export function toVersions(entries: readonly HdfsEntry[]): Version[] {
  const versions = entries.flatMap(({ name, path, modifiedMs }): Version[] => {
    const number = versionNumber(name);
    return number === undefined ? [] : [{ number, path, takenMs: modifiedMs }];
  });
  return versions.sort((a, b) => a.number - b.number);
}

/**
 * Sees to it that versions can be made of a lake that is there: allows snapshots of its directory where `mayAllow` says
 * that nobody else is to be asked. Where it can't be, `lake.versions.refusal` says why, and landing goes on without.
 */
export async function allowVersions(lake: Lake, mayAllow: boolean): Promise<void> {
  const { versions } = lake;
  const directory = directoryOf(lake);
  if (!versions?.keep || (await lake.hdfs.access(directory))?.isSnapshottable) return;
  if (!mayAllow) {
    versions.refusal = explainRefusal(directory, "a directory whose snapshots nobody has allowed");
    return;
  }
  await unlessRefused(lake, () => lake.hdfs.allowSnapshots(directory));
}

/** Does the work; where HDFS refuses it, the reason is kept. */
async function unlessRefused(lake: Lake, work: () => Promise<unknown>): Promise<void> {
  const { versions } = lake;
  try {
    await work();
    if (versions) versions.refusal = undefined;
  } catch (error) {
    if (!isRefused(error)) throw error;
    const { cause, message } = error as Error;
    const reason = cause instanceof Error && cause.message ? cause.message : message;
    if (versions) versions.refusal ??= explainRefusal(directoryOf(lake), `"${reason}"`);
  }
}

/** Says why there are no versions, and how to have some. */
export function explainRefusal(directory: string, received: string): string {
  return `hdfs ${directory}: expected a directory that versions can be made of, received ${received}; the tables land without; an administrator allows them, once and for all: hdfs dfsadmin -allowSnapshot ${directory}, and its owner makes them`;
}

/**
 * Brings a commit to its end: its files and directories to their final places, then a version of all that. May be done
 * again and again, and by several at once. Who commits next does it first, so no version holds a part of a later commit.
 * Returns the directories that placeCommit has given up; then there is no version, since the catalogue is not true yet.
 */
export async function finishCommit(lake: Lake, commit: Commit): Promise<readonly Swap[]> {
  const givenUp = await placeCommit(lake, commit);
  if (givenUp.length === 0) await makeVersion(lake, commit);
  return givenUp;
}

/**
 * Makes the version of a commit that is placed, or of the last one that changed the tables. None is made where there is
 * one, and where snapshots are refused.
 */
export async function makeVersion(lake: Lake, commit: Commit): Promise<void> {
  const number = lastChange(commit);
  if (!lake.versions?.keep || number === undefined) return;
  const directory = directoryOf(lake);
  await unlessRefused(lake, async () => {
    // what a commit has replaced is not to be held by its own version
    for (const { retired } of commit.swaps) await lake.hdfs.remove(lake.at(retired), { recursive: true });
    const isNew = await lake.hdfs.createSnapshot(directory, versionName(number));
    // a process that was held up for long may have made it when others had committed, and removed theirs
    if (isNew && !(await isTrue(lake, number)))
      await lake.hdfs.deleteSnapshot(directory, versionName(number));
  });
  if (!lake.versions.refusal)
    await exportVersions(lake, async () => (await listVersions(lake)).map((version) => version.number));
}

/** Whether a version holds its commit and no later one that changed the tables. */
export async function isTrue(lake: Lake, number: number): Promise<boolean> {
  const version = openVersion(lake, number);
  const entries = await lake.hdfs.list(version.at("_commits"));
  const numbers = entries.map(({ name }) => commitNumber(name) ?? 0);
  if (!numbers.includes(number)) return false;
  for (const { path, name } of entries) {
    if ((commitNumber(name) ?? 0) <= number) continue;
    const { kind } = parseCommit((await lake.hdfs.read(path)).toString("utf8"), path);
    if (kind !== "claim") return false;
  }
  return true;
}

/** Says that there is no version of this number. */
export async function missingVersion(lake: Lake, number: number): Promise<ServiceError> {
  const versions = await listVersions(lake);
  const [first, last] = [versions.at(0)?.number, versions.at(-1)?.number];
  const received = first === undefined ? "none" : `versions from ${first} to ${last}`;
  return new ServiceError(
    `hdfs ${lake.at(".snapshot")}: expected version ${number}, received ${received}; "npx user-activity versions" lists them`,
  );
}

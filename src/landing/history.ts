import type { Config } from "../base/config";
import { readConfig } from "../base/config";
import { type Commit, type CommitKind, commitName, type PartSums, parseCommit } from "../lake/commit-file";
import { directoryOf, type Lake, openLake } from "../lake/lake";
import { readPins } from "../lake/pins";
import type { Pin } from "../lake/version-names";
import { listVersions, openVersion, type Version } from "../lake/versions";

/** One version: the tables as of one commit, which stay so. */
export interface VersionReport {
  /** The commit's number. */
  readonly version: number;
  /** When it was committed (ISO 8601, UTC). */
  readonly committedAt: string;
  readonly kind: CommitKind;
  /** HDFS directory: the tables are below it, as in the lake. */
  readonly path: string;
  readonly rowCounts: Readonly<Record<string, number>>;
  /** By table: how many rows more than the version before has, or fewer; empty for the first that there is. */
  readonly changed: Readonly<Record<string, number>>;
  /** By table: how many files before the commit and after it, where that is known. */
  readonly files: Readonly<Record<string, { readonly before: number; readonly after: number }>>;
  /** Names by which it is pinned. */
  readonly pins: readonly string[];
}

export interface VersionsReport {
  readonly lakeDir: string;
  /** Newest first: the last of them, and all that are pinned. */
  readonly versions: readonly VersionReport[];
  /** How many there are. */
  readonly count: number;
  readonly pins: readonly Pin[];
  /** Bytes that versions, and snapshots of others, hold and the lake's directory does not; null where HDFS does not tell. */
  readonly heldBytes: number | null;
}

/** What a lake's versions come to. */
export type VersionsStatus = Pick<VersionsReport, "count" | "heldBytes"> & {
  /** Their commits' numbers and the newest one's path; null where there is none. */
  readonly oldest: number | null;
  readonly newest: number | null;
  readonly path: string | null;
  /** How many of them are pinned. */
  readonly pinned: number;
};

/** Sums up a lake's versions. */
export async function readVersionsStatus(lake: Lake): Promise<VersionsStatus> {
  const versions = await listVersions(lake);
  const [oldest, newest] = [versions.at(0), versions.at(-1)];
  const pinned = versions.length > 0 ? new Set((await readPins(lake)).map(({ version }) => version)).size : 0;
  return {
    count: versions.length,
    oldest: oldest?.number ?? null,
    newest: newest?.number ?? null,
    path: newest?.path ?? null,
    pinned,
    heldBytes: versions.length > 0 ? await readHeldBytes(lake) : 0,
  };
}

async function readHeldBytes(lake: Lake): Promise<number | null> {
  return (await lake.hdfs.snapshotBytes(directoryOf(lake))) ?? null;
}

const readAtOnce = 8;

/** Lists the last `limit` versions of a lake and those that are pinned, with what each changed. */
export async function readVersions({
  config = readConfig(),
  limit = 20,
}: {
  readonly config?: Config;
  readonly limit?: number;
} = {}): Promise<VersionsReport> {
  const lake = openLake(config.hdfs);
  const all = await listVersions(lake);
  const pins = await readPins(lake);
  const isShown = ({ number }: Version, index: number) =>
    index >= all.length - limit || pins.some(({ version }) => version === number);
  const shown = all.flatMap((version, index) => (isShown(version, index) ? [index] : []));
  const needed = [...new Set(shown.flatMap((index) => (index > 0 ? [index - 1, index] : [index])))];
  const commits = await readCommitsOf(
    lake,
    needed.map((index) => all[index] as Version),
  );
  const reports = shown.flatMap((index) => {
    const commit = commits.get(all[index]?.number ?? 0);
    const before = commits.get(all[index - 1]?.number ?? 0);
    return commit ? [toReport(all[index] as Version, { commit, before, pins })] : [];
  });
  const { lakeDir } = config.hdfs;
  const heldBytes = all.length > 0 ? await readHeldBytes(lake) : 0;
  return { lakeDir, versions: reports.reverse(), count: all.length, pins, heldBytes };
}

/** By number; a version that is removed meanwhile has none. */
async function readCommitsOf(lake: Lake, versions: readonly Version[]): Promise<Map<number, Commit>> {
  const found = new Map<number, Commit>();
  const waiting = [...versions];
  const next = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const commit = await readCommitOf(lake, one.number);
      if (commit) found.set(one.number, commit);
    }
  };
  await Promise.all(Array.from({ length: readAtOnce }, next));
  return found;
}

/** The commit that a version is of; undefined where there is no such version. */
export async function readCommitOf(lake: Lake, number: number): Promise<Commit | undefined> {
  const path = openVersion(lake, number).at(`_commits/${commitName(number)}`);
  try {
    return parseCommit((await lake.hdfs.read(path)).toString("utf8"), path);
  } catch (error) {
    if (await lake.hdfs.stat(path)) throw error;
    return undefined;
  }
}

interface Facts {
  readonly commit: Commit;
  readonly before: Commit | undefined;
  readonly pins: readonly Pin[];
}

function toReport({ number, path }: Version, { commit, before, pins }: Facts): VersionReport {
  const { committedAt, kind, state, parts } = commit;
  return {
    version: number,
    committedAt,
    kind,
    path,
    rowCounts: state.rowCounts,
    changed: before ? countChanges(before, commit) : {},
    files: parts ? countFiles(parts) : {},
    pins: pins.filter(({ version }) => version === number).map(({ name }) => name),
  };
}

function countChanges(before: Commit, after: Commit): VersionReport["changed"] {
  const [was, is] = [before.state.rowCounts, after.state.rowCounts];
  return Object.fromEntries(Object.entries(is).map(([name, count]) => [name, count - (was[name] ?? 0)]));
}

function countFiles(parts: PartSums): VersionReport["files"] {
  return Object.fromEntries(
    Object.entries(parts).map(([name, { before, after }]) => [
      name,
      { before: before.files, after: after.files },
    ]),
  );
}

import { rmSync } from "node:fs";
import { posix } from "node:path";
import { type Config, type HdfsConfig, readConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { interruptible } from "../base/kernel";
import { commitChange, type StagedSwap } from "../lake/commit";
import { type Commit, checkVersion, hasTables, type Swap } from "../lake/commit-file";
import { openKept } from "../lake/contract-file";
import { type Lake, listSettled, openLake, readLastCommit } from "../lake/lake";
import { finishCommit } from "../lake/versions";
import { createRunId, createSpool } from "./hold";
import {
  type CompactedDirectory,
  explainLeft,
  type GivenUp,
  growingDirectories,
  isMissing,
  type Merge,
  type MergeWork,
  mergeFiles,
  type PlannedMerge,
  planMerges,
  type SmallFile,
  stageTwins,
} from "./merge";

export interface CompactOptions {
  /** Default: what the environment says. */
  readonly config?: Config;
  /** Default: the lake that the configuration names. */
  readonly lake?: Lake;
  /** Merged files get about this size; files of half of it and more are left as they are. Default 128 MiB. */
  readonly targetBytes?: number;
  readonly onProgress?: (progress: CompactProgress) => void;
  readonly signal?: AbortSignal;
}

export interface CompactProgress {
  readonly directory: string;
  /** Files merged so far, of all that are to be. */
  readonly merged: number;
  readonly total: number;
}

export interface CompactReport {
  readonly lakeDir: string;
  readonly tables: readonly {
    readonly table: CompactedDirectory;
    readonly filesBefore: number;
    readonly filesAfter: number;
  }[];
  /** Directories that stay as they are though they have files to merge, and why. */
  readonly givenUp: readonly GivenUp[];
  /** Number of the commit; null where there was nothing to merge. */
  readonly commit: number | null;
  readonly ms: number;
}

const defaultTargetBytes = 128 * 2 ** 20;
const maxRounds = 5;

/**
 * Merges many small part files into few, rows and their order as they were: a commit like any other, which a running
 * lander passes over. Safe to be killed at any point, and to run beside others: what does not count is swept by the
 * next landing, what counts is finished by whoever commits next.
 */
export function compact(options: CompactOptions = {}): Promise<CompactReport> {
  return interruptible(options, compactAll);
}

async function compactAll(options: CompactOptions): Promise<CompactReport> {
  const startedMs = Date.now();
  const { hdfs } = options.config ?? readConfig();
  const lake = await openKept(options.lake ?? openLake(hdfs));
  const run = createRunId();
  const spool = createSpool(run);
  try {
    for (let round = 1; round <= maxRounds; round++) {
      const tag = `${run.slice(-8)}${round}`;
      const work = { lake, place: hdfs, run, folder: `_tmp/${run}-${round}`, tag, spool };
      const done = await compactOnce(work, options);
      if (done) return { lakeDir: hdfs.lakeDir, ...done, ms: Date.now() - startedMs };
    }
  } finally {
    rmSync(spool, { recursive: true, force: true });
  }
  throw new ServiceError(
    `hdfs ${hdfs.lakeDir}: expected files that stay while they are merged, received other ones ${maxRounds} times; is another compaction or replay at work? Run it again later`,
  );
}

/** One round; its folder under `_tmp` is of this round alone. */
interface Work extends MergeWork {
  readonly folder: string;
  readonly place: Pick<HdfsConfig, "url" | "lakeDir">;
  readonly run: string;
}

type Done = Pick<CompactReport, "tables" | "givenUp" | "commit">;

/** Undefined where others have claimed the lake or replaced the files meanwhile: then all begins anew. */
async function compactOnce(work: Work, options: CompactOptions): Promise<Done | undefined> {
  const { lake, folder } = work;
  const start = await readLastCommit(lake);
  if (!start || !hasTables(start)) {
    throw new ServiceError(
      `hdfs ${lake.at("_commits")}: expected a landed lake, received none; land first with "npx user-activity land"`,
    );
  }
  checkVersion(start, work.place.lakeDir);
  await placeOrGiveUp(work, start);
  const before = await listFiles(lake);
  const merges = Object.entries(before).flatMap(([directory, files]) =>
    planMerges(directory, files, options.targetBytes ?? defaultTargetBytes),
  );
  if (merges.length === 0) return { tables: countFiles(before, merges), givenUp: [], commit: null };
  const done = await unlessStale(lake, start, merges, async () => {
    const { planned, givenUp } = await stageTwins(lake, folder, merges);
    const plan = { start, merges: planned, options };
    const commit = planned.length > 0 ? await mergeAndCommit(work, plan) : null;
    return { planned, givenUp, commit };
  });
  if (done === "stale") return undefined;
  const { planned, givenUp, commit } = done;
  const left = commit ? await placeOrGiveUp(work, commit) : [];
  if (left.length === 0) await lake.hdfs.remove(lake.at(folder), { recursive: true });
  if (commit === undefined) return undefined;
  const isPlaced = ({ directory }: Merge) => left.every((swap) => swap.directory !== directory);
  return {
    tables: countFiles(before, planned.filter(isPlaced)),
    givenUp: [...givenUp, ...(await explainLeft(lake, left))],
    commit: commit?.number ?? null,
  };
}

/**
 * Places a commit. Directories that have to stay as they are, since snapshots were allowed on them after it, are given up
 * by a commit of their own, after which the catalogue is true again and nobody tries it any more.
 */
async function placeOrGiveUp(work: Work, commit: Commit): Promise<readonly Swap[]> {
  const left = await finishCommit(work.lake, commit);
  const change = { kind: "compact", holder: commit.holder, files: [], swaps: [] } as const;
  const outcome = left.length > 0 ? await commitChange(work, change) : undefined;
  if (outcome?.kind === "committed") await finishCommit(work.lake, outcome.commit);
  return left;
}

/**
 * Does the work. Where it fails because a claim has swept what is staged, or others have replaced the files, it is
 * stale: the staged files are then left to the next claim, as the commit may count for all that is known.
 */
async function unlessStale<T>(
  lake: Lake,
  start: Commit,
  merges: readonly Merge[],
  work: () => Promise<T>,
): Promise<T | "stale"> {
  try {
    return await work();
  } catch (error) {
    if ((await readLastCommit(lake))?.holder !== start.holder) return "stale";
    for (const merge of merges) if (await isMissing(lake, merge)) return "stale";
    throw error;
  }
}

type Files = Readonly<Record<string, readonly SmallFile[]>>;

async function listFiles(lake: Lake): Promise<Files> {
  const list = async (directory: string): Promise<readonly SmallFile[]> => {
    if (directory === "_index") return lake.hdfs.list(lake.at(directory));
    return (await listSettled(lake, directory)).map((part) => ({ ...part, name: posix.basename(part.path) }));
  };
  const directories = growingDirectories(lake.model);
  const lists = await Promise.all(directories.map(list));
  return Object.fromEntries(directories.map((directory, index) => [directory, lists[index] ?? []]));
}

function countFiles(before: Files, merges: readonly Merge[]): CompactReport["tables"] {
  return Object.entries(before).map(([table, files]) => {
    const filesBefore = files.length;
    const own = merges.filter(({ directory }) => directory === table);
    return {
      table,
      filesBefore,
      filesAfter: own.reduce((count, merge) => count - merge.files.length + 1, filesBefore),
    };
  });
}

interface MergePlan {
  readonly start: Commit;
  readonly merges: readonly PlannedMerge[];
  readonly options: CompactOptions;
}

async function mergeAndCommit(
  work: Work,
  { start, merges, options }: MergePlan,
): Promise<Commit | undefined> {
  const { folder } = work;
  const total = merges.reduce((sum, { files }) => sum + files.length, 0);
  const merged: Merged[] = [];
  let done = 0;
  for (const merge of merges) {
    options.signal?.throwIfAborted();
    options.onProgress?.({ directory: merge.directory, merged: done, total });
    merged.push({ directory: merge.directory, ...(await mergeFiles(work, merge)) });
    done += merge.files.length;
  }
  options.onProgress?.({ directory: "_commits", merged: done, total });
  const swaps = toSwaps(folder, merges, merged);
  const change = { kind: "compact", holder: start.holder, files: [], swaps } as const;
  const outcome = await commitChange(work, change);
  return outcome.kind === "committed" ? outcome.commit : undefined;
}

/** A file that has been merged, by its final path. */
interface Merged {
  readonly directory: CompactedDirectory;
  readonly path: string;
  readonly bytes: number;
}

/** A directory of which files are merged takes the place of the one that is there. */
function toSwaps(folder: string, merges: readonly Merge[], merged: readonly Merged[]): StagedSwap[] {
  return [...new Set(merges.map(({ directory }) => directory))].map((directory) => ({
    directory,
    staged: `${folder}/new-${directory}`,
    retired: `${folder}/old-${directory}`,
    replaced: merges
      .filter((merge) => merge.directory === directory)
      .flatMap(({ files }) => files.map(({ name }) => name)),
    added: merged.filter((one) => one.directory === directory).map(({ path, bytes }) => ({ path, bytes })),
  }));
}

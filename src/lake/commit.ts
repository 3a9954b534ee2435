import { basename } from "node:path";
import type { HdfsConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { openStaging } from "./access";
import { addParts, type LakeParts, type PartFile } from "./catalogue";
import {
  type Commit,
  type CommitKind,
  commitName,
  type LakeState,
  nextCommit,
  type Swap,
} from "./commit-file";
import { type Lake, readLakeParts, readLastCommit } from "./lake";
import { sumChange } from "./part-sums";
import { keptCommits, move, stageCatalogue } from "./placing";
import { type StagedFile, toCommittedFiles } from "./staging";
import { finishCommit } from "./versions";

/** A directory that is staged for a commit, with the files that come with it, by their final paths. */
export interface StagedSwap extends Swap {
  readonly added: readonly PartFile[];
}

/** What a commit is to make count. All of it is staged below `_tmp` already. */
export interface Change {
  readonly kind: Exclude<CommitKind, "claim">;
  /** The run that claimed the lake last when the change was begun; once another has claimed it, nothing may count. */
  readonly holder: string;
  /** What is committed in all once this counts; default: as the commit before has it, where rows only move. */
  readonly state?: LakeState;
  readonly files: readonly StagedFile[];
  readonly swaps: readonly StagedSwap[];
}

/** Who commits: the lake as its catalogue names it, the run, and its folder below `_tmp`. */
export interface Committer {
  readonly lake: Lake;
  readonly place: Pick<HdfsConfig, "url" | "lakeDir">;
  readonly run: string;
  readonly folder: string;
}

/** How a change ended. `last` is the last commit then: a claim may follow on a commit that counts. */
export type CommitOutcome =
  | { readonly kind: "committed"; readonly commit: Commit; readonly parts: LakeParts; readonly last: Commit }
  /** taken over: another run has claimed the lake; stale: files that it was to replace are gone. */
  | { readonly kind: "taken over" | "stale"; readonly last: Commit | undefined };

/**
 * Makes a change count: after the last commit, or after those that others made meanwhile, each of which is finished
 * first. Gives up where another run has claimed the lake, since its claim may have swept what is staged here, and where
 * a file to be replaced is gone. `known`: the last commit that the caller has seen and finished, with the files of the
 * tables after it; without it both are read. The commit's own files are left to be placed.
 */
export async function commitChange(
  committer: Committer,
  change: Change,
  known?: { readonly last: Commit; readonly parts: LakeParts },
): Promise<CommitOutcome> {
  const { lake, folder } = committer;
  let last = known ? known.last : await readLastCommit(lake);
  let parts = known?.parts;
  for (;;) {
    if (last?.holder !== change.holder) return { kind: "taken over", last };
    if (!parts) {
      await finishCommit(lake, last);
      if (await isStale(lake, change.swaps)) return { kind: "stale", last };
      parts = await readLakeParts(lake);
    }
    const plan = planCommit(committer, change, { last, parts });
    const { files, isVersion } = await stageCatalogue(lake, folder, toContents(committer, plan));
    const commit = {
      ...plan.commit,
      files: [...plan.commit.files, ...files],
      ...(isVersion ? { isVersion } : {}),
    };
    const attempt = await stageCommit(lake, commit, folder);
    if (attempt.isOurs) return { kind: "committed", commit, parts: plan.parts, last: attempt.last };
    last = attempt.last;
    parts = undefined;
  }
}

/** What comes after a commit and its files by a change: the next commit, but for its catalogue, and the files then. */
export function planCommit(
  { run, lake }: { readonly run: string; readonly lake: Pick<Lake, "model"> },
  change: Change,
  { last, parts }: { readonly last: Commit; readonly parts: LakeParts },
): { readonly commit: Commit; readonly parts: LakeParts } {
  const { kind, holder, state = last.state } = change;
  const files = toCommittedFiles(change.files, last.number + 1, lake.model);
  const swaps = change.swaps.map(({ added: _, ...swap }) => swap);
  const after = addParts(swapParts(parts, change.swaps), files);
  const sums = sumChange(parts, after);
  const commit = nextCommit(last, { kind, run, holder, state, files, swaps, parts: sums });
  return { commit, parts: after };
}

/** The files of the tables once directories are swapped, in the order of their names, which is that of landing. */
function swapParts(parts: LakeParts, swaps: readonly StagedSwap[]): LakeParts {
  const swapped = Object.entries(parts).map(([table, before]) => {
    const swap = swaps.find(({ directory }) => directory === table);
    if (!swap) return [table, before];
    const { replaced, added } = swap;
    const kept = replaced === "all" ? [] : before.filter(({ path }) => !replaced.includes(basename(path)));
    return [table, [...kept, ...added].sort((a, b) => (a.path < b.path ? -1 : 1))];
  });
  return Object.fromEntries(swapped);
}

function toContents({ place }: Committer, { commit, parts }: ReturnType<typeof planCommit>) {
  return { webhdfsUrl: place.url, lakeDir: place.lakeDir, commit, state: commit.state, parts };
}

/** Whether a file that is to be replaced is no longer there. */
async function isStale(lake: Lake, swaps: readonly StagedSwap[]): Promise<boolean> {
  for (const { directory, replaced } of swaps) {
    if (replaced === "all") continue;
    const there = new Set((await lake.hdfs.list(lake.at(directory))).map(({ name }) => name));
    if (replaced.some((name) => !there.has(name))) return true;
  }
  return false;
}

/** How writing a commit ended. */
export interface Attempt {
  /** Whether the commit counts, be it that another run has taken over after it. */
  readonly isOurs: boolean;
  /** The last commit now: the one written, or what others have committed instead of it or after it. */
  readonly last: Commit;
}

/**
 * Makes a commit count: written at `staged` (below `_tmp`), then renamed into `_commits` without overwrite, which fails
 * for the second of two that want the same number. Whether it counts is then read back: an answer may have been lost on
 * its way, others may have followed at once, and a run that was held up for long may have taken a number that was free
 * because it is too old: that far behind, nothing counts.
 */
export async function writeCommit(
  lake: Lake,
  commit: Commit,
  staged: string,
  mode = "644",
): Promise<Attempt> {
  await lake.hdfs.write(lake.at(staged), Buffer.from(JSON.stringify(commit)), { mode });
  await move(lake, lake.at(staged), lake.at(`_commits/${commitName(commit.number)}`));
  const last = await readLastCommit(lake);
  if (!last) throw lostCommits(lake);
  if (last.number === commit.number) return { isOurs: isSame(last, commit), last };
  const ahead = last.number - commit.number;
  return { isOurs: ahead > 0 && ahead < keptCommits && (await isThere(lake, commit)), last };
}

/** Writes a commit by way of a folder of its run. */
export async function stageCommit(lake: Lake, commit: Commit, folder: string): Promise<Attempt> {
  const { path, mode } = await openStaging(lake, "_commits", `${folder}/_commits`);
  return writeCommit(lake, commit, `${path}/${commit.kind}-${commit.number}.json`, mode);
}

function isSame(a: Commit, b: Commit): boolean {
  return a.run === b.run && a.kind === b.kind && a.committedAt === b.committedAt;
}

/** A lake that had commits, or should, has none. */
export function lostCommits(lake: Lake): ServiceError {
  return new ServiceError(
    `hdfs ${lake.at("_commits")}: expected commits, received none; was the lake reset meanwhile?`,
  );
}

/** Whether the commit stands under its number, others having followed it. */
async function isThere(lake: Lake, commit: Commit): Promise<boolean> {
  const path = lake.at(`_commits/${commitName(commit.number)}`);
  if (!(await lake.hdfs.stat(path))) return false;
  return isSame(JSON.parse((await lake.hdfs.read(path)).toString("utf8")) as Commit, commit);
}

import { ServiceError } from "../base/errors";
import { formatCountOf } from "../base/text";
import { quote } from "../contract/failures";
import type { CourseSums } from "../tables/course-sums";
import { schemaVersion, type TableName, tables } from "../tables/tables";
import { formatGaps, type Gap } from "./gaps";

/** The version of the commit files that this code writes; it reads this and all before. */
export const commitFormat = 3;

/** A file that a commit makes count: written out of sight at `staged`, moved to `path` (both relative to the lake). */
export interface CommittedFile {
  /** The table it belongs to; `index` is our own file of exam IDs, `catalogue` what describes the tables. */
  readonly table: TableName | "index" | "catalogue";
  readonly staged: string;
  readonly path: string;
  readonly rowCount: number;
  readonly bytes: number;
}

/**
 * A directory that a commit puts in the place of another, out of `_tmp`, which no single rename can do: what stands at
 * `directory` moves to `retired`, files that are not replaced move on to `staged`, and `staged` becomes `directory`.
 * All relative to the lake.
 */
export interface Swap {
  readonly directory: string;
  readonly staged: string;
  readonly retired: string;
  /** Names of the files that do not move on; `all` of them where the new directory is the whole table. */
  readonly replaced: readonly string[] | "all";
}

/** How many messages came to what; consumed = graded + duplicates + quarantined. */
export interface Counts {
  readonly consumed: number;
  readonly graded: number;
  readonly duplicates: number;
  readonly quarantined: number;
}

/** What has been committed so far, in all. */
export interface LakeState {
  readonly topic: string;
  /** By partition: the offset of the next message to consume. */
  readonly offsets: Readonly<Record<string, string>>;
  readonly counts: Counts;
  readonly rowCounts: Readonly<Record<TableName, number>>;
  /** By exam_name. */
  readonly courses: Readonly<Record<string, CourseSums>>;
  /** Fingerprint of the schemas that the tables are held to; absent in lakes that were begun before it was kept. */
  readonly schema?: string;
  /** Version of the tables' columns; absent in lakes of version 1. */
  readonly version?: number;
  /** Offsets that were skipped as they were gone before they were landed, in the order of skipping; absent for none. */
  readonly gaps?: readonly Gap[];
  /** Conflicts whose two deliveries came in different partitions; absent for none. */
  readonly crossingConflicts?: number;
  /** Deliveries that came after one in a higher partition; absent in lakes that were begun before they were counted. */
  readonly late?: number;
  /** Of those the ones that the tables have in their order; absent for none. */
  readonly settled?: number;
  /** How often graded events broke each rule of severity warning, by its name; absent for none. */
  readonly warnings?: Readonly<Record<string, number>>;
}

/** What the files of a table come to: a listing of them is held to it. */
export interface PartsSum {
  readonly files: number;
  readonly bytes: number;
  /** SHA-256 over their names in order, the first 32 hexadecimal digits. */
  readonly names: string;
}

/** By table: its files after a commit, and before it, which they are until the commit is placed. */
export type PartSums = Readonly<Record<TableName, { readonly before: PartsSum; readonly after: PartsSum }>>;

/**
 * What a commit is for: to take the lake over, to add rows, to merge files, to rebuild tables from raw_data, to bring
 * tables up to the version of the columns that this code writes.
 */
export type CommitKind = "claim" | "land" | "compact" | "replay" | "upgrade";

/** One file of `_commits`: its number is its name, its rename into place is the commit. */
export interface Commit {
  readonly format: number;
  readonly number: number;
  /** A claim changes nothing: it makes the next commit of an older lander fail. */
  readonly kind: CommitKind;
  /** The run that wrote it. */
  readonly run: string;
  /** The run that claimed the lake last: it alone may land. */
  readonly holder: string;
  readonly committedAt: string;
  readonly state: LakeState;
  /** The files of this commit or, in a claim, of the last one: placing them may be unfinished. */
  readonly files: readonly CommittedFile[];
  /** The directories of this commit, or of the last one, likewise. They are swapped before the files are placed. */
  readonly swaps: readonly Swap[];
  /** What the files of each table come to before and after it; absent in commits that were written before it was kept. */
  readonly parts?: PartSums | undefined;
  /** Of a claim: number of the last commit that changed the tables; absent where that is not known, or was none. */
  readonly changedBy?: number | undefined;
  /** Whether its tables become a version, or those that a claim has found; absent for not. */
  readonly isVersion?: boolean | undefined;
}

/** What the writer of a commit decides. */
export type CommitContent = Omit<Commit, "format" | "number" | "committedAt">;

const noRows = Object.fromEntries(Object.keys(tables).map((name) => [name, 0])) as Record<TableName, number>;

/** The state of a lake that nothing has been landed in. */
export function emptyState(topic: string): LakeState {
  const counts = { consumed: 0, graded: 0, duplicates: 0, quarantined: 0 };
  return { topic, offsets: {}, counts, rowCounts: noRows, courses: {}, late: 0 };
}

/** The claim that follows `last`: the same state, the next number, `run` as the new holder. */
export function claimAfter(last: Commit | undefined, run: string, topic: string): Commit {
  const { state = emptyState(topic), files = [], swaps = [], parts } = last ?? {};
  const sums = parts ? { parts } : {};
  const changedBy = last && lastChange(last);
  const change = {
    ...(changedBy === undefined ? {} : { changedBy }),
    ...(last?.isVersion ? { isVersion: true } : {}),
  };
  return nextCommit(last, { kind: "claim", run, holder: run, state, files, swaps, ...sums, ...change });
}

/** Number of the last commit that changed the tables, this one or one before it; undefined where that is not known. */
export function lastChange(commit: Commit): number | undefined {
  if (!hasTables(commit)) return undefined;
  return commit.kind === "claim" ? commit.changedBy : commit.number;
}

/** The commit that follows `last`. */
export function nextCommit(last: Commit | undefined, content: CommitContent): Commit {
  const number = (last?.number ?? 0) + 1;
  return { format: commitFormat, number, ...content, committedAt: new Date().toISOString() };
}

/** Whether anything was ever landed: from then on every table has at least one file. */
export function hasTables({ files, swaps }: Commit): boolean {
  return files.length > 0 || swaps.length > 0;
}

/** Whether the tables have columns of a version before the one that this code writes. */
export function isOfOldVersion(commit: Commit): boolean {
  return hasTables(commit) && (commit.state.version ?? 1) < schemaVersion;
}

/** Throws for tables of an old version: what is to read all of them, or to rewrite them, needs those of today. */
export function checkVersion(commit: Commit, lakeDir: string): void {
  if (!isOfOldVersion(commit)) return;
  throw new ServiceError(
    `hdfs ${lakeDir}: expected tables of version ${schemaVersion}, received version ${commit.state.version ?? 1}; "npx user-activity land" brings them up, once and for all`,
  );
}

/** A number as it stands in the names of files: eight digits, so that they sort. */
export function toPartNumber(number: number): string {
  return String(number).padStart(8, "0");
}

/** The name of a commit's file. */
export function commitName(number: number): string {
  return `${toPartNumber(number)}.json`;
}

/** The number in the name of a commit's file; undefined for any other name. */
export function commitNumber(name: string): number | undefined {
  const match = /^(\d{8,})\.json$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** Reads a commit file. Throws where it is of a newer format or no commit at all. */
export function parseCommit(text: string, path: string): Commit {
  let commit: Partial<Commit>;
  try {
    commit = (JSON.parse(text) ?? {}) as Partial<Commit>;
  } catch (cause) {
    throw new ServiceError(`hdfs ${path}: expected a commit as JSON, received ${quote(text)}`, { cause });
  }
  const { format = Number.NaN, run, holder = run, swaps = [] } = commit;
  const isKnown = format >= 1 && format <= commitFormat;
  if (isKnown && commit.state && Array.isArray(commit.files)) return { ...commit, holder, swaps } as Commit;
  const advice =
    format > commitFormat
      ? "this lake was written by a newer version: use that one, or another LAKE_DIR"
      : "is LAKE_DIR the right directory? If so, something else has written to it";
  throw new ServiceError(
    `hdfs ${path}: expected commit format ${commitFormat} or lower, received ${quote(String(commit.format))}; ${advice}`,
  );
}

/** Holds the topic to what is committed. Throws where it is another one, or created anew. `high` exclusive. */
export function checkOffsets(
  state: LakeState,
  topic: string,
  ranges: readonly { partition: number; high: bigint }[],
): void {
  if (state.topic !== topic) {
    throw new ServiceError(
      `lake: expected topic "${state.topic}", received "${topic}"; a lake holds one topic: set KAFKA_TOPIC to it or LAKE_DIR to another directory`,
    );
  }
  for (const [partition, committed] of Object.entries(state.offsets)) {
    const range = ranges.find((one) => one.partition === Number(partition));
    const where = `${topic}/${partition}`;
    const anew =
      "to land the topic as it is now, set LAKE_DIR to another directory; this lake stays as it is";
    if (!range && BigInt(committed) > 0n) {
      throw new ServiceError(
        `${where}: committed up to offset ${committed}, but there is no such partition; ${anew}`,
      );
    }
    if (range && range.high < BigInt(committed)) {
      throw new ServiceError(
        `${where}: committed up to offset ${committed}, but the topic ends at ${range.high}: it was created anew; ${anew}`,
      );
    }
  }
}

/** The sum that must hold, as a person reads it. */
export function formatSum({ consumed, graded, duplicates, quarantined }: Counts): string {
  const sum = graded + duplicates + quarantined;
  const numbers = `consumed ${consumed} ${sum === consumed ? "=" : "≠"} graded ${graded} + duplicates ${duplicates} + quarantined ${quarantined}`;
  return sum === consumed ? numbers : `${numbers} (off by ${consumed - sum})`;
}

/** The sum, and behind it how many conflicts cross partitions and what was skipped before it was landed. */
export function formatWhole({ topic, counts, gaps = [], crossingConflicts = 0 }: Whole): string {
  const conflicts =
    crossingConflicts > 0 ? `${formatCountOf(crossingConflicts, "conflict")} across partitions` : "";
  return [formatSum(counts), conflicts, formatGaps(topic, gaps)].filter((part) => part !== "").join("; ");
}

/** What the sum is made of, and what is told with it. */
export type Whole = Pick<LakeState, "topic" | "counts" | "gaps" | "crossingConflicts">;

/** Whether the sum holds. */
export function isSumRight(counts: Counts): boolean {
  return counts.consumed === counts.graded + counts.duplicates + counts.quarantined;
}

import { ServiceError } from "../base/errors";
import { quote } from "../contract/failures";
import type { GroupSums } from "../contract/summaries";
import { type CourseSums, toGroupSums } from "../tables/course-sums";
import { type LakeModel, shippedModel, tableNames } from "../tables/lake-model";
import { schemaVersion, type TableName } from "../tables/tables";
import { type Counts, noCounts } from "./counts";
import type { Gap } from "./gaps";

/** The version of the commit files that this code writes; it reads this and all before. */
export const commitFormat = 4;

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

/** The sums of each summary, by group. */
export type LakeSummaries = Readonly<Record<string, Readonly<Record<string, GroupSums>>>>;

/** What has been committed so far, in all. */
export interface LakeState {
  readonly topic: string;
  /** By partition: the offset of the next message to consume. */
  readonly offsets: Readonly<Record<string, string>>;
  readonly counts: Counts;
  readonly rowCounts: Readonly<Record<string, number>>;
  /** By summary, then by group: what its rows are made of. */
  readonly summaries: LakeSummaries;
  /** Fingerprint of what the tables are held to; absent in lakes that were begun before it was kept. */
  readonly schema?: string;
  /** Fingerprint of the contract that the tables are of, which `_contract` holds; absent in lakes before it was kept. */
  readonly contract?: string;
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
  /** Contracts before that one, oldest first, each with the offsets from which the next one took over; absent for none. */
  readonly taken?: readonly { readonly contract: string; readonly upTo: LakeState["offsets"] }[];
  /** Where the latest counts: the offsets up to which it was chosen from all deliveries, by a replay; absent before one. */
  readonly chosenUpTo?: LakeState["offsets"];
  /** Tables of contracts before, which are to be removed; absent for none. */
  readonly dropped?: readonly string[];
  /** Events that came after the one that counts, by the column that says which does: a replay takes them; absent for none. */
  readonly later?: number;
  /** Paths that the contract does not know, the most frequent first seen; absent for none. */
  readonly unknown?: Readonly<Record<string, UnknownPath>>;
}

/** A path that no column comes from. */
export interface UnknownPath {
  /** Events that have it. */
  readonly events: number;
  /** The first of them, by partition, then offset. */
  readonly partition: number;
  readonly offset: string;
  /** What stands there, quoted. */
  readonly example: string;
}

/** What the files of a table come to: a listing of them is held to it. */
export interface PartsSum {
  readonly files: number;
  readonly bytes: number;
  /** SHA-256 over their names in order, the first 32 hexadecimal digits. */
  readonly names: string;
}

/** By table: its files after a commit, and before it, which they are until the commit is placed. */
export type PartSums = Readonly<Record<string, { readonly before: PartsSum; readonly after: PartsSum }>>;

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

/** The state of a lake that nothing has been landed in; `model`: its tables, by default those of the shipped contract. */
export function emptyState(topic: string, model: LakeModel = shippedModel): LakeState {
  const rowCounts = Object.fromEntries(tableNames(model).map((name) => [name, 0]));
  return { topic, offsets: {}, counts: noCounts(), rowCounts, summaries: {}, late: 0 };
}

/** The claim that follows `last`: the same state, the next number, `run` as the new holder. */
export function claimAfter(
  last: Commit | undefined,
  run: string,
  topic: string,
  model: LakeModel = shippedModel,
): Commit {
  const { state = emptyState(topic, model), files = [], swaps = [], parts } = last ?? {};
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
  if (isKnown && commit.state && Array.isArray(commit.files))
    return { ...commit, state: withSummaries(commit.state), holder, swaps } as Commit;
  const advice =
    format > commitFormat
      ? "this lake was written by a newer version: use that one, or another LAKE_DIR"
      : "is LAKE_DIR the right directory? If so, something else has written to it";
  throw new ServiceError(
    `hdfs ${path}: expected commit format ${commitFormat} or lower, received ${quote(String(commit.format))}; ${advice}`,
  );
}

/** Up to format 3 the one summary was course_ID, with sums of its own. */
function withSummaries(
  state: LakeState & { readonly courses?: Readonly<Record<string, CourseSums>> },
): LakeState {
  const { courses, ...rest } = state;
  if (!courses) return state;
  const groups = Object.entries(courses).map(([name, sums]) => toGroupSums(name, sums));
  return { ...rest, summaries: { course_ID: Object.fromEntries(groups) } };
}

import { type Config, readConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { canonicalJson } from "../base/json";
import type { GradeValues } from "../events/grades";
import { fingerprintSchemas, type OutcomeKind } from "../events/outcomes";
import type { Schema } from "../events/schema";
import {
  type Commit,
  type Counts,
  checkVersion,
  formatSum,
  isSumRight,
  type LakeState,
} from "../lake/commit-file";
import { findUnexplained, type Gap } from "../lake/gaps";
import { type Lake, openLake, readLastCommit } from "../lake/lake";
import { isSettled } from "../lake/settled";
import { addScore, type CourseSums, toCourseRow } from "../tables/course-sums";
import type { RawRow, TableName } from "../tables/tables";
import { addTo, type Bag, createBag, differingBucket } from "./bags";
import { describeColumn, describeRow } from "./differences";
import { keyOf, type MessageTable, readParts, recomputeOutcomes, rowsFor } from "./recompute";

/** What verifying one table came to. */
export interface TableCheck {
  readonly table: TableName;
  /** Rows that were recomputed from raw_data (raw_data: rows that the last commit counts). */
  readonly expected: number;
  /** Rows that the table holds. */
  readonly received: number;
  readonly ok: boolean;
  /** What differs, in words, with one place as an example; empty where nothing does. */
  readonly difference: string;
}

export interface VerifyReport {
  readonly ok: boolean;
  /** Whether the tables were landed by another schema than the one they are held to here. */
  readonly isSchemaOther: boolean;
  readonly checks: readonly TableCheck[];
  /** Counted anew from raw_data. */
  readonly counts: Counts;
  readonly topic: string;
  /** Offsets that were gone before they were landed, and skipped on request: no row of raw_data may be among them. */
  readonly gaps: readonly Gap[];
  /** Conflicts whose two deliveries came in different partitions, counted anew. */
  readonly crossingConflicts: number;
  /** Whether the lowest partition counts everywhere; until then deliveries in a higher one that came first do. */
  readonly isSettled: boolean;
}

/** Everything that raw_data gives, in sums. */
interface Recomputed {
  readonly bags: Readonly<Record<MessageTable, Bag>>;
  readonly courses: ReadonlyMap<string, CourseSums>;
  readonly counts: Counts;
  readonly crossingConflicts: number;
  /** The first place where raw_data is not what was consumed; empty where there is none. */
  readonly fault: string;
  /** The first offsets that are missing; in a topic with transactions some hold no message. */
  readonly gap: string;
}

const messageTables = ["questions_pool_data", "grades_ID", "quarantine"] as const;

export interface VerifyOptions {
  /** Default: what the environment says. */
  readonly config?: Config;
  /** Default: the lake that the configuration names. */
  readonly lake?: Lake;
  /** The schema that grades are held to; default the project's. */
  readonly schema?: Schema<GradeValues>;
  readonly onProgress?: (table: TableName) => void;
}

/**
 * Recomputes every table from raw_data and compares it with what the lake holds, some thousand rows at a time. Throws where there
 * is no lake, a file can't be read, or something was landed meanwhile.
 */
export async function verify(options: VerifyOptions = {}): Promise<VerifyReport> {
  const { hdfs } = options.config ?? readConfig();
  const lake = options.lake ?? openLake(hdfs);
  const commit = await readLastCommit(lake);
  if (!commit) {
    const advice = 'land first with "npx user-activity land"';
    throw new ServiceError(`hdfs ${lake.at("_commits")}: expected a commit, received none; ${advice}`);
  }
  checkVersion(commit, hdfs.lakeDir);
  const report = await compareAll(lake, commit, options).catch(async (error: Error) => {
    await refuseChanged(lake, commit); // then it is a file that was merged away
    throw error;
  });
  if (!report.ok) await refuseChanged(lake, commit);
  return report;
}

async function compareAll(lake: Lake, commit: Commit, options: VerifyOptions): Promise<VerifyReport> {
  options.onProgress?.("raw_data");
  const recomputed = await recompute(lake, commit.state, options.schema);
  const checks = [checkRaw(commit.state, recomputed)];
  const isRawRight = checks.every(({ ok }) => ok);
  for (const table of messageTables) {
    options.onProgress?.(table);
    const expected = recomputed.bags[table];
    checks.push(await checkTable(lake, table, { expected, locate: isRawRight, schema: options.schema }));
  }
  options.onProgress?.("course_ID");
  checks.push(await checkCourses(lake, recomputed.courses));
  const ok = isSumRight(recomputed.counts) && checks.every((check) => check.ok);
  const { counts, crossingConflicts } = recomputed;
  const { schema, topic, gaps = [] } = commit.state;
  const isSchemaOther = schema !== undefined && schema !== fingerprintSchemas(options.schema);
  const held = { counts, topic, gaps, crossingConflicts, isSettled: isSettled(commit.state) };
  return { ok, isSchemaOther, checks, ...held };
}

/** A landing at the same time adds rows that the first tables read did not have. */
async function refuseChanged(lake: Lake, before: Commit): Promise<void> {
  const after = await readLastCommit(lake);
  if (after?.number === before.number) return;
  const received = `commit ${after?.number ?? "none"} meanwhile`;
  throw new ServiceError(
    `hdfs ${lake.at("_commits")}: expected commit ${before.number} to stay the last, received ${received}; verify again when nothing is landed`,
  );
}

async function recompute(
  lake: Lake,
  { topic, offsets, gaps = [] }: LakeState,
  schema?: Schema<GradeValues>,
): Promise<Recomputed> {
  const bags = { questions_pool_data: createBag(), grades_ID: createBag(), quarantine: createBag() };
  const courses = new Map<string, CourseSums>();
  const counts = { consumed: 0, graded: 0, duplicates: 0, quarantined: 0 };
  let crossingConflicts = 0;
  const order = watchOrder(topic, gaps);
  for await (const outcome of recomputeOutcomes(lake, schema)) {
    order.see(outcome.raw);
    counts.consumed++;
    counts[countName[outcome.kind]]++;
    if (outcome.isCrossing) crossingConflicts++;
    for (const table of messageTables) for (const row of rowsFor(outcome, table)) addTo(bags[table], row);
    if (!outcome.grade) continue;
    const { exam_name, score, started_at } = outcome.grade;
    courses.set(exam_name, addScore(courses.get(exam_name), score, started_at));
  }
  return { bags, courses, counts, crossingConflicts, ...order.end(offsets) };
}

/** Sees that each partition's messages come once and in order, and where some may be missing. */
function watchOrder(topic: string, gaps: readonly Gap[]) {
  const next = new Map<number, bigint>();
  let fault = "";
  let gap = "";
  const reach = (partition: number, offset: bigint) => {
    const found = findUnexplained(gaps, { partition, from: next.get(partition) ?? 0n, to: offset });
    if (found) gap ||= `${topic}/${partition}, offsets ${found.first} to ${found.last}`;
  };
  return {
    see: (row: RawRow) => {
      const where = `${row.topic}/${keyOf(row)}`;
      if (row.topic !== topic) fault ||= `${where}: expected topic ${topic} only`;
      else if (row.offset < (next.get(row.partition) ?? 0n))
        fault ||= `${where} stands twice or out of order`;
      if (gaps.some((one) => isWithin(one, row))) fault ||= `${where}: expected no row, as it was gone`;
      reach(row.partition, row.offset);
      next.set(row.partition, row.offset + 1n);
    },
    end: (offsets: LakeState["offsets"]) => {
      for (const [partition, offset] of Object.entries(offsets)) reach(Number(partition), BigInt(offset));
      return { fault, gap };
    },
  };
}

function isWithin(gap: Gap, { partition, offset }: RawRow): boolean {
  return partition === gap.partition && offset >= BigInt(gap.from) && offset < BigInt(gap.to);
}

const countName: Readonly<Record<OutcomeKind, keyof Counts>> = {
  graded: "graded",
  duplicate: "duplicates",
  quarantined: "quarantined",
};

function checkRaw(state: LakeState, { counts, fault, gap }: Recomputed): TableCheck {
  const [expected, received] = [state.counts.consumed, counts.consumed];
  const missing = received < expected && gap ? `; first missing: ${gap}` : "";
  const sums = `the last commit says: ${formatSum(state.counts)}`;
  const difference =
    describeCounts(expected, received) + missing ||
    fault ||
    (canonicalJson(counts) === canonicalJson(state.counts) ? "" : sums);
  return { table: "raw_data", expected, received, ok: difference === "", difference };
}

async function checkTable(
  lake: Lake,
  table: MessageTable,
  { expected, locate, schema }: { expected: Bag; locate: boolean; schema: Schema<GradeValues> | undefined },
): Promise<TableCheck> {
  const received = createBag();
  for await (const { rows } of readParts(lake, table)) for (const row of rows) addTo(received, row);
  const numbers = { expected: expected.count, received: received.count };
  const bucket = differingBucket(expected, received);
  if (bucket === undefined) return { table, ...numbers, ok: true, difference: "" };
  const what = describeCounts(expected.count, received.count) || "as many rows, but other values";
  const where = locate ? `; for example ${await describeRow(lake, { table, bucket, schema })}` : "";
  return { table, ...numbers, ok: false, difference: what + where };
}

async function checkCourses(lake: Lake, expected: ReadonlyMap<string, CourseSums>): Promise<TableCheck> {
  const missing = new Map(expected);
  let received = 0;
  let example = "";
  for await (const { rows } of readParts(lake, "course_ID")) {
    for (const row of rows) {
      received++;
      const sums = missing.get(row.exam_name);
      missing.delete(row.exam_name);
      const name = JSON.stringify(row.exam_name);
      if (!sums) example ||= `${name}: expected no such row, or not twice`;
      const column = sums && describeColumn(toCourseRow(row.exam_name, sums), row, isSameInCourse);
      if (column) example ||= `${name}: ${column}`;
    }
  }
  for (const name of missing.keys()) example ||= `${JSON.stringify(name)}: expected a row, received none`;
  const what = describeCounts(expected.size, received) || "as many rows, but other values";
  const difference = example && `${what}; for example ${example}`;
  return { table: "course_ID", expected: expected.size, received, ok: difference === "", difference };
}

/** Exact but for mean and standard deviation, whose last digits depend on the order of the sums: within 1e-9. */
function isSameInCourse(a: unknown, b: unknown, column: string): boolean {
  const isSum = column === "average_score" || column === "stddev_score";
  if (isSum && typeof a === "number" && typeof b === "number") return Math.abs(a - b) < 1e-9;
  return canonicalJson(a) === canonicalJson(b);
}

function describeCounts(expected: number, received: number): string {
  return expected === received ? "" : `expected ${expected} rows, received ${received}`;
}

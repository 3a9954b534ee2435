import { createHash } from "node:crypto";
import { type Counts, isSumRight } from "./commits";
import { type Config, readConfig } from "./config";
import { addScore, type CourseSums, toCourseRow } from "./courses";
import { ServiceError } from "./errors";
import { createExamIndex } from "./exam-index";
import { type Lake, openLake, readLastCommit, readRows } from "./lake";
import { decideOutcome, type OutcomeKind } from "./outcomes";
import type { CourseRow, QuarantineRow, RawRow, TableName } from "./tables";

/** What verifying one table came to. */
export interface TableCheck {
  readonly table: TableName;
  /** Rows that were recomputed from raw_data (raw_data: rows that the last commit counts). */
  readonly expected: number;
  /** Rows that the table holds. */
  readonly received: number;
  readonly ok: boolean;
  /** What differs, in words; empty where nothing does. */
  readonly difference: string;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly checks: readonly TableCheck[];
  /** Counted anew from raw_data. */
  readonly counts: Counts;
}

/** A bag of rows, whatever their order: how many, and the sum of their hashes. Holds no rows. */
interface Bag {
  count: number;
  sum: bigint;
}

type ComparedTable = "questions_pool_data" | "grades_ID" | "quarantine";

/** Recomputes every table from raw_data and compares it with what the lake holds, a file at a time. */
export async function verify(
  options: { config?: Config; onProgress?: (table: TableName) => void } = {},
): Promise<VerifyReport> {
  const lake = openLake((options.config ?? readConfig()).hdfs);
  const commit = await readLastCommit(lake);
  if (!commit) {
    throw new ServiceError(
      `hdfs ${lake.at("_commits")}: no commit; land first with "npx user-activity land"`,
    );
  }
  options.onProgress?.("raw_data");
  const recomputed = await recompute(lake);
  const checks: TableCheck[] = [recomputed.rawCheck(commit.state.counts.consumed)];
  for (const table of ["questions_pool_data", "grades_ID", "quarantine"] as const) {
    options.onProgress?.(table);
    checks.push(await compareTable(lake, table, recomputed.bags[table]));
  }
  options.onProgress?.("course_ID");
  checks.push(await compareCourses(lake, recomputed.courses));
  const { counts } = recomputed;
  const sameCounts = JSON.stringify(counts) === JSON.stringify(commit.state.counts);
  return { ok: sameCounts && isSumRight(counts) && checks.every((check) => check.ok), checks, counts };
}

async function recompute(lake: Lake) {
  const exams = createExamIndex();
  const undecodable = await readUndecodable(lake);
  const bags = { questions_pool_data: newBag(), grades_ID: newBag(), quarantine: newBag() };
  const courses = new Map<string, CourseSums>();
  const counts = { consumed: 0, graded: 0, duplicates: 0, quarantined: 0 };
  const next = new Map<number, bigint>();
  const disorder: string[] = [];
  for await (const rows of readRows(lake, "raw_data")) {
    for (const row of rows) {
      if (row.offset < (next.get(row.partition) ?? 0n))
        disorder.push(`${row.topic}/${row.partition}@${row.offset}`);
      next.set(row.partition, row.offset + 1n);
      const outcome = decideOutcome(toMessage(row, undecodable), exams);
      counts.consumed++;
      counts[countName[outcome.kind]]++;
      for (const question of outcome.questions) addTo(bags.questions_pool_data, question);
      for (const refused of outcome.quarantine) addTo(bags.quarantine, refused);
      if (!outcome.grade) continue;
      addTo(bags.grades_ID, outcome.grade);
      const { exam_name, score, started_at } = outcome.grade;
      courses.set(exam_name, addScore(courses.get(exam_name), score, started_at));
    }
  }
  const rawCheck = (expected: number): TableCheck => {
    const twice =
      disorder.length > 0 ? `${disorder.length} messages twice or out of order, first ${disorder[0]}` : "";
    const difference = twice || describeCounts(expected, counts.consumed);
    return { table: "raw_data", expected, received: counts.consumed, ok: difference === "", difference };
  };
  return { bags, courses, counts, rawCheck };
}

const countName: Readonly<Record<OutcomeKind, keyof Counts>> = {
  graded: "graded",
  duplicate: "duplicates",
  quarantined: "quarantined",
};

/** The bytes that raw_data can't hold, by partition and offset: those that are not UTF-8 stand in quarantine. */
async function readUndecodable(lake: Lake): Promise<Map<string, Buffer>> {
  const bytes = new Map<string, Buffer>();
  for await (const rows of readRows(lake, "quarantine")) {
    for (const row of rows) {
      if (row.value_base64 !== null) bytes.set(keyOf(row), Buffer.from(row.value_base64, "base64"));
    }
  }
  return bytes;
}

function toMessage(row: RawRow, undecodable: Map<string, Buffer>) {
  const value = row.value === null ? (undecodable.get(keyOf(row)) ?? null) : Buffer.from(row.value);
  return { ...row, key: row.key === null ? null : Buffer.from(row.key), value };
}

function keyOf({ partition, offset }: Pick<QuarantineRow, "partition" | "offset">): string {
  return `${partition}@${offset}`;
}

async function compareTable(lake: Lake, table: ComparedTable, expected: Bag): Promise<TableCheck> {
  const received = newBag();
  for await (const rows of readRows(lake, table)) for (const row of rows) addTo(received, row);
  const differs = received.sum !== expected.sum ? "same number of rows, but values differ" : "";
  const difference = describeCounts(expected.count, received.count) || differs;
  return { table, expected: expected.count, received: received.count, ok: difference === "", difference };
}

async function compareCourses(lake: Lake, expected: ReadonlyMap<string, CourseSums>): Promise<TableCheck> {
  let received = 0;
  let difference = "";
  for await (const rows of readRows(lake, "course_ID")) {
    for (const row of rows) {
      received++;
      const sums = expected.get(row.exam_name);
      if (sums && isSameCourse(row, toCourseRow(row.exam_name, sums))) continue;
      difference ||= `${JSON.stringify(row.exam_name)} differs from what its grades give`;
    }
  }
  difference = describeCounts(expected.size, received) || difference;
  return { table: "course_ID", expected: expected.size, received, ok: difference === "", difference };
}

/** Exact but for mean and standard deviation, whose last digits depend on the order of the sums: within 1e-9. */
function isSameCourse(a: CourseRow, b: CourseRow): boolean {
  const isNear = (x: number | null, y: number | null) =>
    x === y || Math.abs((x ?? Infinity) - (y ?? Infinity)) < 1e-9;
  const { average_score: aMean, stddev_score: aSd, ...aRest } = a;
  const { average_score: bMean, stddev_score: bSd, ...bRest } = b;
  return isNear(aMean, bMean) && isNear(aSd, bSd) && canonical(aRest) === canonical(bRest);
}

function describeCounts(expected: number, received: number): string {
  return expected === received ? "" : `expected ${expected} rows, received ${received}`;
}

function newBag(): Bag {
  return { count: 0, sum: 0n };
}

function addTo(bag: Bag, row: object): void {
  const hash = createHash("sha256").update(canonical(row)).digest();
  bag.count++;
  bag.sum = (bag.sum + hash.readBigUInt64LE(0) + (hash.readBigUInt64LE(8) << 64n)) & mask;
}

const mask = (1n << 128n) - 1n;

/** One text for one row, whatever the order of its keys; bigint and whole number are the same. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => {
    if (typeof one === "bigint") return one <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(one) : one.toString();
    const isPlain = typeof one === "object" && one !== null && !Array.isArray(one);
    return isPlain ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one;
  });
}

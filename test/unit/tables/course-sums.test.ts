import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { GroupSums } from "user-activity/dist/contract/summaries";
import { toGroupSums } from "user-activity/dist/tables/course-sums";
import { tables } from "user-activity/dist/tables/tables";
import { addScore, courseSummary, toCourseRow } from "../../helpers/course-summary";

interface Attempt {
  readonly correct: number;
  readonly total: number;
  readonly startedAt: number;
}

function sumsOf(attempts: readonly Attempt[]): GroupSums | undefined {
  return attempts.reduce<GroupSums | undefined>(
    (sums, { correct, total, startedAt }) => addScore(sums, correct / total, startedAt),
    undefined,
  );
}

/** Mean and sample variance as exact fractions, turned into doubles at the very end. */
function exactFigures(attempts: readonly Attempt[]): { mean: number; variance: number } {
  const n = BigInt(attempts.length);
  const common = attempts.reduce((product, { total }) => lcm(product, BigInt(total)), 1n);
  const scores = attempts.map(({ correct, total }) => BigInt(correct) * (common / BigInt(total)));
  const sum = scores.reduce((a, b) => a + b, 0n);
  const squares = scores.reduce((a, b) => a + (n * b - sum) ** 2n, 0n);
  return {
    mean: toNumber(sum, n * common),
    variance: n > 1n ? toNumber(squares, n * n * common * common * (n - 1n)) : 0,
  };
}

function toNumber(numerator: bigint, denominator: bigint): number {
  return Number((numerator * 10n ** 40n) / denominator) / 1e40;
}

function lcm(a: bigint, b: bigint): bigint {
  const gcd = (x: bigint, y: bigint): bigint => (y === 0n ? x : gcd(y, x % y));
  return (a * b) / gcd(a, b);
}

const attempt = fc
  .record({ total: fc.integer({ min: 1, max: 20 }), part: fc.nat(20), startedAt: fc.nat() })
  .map(({ total, part, startedAt }) => ({ correct: part % (total + 1), total, startedAt }));

function assertFigures(sums: GroupSums | undefined, attempts: readonly Attempt[]): void {
  assert.ok(sums);
  const row = toCourseRow(sums);
  const { mean, variance } = exactFigures(attempts);
  const scores = attempts.map(({ correct, total }) => correct / total);
  const starts = attempts.map(({ startedAt }) => startedAt);
  assert.equal(row.attempts, attempts.length);
  assert.ok(Math.abs(row.average_score - mean) <= 1e-12, `${row.average_score} is not ${mean}`);
  if (attempts.length === 1) assert.equal(row.stddev_score, null);
  else {
    const { m2 } = sums.columns.score ?? assert.fail("no scores");
    assert.ok(m2 >= 0);
    assert.ok(Math.abs(m2 / (sums.count - 1) - variance) <= 1e-12);
    if (variance > 1e-4) assert.ok(Math.abs((row.stddev_score ?? Number.NaN) - Math.sqrt(variance)) <= 1e-12);
  }
  assert.deepEqual([row.min_score, row.max_score], [Math.min(...scores), Math.max(...scores)]);
  assert.deepEqual([row.first_started_at, row.last_started_at], [Math.min(...starts), Math.max(...starts)]);
}

test("any scores: the figures are those of exact fractions, within 1e-12", () => {
  fc.assert(
    fc.property(fc.array(attempt, { minLength: 1, maxLength: 60 }), (attempts) => {
      assertFigures(sumsOf(attempts), attempts);
    }),
  );
});

test("any split into batches, merged in any shape, gives the same figures", () => {
  const batches = fc.array(fc.array(attempt, { minLength: 1, maxLength: 20 }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(batches, (parts) => {
      const sums = parts.map((part) => sumsOf(part) ?? assert.fail("no sums"));
      const fromLeft = sums.reduce<GroupSums | undefined>((a, b) => courseSummary.merge(a, b), undefined);
      const fromRight = sums.reduceRight<GroupSums | undefined>(
        (a, b) => courseSummary.merge(a, b),
        undefined,
      );
      assertFigures(fromLeft, parts.flat());
      assertFigures(fromRight, parts.flat());
    }),
  );
});

test("three thousand attempts at one course stay exact", () => {
  const attempts = Array.from({ length: 3000 }, (_, i) => ({ correct: i % 8, total: 7, startedAt: i }));
  assertFigures(sumsOf(attempts), attempts);
});

test("equal scores have exactly that average and no deviation", () => {
  const attempts = new Array(1000).fill({ correct: 1, total: 3, startedAt: 5 });
  const row = toCourseRow(sumsOf(attempts) ?? assert.fail("no sums"));
  assert.deepEqual([row.average_score, row.stddev_score], [1 / 3, 0]);
});

test("one attempt has no standard deviation; columns are in the table's order", () => {
  const row = toCourseRow(addScore(undefined, 0.75, 1516717399082, "Reading Tea Leaves"));
  assert.deepEqual(row, {
    exam_name: "Reading Tea Leaves",
    attempts: 1,
    average_score: 0.75,
    stddev_score: null,
    min_score: 0.75,
    max_score: 0.75,
    first_started_at: 1516717399082,
    last_started_at: 1516717399082,
  });
  assert.deepEqual(
    Object.keys(row),
    tables.course_ID.columns.map(({ name }) => name),
  );
});

test("sums survive JSON", () => {
  const sums = sumsOf([
    { correct: 1, total: 3, startedAt: 1 },
    { correct: 2, total: 7, startedAt: 2 },
  ]);
  assert.deepEqual(JSON.parse(JSON.stringify(sums)), sums);
});

test("sums of commits up to format 3 are gone on with", () => {
  const old = { n: 2, mean: 0.5, m2: 0.02, min: 0.4, max: 0.6, firstStartedAt: 5, lastStartedAt: 9 };
  const [key, sums] = toGroupSums("Reading Tea Leaves", old);
  assert.equal(key, courseSummary.groupOf({ exam_name: "Reading Tea Leaves" }));
  const row = toCourseRow(addScore(sums, 0.8, 2, "Reading Tea Leaves"));
  const { stddev_score, average_score, ...rest } = row;
  assert.ok(Math.abs(average_score - 0.6) < 1e-12 && Math.abs((stddev_score ?? 0) - 0.2) < 1e-12);
  assert.deepEqual(rest, {
    exam_name: "Reading Tea Leaves",
    attempts: 3,
    min_score: 0.4,
    max_score: 0.8,
    first_started_at: 2,
    last_started_at: 9,
  });
});

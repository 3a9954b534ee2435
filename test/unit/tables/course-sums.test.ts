import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addScore, type CourseSums, mergeSums, toCourseRow } from "user-activity/dist/tables/course-sums";
import { tables } from "user-activity/dist/tables/tables";

interface Attempt {
  readonly correct: number;
  readonly total: number;
  readonly startedAt: number;
}

function sumsOf(attempts: readonly Attempt[]): CourseSums | undefined {
  return attempts.reduce<CourseSums | undefined>(
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

function assertFigures(sums: CourseSums | undefined, attempts: readonly Attempt[]): void {
  assert.ok(sums);
  const row = toCourseRow("any", sums);
  const { mean, variance } = exactFigures(attempts);
  const scores = attempts.map(({ correct, total }) => correct / total);
  const starts = attempts.map(({ startedAt }) => startedAt);
  assert.equal(row.attempts, attempts.length);
  assert.ok(Math.abs(row.average_score - mean) <= 1e-12, `${row.average_score} is not ${mean}`);
  if (attempts.length === 1) assert.equal(row.stddev_score, null);
  else {
    assert.ok(sums.m2 >= 0);
    assert.ok(Math.abs(sums.m2 / (sums.n - 1) - variance) <= 1e-12);
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
      const fromLeft = sums.reduce<CourseSums | undefined>(mergeSums, undefined);
      const fromRight = sums.reduceRight<CourseSums | undefined>((a, b) => mergeSums(a, b), undefined);
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
  const row = toCourseRow("any", sumsOf(attempts) ?? assert.fail("no sums"));
  assert.deepEqual([row.average_score, row.stddev_score], [1 / 3, 0]);
});

test("one attempt has no standard deviation; columns are in the table's order", () => {
  const row = toCourseRow("Reading Tea Leaves", addScore(undefined, 0.75, 1516717399082));
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

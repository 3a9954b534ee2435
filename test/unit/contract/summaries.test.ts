import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { shippedContract } from "user-activity/dist/contract/shipped";
import { compileSummary, type GroupSums } from "user-activity/dist/contract/summaries";

const [courses] = shippedContract.summaries;
const summary = compileSummary(courses ?? assert.fail());

const grade = fc.record({
  exam_name: fc.constant("tea"),
  score: fc.integer({ min: 0, max: 100 }).map((share) => share / 100),
  started_at: fc.integer({ min: 0, max: 2 ** 40 }),
});

test("the shipped summary comes to what course_ID holds, whatever the order of merging", () => {
  fc.assert(
    fc.property(fc.array(grade, { minLength: 1, maxLength: 30 }), fc.nat(), (grades, cut) => {
      const at = cut % grades.length;
      const sum = (some: typeof grades) =>
        some.reduce<GroupSums | undefined>((sums, row) => summary.add(sums, row), undefined);
      const [first, second] = [sum(grades.slice(0, at)), sum(grades.slice(at))];
      const merged = summary.merge(first, second ?? assert.fail());
      const scores = grades.map(({ score }) => score);
      const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
      const squares = scores.reduce((a, b) => a + (b - mean) ** 2, 0);
      const starts = grades.map(({ started_at }) => started_at);
      assertNear(summary.toRow(merged), {
        exam_name: "tea",
        attempts: grades.length,
        average_score: mean,
        stddev_score: grades.length > 1 ? Math.sqrt(squares / (grades.length - 1)) : null,
        min_score: Math.min(...scores),
        max_score: Math.max(...scores),
        first_started_at: Math.min(...starts),
        last_started_at: Math.max(...starts),
      });
    }),
  );
});

test("columns may be called as what objects inherit", () => {
  const column = (name: string, derived?: string) => ({
    name,
    type: "INT32" as const,
    nullable: true,
    ...(derived ? { derived } : { keyPosition: 1 }),
  });
  const columns = [column("group"), column("least", "min(constructor)"), column("toString", "sum(valueOf)")];
  const { add, toRow } = compileSummary({ name: "s", of: "t", columns });
  const row = { group: 1, constructor: null, valueOf: 2 };
  assert.deepEqual(toRow(add(add(undefined, row), row)), { group: 1, least: null, toString: 4 });
});

function assertNear(
  row: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
): void {
  assert.deepEqual(Object.keys(row), Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    if (typeof value !== "number") assert.equal(row[name], value, name);
    else assert.ok(Math.abs(Number(row[name]) - value) < 1e-9, `${name}: ${row[name]} is not ${value}`);
  }
}

test("groups are told apart by their values, not by how they look as text", () => {
  const texts = [{ exam_name: "1" }, { exam_name: 1 }, { exam_name: "a,b" }].map((row) =>
    summary.groupOf(row),
  );
  assert.equal(new Set(texts).size, 3);
});

test("groups of whole numbers of 64 bits survive JSON", () => {
  const columns = [
    { name: "id", type: "INT64" as const, nullable: false, keyPosition: 1 },
    { name: "count", type: "INT64" as const, nullable: false, derived: "count()" },
  ];
  const { add, groupOf, toRow } = compileSummary({ name: "s", of: "t", columns });
  const row = { id: 9007199254740993n };
  const kept = JSON.parse(JSON.stringify(add(undefined, row))) as GroupSums;
  assert.deepEqual(toRow(add(kept, row)), { id: 9007199254740993n, count: 2n });
  assert.notEqual(groupOf(row), groupOf({ id: 9007199254740992n }));
});

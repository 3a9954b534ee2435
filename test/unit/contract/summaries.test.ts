import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { shippedContract } from "user-activity/dist/contract/shipped";
import { compileSummary, type GroupSums } from "user-activity/dist/contract/summaries";
import { addScore, type CourseSums, toCourseRow } from "user-activity/dist/tables/course-sums";

const [courses] = shippedContract.summaries;
const summary = compileSummary(shippedContract, courses ?? assert.fail());

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
      const expected = grades.reduce<CourseSums | undefined>(
        (sums, { score, started_at }) => addScore(sums, score, started_at),
        undefined,
      );
      assertNear(summary.toRow(merged), { ...toCourseRow("tea", expected ?? assert.fail()) });
    }),
  );
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

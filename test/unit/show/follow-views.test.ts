import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { emptyState } from "user-activity/dist/lake/commit-file";
import type { FollowProgress } from "user-activity/dist/landing/follow";
import { busiestCourses, followFrame } from "user-activity/dist/show/follow-views";
import { fromFrame } from "user-activity/dist/show/frames";
import { addScore } from "../../helpers/course-summary";

const empty = emptyState("assessments");
const progress: FollowProgress = {
  consumed: 70,
  perSecond: 31,
  lag: 12,
  waiting: [],
  commit: 4,
  committedAt: new Date(Date.now() - 1000).toISOString(),
  commits: 2,
  state: {
    ...empty,
    counts: { consumed: 60, graded: 50, duplicates: 8, quarantined: 2 },
    rowCounts: {
      raw_data: 60,
      questions_pool_data: 300,
      grades_ID: 50,
      course_ID: 7,
      quarantine: 2,
    },
  },
};

const lasting = [
  ["messages consumed by this run", 70],
  ["messages landed, in all", 60],
  ["lag: published and not landed", 12],
];
const rows = [
  ["rows of raw_data", 60],
  ["rows of questions_pool_data", 300],
  ["rows of grades_ID", 50],
  ["rows of course_ID", 7],
  ["rows of quarantine", 2],
];

describe("a run that follows, as a table", () => {
  const cellsOf = (isOver: boolean) =>
    fromFrame(followFrame(progress, isOver)).map(({ what, now }) => [what, now]);

  test("has messages, lag and rows once it is over, nothing of time or of how often was committed", () => {
    assert.deepEqual(cellsOf(true), [...lasting, ...rows]);
  });

  test("has rate and last commit while it goes on", () => {
    const cells = cellsOf(false);
    const pulse = cells.splice(lasting.length, 3);
    assert.deepEqual(cells, [...lasting, ...rows]);
    assert.deepEqual(pulse.slice(0, 2), [
      ["messages per second", 31],
      ["number of the last commit", 4],
    ]);
    const [what, ms] = pulse[2] ?? [];
    assert.equal(what, "ms since the last commit");
    assert.ok(Number(ms) >= 1000);
  });
});

describe("the busiest courses", () => {
  const sums = (n: number, course: string) =>
    Array.from({ length: n }).reduce<ReturnType<typeof addScore>>(
      (all) => addScore(all, 0.5, 0, course),
      addScore(undefined, 0.5, 0, course),
    );

  test("are those with the most attempts, equals by name, however they came in", () => {
    const course_ID = { c: sums(1, "c"), b: sums(4, "b"), a: sums(1, "a"), d: sums(9, "d") };
    assert.deepEqual(busiestCourses({ summaries: { course_ID } }, 3), [
      { label: "d", value: 10 },
      { label: "b", value: 5 },
      { label: "a", value: 2 },
    ]);
  });

  test("of an empty lake are none", () => {
    assert.deepEqual(busiestCourses(empty, 10), []);
  });
});

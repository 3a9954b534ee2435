import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createExamIndex } from "user-activity/dist/events/exam-index";
import { decideOutcome } from "user-activity/dist/events/shipped-outcomes";
import { emptyState } from "user-activity/dist/lake/commit-file";
import { toCommittedFiles } from "user-activity/dist/lake/staging";
import { createTally } from "user-activity/dist/landing/tally";
import { anEvent, withoutCounts } from "../../helpers/an-event";

const events = [anEvent(), anEvent(), { ...withoutCounts(), user_exam_id: "a-2" }, null];

function decideAll() {
  const exams = createExamIndex();
  return events.map((event, index) => {
    const value = event && Buffer.from(JSON.stringify(event));
    return decideOutcome(
      { topic: "t", partition: 1, offset: BigInt(7 + index), timestamp: 0, key: null, value, headers: [] },
      exams,
    );
  });
}

const staged = [
  { table: "raw_data", staged: "_tmp/r/raw_data.parquet", rowCount: 4, bytes: 10 },
  { table: "course_ID", staged: "_tmp/r/course_ID.parquet", rowCount: 1, bytes: 10 },
  { table: "index", staged: "_tmp/r/index", rowCount: 0, bytes: 10 },
] as const;

describe("the tally of a batch", () => {
  test("counts every message once, passes its offset and adds its score to its course", () => {
    const before = emptyState("t");
    const tally = createTally(before);
    for (const outcome of decideAll()) tally.add(outcome);
    const { counts, offsets, summaries, rowCounts } = tally.toState(staged);
    assert.deepEqual(counts, { consumed: 4, graded: 1, duplicates: 1, quarantined: 2 });
    assert.deepEqual(offsets, { 1: "11" });
    assert.equal(summaries.course_ID?.['["Reading Tea Leaves"]']?.count, 1);
    assert.deepEqual([rowCounts.raw_data, rowCounts.course_ID, rowCounts.quarantine], [4, 1, 0]);
    assert.deepEqual(before, emptyState("t"), "what was before stays");
  });

  test("counts warnings by the name of their rule, whatever objects inherit by it", () => {
    const [first] = decideAll();
    assert.ok(first);
    const warning = { path: "$", rule: "equal", expected: "1", received: "2", by: "constructor" } as const;
    const tally = createTally({ ...emptyState("t"), warnings: { before: 3 } });
    for (let count = 0; count < 2; count++) tally.add({ ...first, warnings: [warning] });
    assert.deepEqual({ ...tally.toState(staged).warnings }, { before: 3, constructor: 2 });
  });

  test("adds to what was committed before, but for course_ID, which is written anew", () => {
    const first = createTally(emptyState("t"));
    for (const outcome of decideAll()) first.add(outcome);
    const second = createTally(first.toState(staged));
    assert.equal(second.hasAdvanced(), false);
    second.moveTo(1, 12n); // a marker that holds no message
    assert.equal(second.hasAdvanced(), true);
    const { counts, offsets, rowCounts, schema } = second.toState(staged);
    assert.deepEqual(second.counts().consumed, 0);
    assert.deepEqual([counts.consumed, offsets[1], rowCounts.raw_data, rowCounts.course_ID], [4, "12", 8, 1]);
    assert.equal(schema, first.toState(staged).schema);
  });
});

test("a staged file is named after its commit, course_ID always alike", () => {
  assert.deepEqual(
    toCommittedFiles(staged, 12).map(({ path }) => path),
    ["raw_data/part-00000012.parquet", "course_ID/part-00000000.parquet", "_index/00000012"],
  );
});

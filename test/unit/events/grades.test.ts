import assert from "node:assert/strict";
import { test } from "node:test";
import { shippedContract } from "user-activity/dist/contract/shipped";
import { contractWith, enforceGrade, gradeSchema } from "user-activity/dist/events/grades";
import { readersOf } from "user-activity/dist/events/readers";
import { modelOf, shippedModel } from "user-activity/dist/tables/lake-model";
import type { GradeRow } from "user-activity/dist/tables/tables";
import { tables } from "user-activity/dist/tables/tables";
import { realRecords } from "../../helpers/real-records";

/** An event of which two of three questions were answered correctly. */
const event = {
  user_exam_id: "a-1",
  base_exam_id: "b-1",
  exam_name: "Reading Tea Leaves",
  started_at: "2018-01-23T14:23:19.082Z",
  keen_timestamp: "1516717442.735266",
  sequences: {
    counts: {
      ...{ correct: 2, incorrect: 1, incomplete: 0, unanswered: 0, submitted: 3, total: 3 },
      all_correct: false,
    },
  },
};

/** The row and its warnings, of an event with other counts. */
function readWith(counts: object) {
  const sequences = { counts: { ...event.sequences.counts, ...counts } };
  const read = readersOf(shippedContract).readMain(
    { ...event, sequences },
    { partition: 2, offset: 9007199254740993n },
  );
  assert.ok(read.kind === "rows");
  const [row] = read.rows.grades_ID as GradeRow[];
  assert.ok(row);
  return { row, warnings: read.warnings };
}

test("an event becomes a row of grades_ID, columns in the table's order", () => {
  const { row } = readWith({});
  const { counts } = event.sequences;
  assert.deepEqual(row, {
    ...{ user_exam_id: "a-1", base_exam_id: "b-1", exam_name: "Reading Tea Leaves" },
    ...{ started_at: 1516717399082, recorded_at: 1516717442735, certification: null, score: 2 / 3 },
    ...{ ...counts, partition: 2, offset: 9007199254740993n },
  });
  assert.deepEqual(
    Object.keys(row),
    tables.grades_ID.columns.map(({ name }) => name),
  );
});

test("the score is correct / total, from 0 to 1", () => {
  const score = (correct: number, total: number) => readWith({ correct, total }).row.score;
  assert.deepEqual([score(0, 7), score(7, 7), score(1, 2147483647)], [0, 1, 1 / 2147483647]);
});

test("counts that do not add up to the total land, with a warning", () => {
  assert.deepEqual(readWith({}).warnings, []);
  assert.deepEqual(readWith({ unanswered: 2 }).warnings, [
    {
      path: "$",
      rule: "equal",
      expected: "correct + incorrect + incomplete + unanswered equal to total, which is 3",
      received: "5",
      by: "counts-add-up",
    },
  ]);
});

test("the enforced schema's columns have the table's types and nullability", () => {
  const described = gradeSchema.fields.map(({ column, type, nullable }) => ({
    name: column,
    type,
    nullable,
  }));
  const columns = tables.grades_ID.columns
    .filter(({ name }) => !["score", "partition", "offset"].includes(name))
    .map(({ name, type, nullable }) => ({ name, type, nullable }));
  assert.deepEqual(described, columns);
});

test("real records are graded as their counts say", { skip: !realRecords }, () => {
  for (const event of realRecords ?? []) {
    const { counts } = event.sequences as { counts?: Record<string, number> };
    const enforced = enforceGrade(event);
    assert.equal(enforced.ok, counts !== undefined);
    if (!enforced.ok || !counts) continue;
    const { started_at, recorded_at, certification, ...rest } = enforced.values;
    const { user_exam_id, base_exam_id, exam_name } = event;
    assert.deepEqual(rest, { user_exam_id, base_exam_id, exam_name, ...counts });
    assert.equal(new Date(started_at).toISOString(), event.started_at);
    assert.equal(recorded_at, Math.trunc(Number(event.keen_timestamp) * 1000));
    assert.equal(String(certification), String(event.certification));
  }
});

test("a schema of one's own leaves a column its key and its meaning", () => {
  const loose = gradeSchema.fields.map((field) => ({ ...field, nullable: true }));
  const { tables } = modelOf(contractWith({ ...gradeSchema, fields: loose }));
  const { keys } = modelOf(contractWith({ ...gradeSchema, fields: loose }));
  assert.deepEqual(keys, shippedModel.keys);
  const docsOf = (columns: readonly { readonly name: string; readonly doc?: string }[] = []) =>
    columns.map(({ name, doc }) => [name, doc]);
  assert.deepEqual(docsOf(tables.grades_ID?.columns), docsOf(shippedModel.tables.grades_ID?.columns));
});

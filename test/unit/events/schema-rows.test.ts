import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { enforceSchema } from "user-activity/dist/events/enforce";
import { gradeSchema } from "user-activity/dist/events/grades";
import { draftSchema, impliedColumns } from "user-activity/dist/events/implied";
import { inferSchema } from "user-activity/dist/events/infer";
import { formatType, rowsOfColumns, rowsOfSchema, rowsOfTable } from "user-activity/dist/events/schema-rows";
import { tables } from "user-activity/dist/tables/tables";

const events = [
  { id: "a", at: "2018-01-23T14:23:19Z", counts: { n: 1 }, share: 0.5, list: [{ k: true }] },
  { id: "b", at: null, counts: { n: 2 }, share: 1, list: [] },
];
const columns = impliedColumns(inferSchema(events));

test("what was observed, is demanded and lands stand at the same paths of the event", () => {
  assert.deepEqual(rowsOfColumns(columns), [
    { path: "id", type: "STRING", nullable: false },
    { path: "at", type: "TIMESTAMP", nullable: true },
    { path: "counts.n", type: "INT32", nullable: false },
    { path: "share", type: "DOUBLE", nullable: false },
    { path: "list", type: "LIST<STRUCT<k BOOLEAN>>", nullable: false },
  ]);
  const demanded = rowsOfSchema(gradeSchema);
  const landed = rowsOfTable(tables.grades_ID, gradeSchema);
  assert.deepEqual(
    demanded.find(({ path }) => path === "sequences.counts.total"),
    {
      path: "sequences.counts.total",
      type: "INT32",
      nullable: false,
      note: "a whole number from 1 to 2147483647",
    },
  );
  for (const { path, type, nullable } of demanded) {
    const { note, ...row } = landed.find((one) => one.path === path) ?? {};
    assert.deepEqual(row, { path, type, nullable });
  }
});

test("columns that no field of an event gives land under their own names", () => {
  const paths = new Set(gradeSchema.fields.map(({ path }) => path));
  const computed = rowsOfTable(tables.grades_ID, gradeSchema).filter(({ path }) => !paths.has(path));
  assert.deepEqual(
    computed.map(({ path, note }) => [path, note]),
    [
      ["score", undefined],
      ["partition", undefined],
      ["offset", undefined],
    ],
  );
});

test("a list's type is written out, its fields by name", () => {
  const { type } = tables.questions_pool_data.columns.find(({ name }) => name === "options") ?? {};
  assert.equal(
    formatType(type ?? "STRING"),
    "LIST<STRUCT<at TIMESTAMP, checked BOOLEAN, correct BOOLEAN, id STRING, submitted INT32>>",
  );
});

describe("the draft of a schema", () => {
  const draft = draftSchema("draft", columns);

  test("has a field for each implied column whose type a field can have", () => {
    assert.deepEqual(draft, {
      name: "draft",
      fields: [
        { path: "id", column: "id", type: "STRING", nullable: false },
        { path: "at", column: "at", type: "TIMESTAMP", nullable: true, coerce: "instant" },
        { path: "counts.n", column: "counts.n", type: "INT32", nullable: false },
      ],
      rules: [],
    });
  });

  test("refuses nothing that it was made of, and what the sample never showed", () => {
    for (const event of events) assert.equal(enforceSchema(draft, event).ok, true);
    assert.equal(enforceSchema(draft, { ...events[0], id: null }).ok, false);
  });
});

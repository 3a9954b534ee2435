import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { projectPath } from "user-activity/dist/base/paths";
import { impliedColumns } from "user-activity/dist/events/implied";
import {
  createInference,
  type InferredField,
  inferSchema,
  observeEvent,
  toInferredSchema,
} from "user-activity/dist/events/infer";
import { fieldsOf } from "user-activity/dist/tables/columns";
import { type Column, tables } from "user-activity/dist/tables/tables";
import { realRecords } from "../../helpers/real-records";

function field(events: readonly unknown[], path: string): InferredField {
  const found = inferSchema(events).fields.find((one) => one.path === path);
  return found ?? assert.fail(`no field ${path}`);
}

test("paths come parents first, keys in order of appearance, elements as []", () => {
  const schema = inferSchema([{ b: { c: [{ d: 1 }, { e: 2 }] }, a: 1 }, { z: [[1]] }]);
  assert.deepEqual(
    schema.fields.map(({ path }) => path),
    ["b", "b.c", "b.c[]", "b.c[].d", "b.c[].e", "a", "z", "z[]", "z[][]"],
  );
  assert.equal(schema.eventCount, 2);
});

test("keys that are no plain words stand in brackets, so no two paths are alike", () => {
  const schema = inferSchema([{ "a.b": 1, a: { b: 1 }, "": 1, "c[]": 1, "ü-1": 1, __proto__x: 1 }]);
  assert.deepEqual(
    schema.fields.map(({ path }) => path),
    ['["a.b"]', "a", "a.b", '[""]', '["c[]"]', "ü-1", "__proto__x"],
  );
});

test("presence is counted against the parent", () => {
  const events = [{ s: { c: 1 } }, { s: { c: null } }, { s: {} }, {}];
  const { count, parentCount, share, nullCount } = field(events, "s.c");
  assert.deepEqual(
    { count, parentCount, share, nullCount },
    { count: 2, parentCount: 3, share: 2 / 3, nullCount: 1 },
  );
  assert.equal(field(events, "s").share, 3 / 4);
});

test("the share of an array's elements is the arrays' mean length", () => {
  const { count, parentCount, share } = field([{ q: [1, 2, 3] }, { q: [] }, { q: null }], "q[]");
  assert.deepEqual([count, parentCount, share], [3, 2, 1.5]);
});

test("all types at a path are counted, 3.0 as an integer", () => {
  const values = ["a", 3.0, 2.5, true, null, {}, [], "b"];
  assert.deepEqual(
    field(
      values.map((v) => ({ v })),
      "v",
    ).types,
    { string: 2, integer: 1, number: 1, boolean: 1, null: 1, object: 1, array: 1 },
  );
});

test("text is told apart by the first test that it passes", () => {
  const texts = [
    "2018-01-23T14:23:19Z",
    "2018-02-30T14:23:19Z",
    "37F0a30a-7464-11e6-aa92-a8667f27e5dc",
    "1.0",
    "01",
    "1e5",
    "false",
    "False",
    "",
  ];
  assert.deepEqual(
    field(
      texts.map((v) => ({ v })),
      "v",
    ).formats,
    {
      instant: 1,
      text: 4,
      uuid: 1,
      "number as text": 2,
      "boolean as text": 1,
    },
  );
});

test("few distinct values are listed, many or long ones are not", () => {
  const list = (values: readonly unknown[]) =>
    field(
      values.map((v) => ({ v })),
      "v",
    ).values;
  assert.deepEqual(list(["false", null, "false", 1, "1"]), ['"false"', "null", "1", '"1"']);
  assert.equal(list(Array.from({ length: 9 }, (_, i) => i)), null);
  assert.equal(list(["x".repeat(81)]), null);
  assert.equal(list([1, []]), null);
});

test("the example is the first value that is not null", () => {
  assert.equal(field([{ a: null }, { a: { b: 1 } }, { a: 2 }], "a").example, '{"b":1}');
  assert.equal(field([{ a: null }], "a").example, "null");
});

test("least and greatest numbers are kept", () => {
  const { min, max } = field([{ n: 3 }, { n: -1.5 }, { n: "9" }], "n");
  assert.deepEqual([min, max], [-1.5, 3]);
  assert.equal(field([{ n: "9" }], "n").min, null);
});

test("an inference shows what it has seen and goes on", () => {
  const inference = createInference();
  observeEvent(inference, { a: 1 });
  const early = toInferredSchema(inference);
  observeEvent(inference, { a: "x", b: 1 });
  assert.deepEqual([early.eventCount, early.fields.length, early.fields[0]?.types], [1, 1, { integer: 1 }]);
  assert.deepEqual(toInferredSchema(inference), inferSchema([{ a: 1 }, { a: "x", b: 1 }]));
});

test("keys made of data stop at the limit and are counted", () => {
  const inference = createInference(10);
  for (let i = 0; i < 100; i++) observeEvent(inference, { [`id-${i}`]: { a: 1 } });
  const { eventCount, fields, omittedCount } = toInferredSchema(inference);
  assert.deepEqual([eventCount, fields.length, omittedCount], [100, 10, 95]);
});

test("nesting 100,000 levels deep does not overflow", () => {
  const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`);
  assert.equal(inferSchema([deep]).fields.length, 1000);
});

test("any JSON: every value is seen once", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (values) => {
      const schema = inferSchema(values.map((value) => ({ value })));
      const top = schema.fields.find(({ path }) => path === "value");
      assert.equal(top?.count ?? 0, values.length);
      for (const { types, formats, count, share } of schema.fields) {
        assert.equal(
          Object.values(types).reduce((a, b) => a + b, 0),
          count,
        );
        assert.equal(
          Object.values(formats).reduce((a, b) => a + b, 0),
          types.string ?? 0,
        );
        assert.ok(Number.isFinite(share));
      }
    }),
  );
});

test("columns follow from what was seen", () => {
  const events = [
    {
      id: "a",
      at: "2018-01-23T14:23:19Z",
      n: 1,
      big: 2 ** 31,
      huge: 1e300,
      x: 0.5,
      flag: true,
      text: "false",
      s: { c: 1, l: [] },
    },
    {
      id: "b",
      at: null,
      n: 2,
      big: 1,
      huge: 1,
      x: 1,
      flag: false,
      text: "true",
      mixed: 1,
      list: [{ k: "v" }, {}],
    },
    {
      id: "c",
      at: "2018-01-23T14:23Z",
      n: 3,
      big: 1,
      huge: 1,
      x: 2,
      flag: true,
      text: "x",
      mixed: "1",
      list: [],
    },
  ];
  const brief = ({ name, type, nullable }: Column): readonly unknown[] => [
    name,
    typeof type === "string" ? type : fieldsOf(type).map(brief),
    nullable,
  ];
  assert.deepEqual(impliedColumns(inferSchema(events)).map(brief), [
    ["id", "STRING", false],
    ["at", "TIMESTAMP", true],
    ["n", "INT32", false],
    ["big", "INT64", false],
    ["huge", "DOUBLE", false],
    ["x", "DOUBLE", false],
    ["flag", "BOOLEAN", false],
    ["text", "STRING", false],
    ["s.c", "INT32", true],
    ["s.l", "STRING", true],
    ["mixed", "STRING", true],
    ["list", [["k", "STRING", true]], true],
  ]);
});

/** Columns of the question pool as the table has them, by name; a question's own id is called question_id there. */
function poolColumns(): unknown {
  return byName(tables.questions_pool_data.columns.slice(5, 11));
}

function byName(columns: readonly Column[]): unknown {
  return Object.fromEntries(
    columns.map(({ name, type, nullable }) => [
      name === "id" && nullable === false && columns.some((column) => column.name === "options")
        ? "question_id"
        : name,
      { type: typeof type === "string" ? type : byName(fieldsOf(type)), nullable },
    ]),
  );
}

const eventsFile = projectPath("data", "assessments.json");
const samples = {
  "the events file": existsSync(eventsFile) ? JSON.parse(readFileSync(eventsFile, "utf8")) : undefined,
  "the real records": realRecords,
};

for (const [name, events] of Object.entries(samples)) {
  test(`${name}: the implied schema of the questions is that of questions_pool_data`, {
    skip: !events,
  }, () => {
    assert.deepEqual(
      byName(impliedColumns(inferSchema(events ?? []), "sequences.questions[]")),
      poolColumns(),
    );
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { toFieldDescriptor } from "user-activity/dist/lake/field-descriptors";
import { column, listOf, mapOf, structOf } from "../../helpers/any-table";

test("a day's bounds are days, as text", () => {
  assert.deepEqual(toFieldDescriptor({ ...column("day", "DATE"), doc: "When.", min: 0, max: 17_554 }), {
    name: "day",
    type: "date",
    description: "When.",
    parquetType: "DATE",
    unit: "from 1970-01-01 to 2018-01-23",
    constraints: { required: true, minimum: "1970-01-01", maximum: "2018-01-23" },
  });
  const { constraints } = toFieldDescriptor({ ...column("at?", "TIMESTAMP"), max: 0 });
  assert.deepEqual(constraints, { maximum: "1970-01-01T00:00:00.000Z" });
});

test("a list says what its items are, and whether they may be null", () => {
  const { type, arrayItem } = toFieldDescriptor(column("grid", listOf(listOf("INT64", "?"))));
  assert.equal(type, "array");
  assert.deepEqual(arrayItem, {
    type: "array",
    parquetType: "LIST<INT64>",
    arrayItem: { type: "integer", parquetType: "INT64", constraints: { required: false } },
  });
});

test("a struct is an object, a map a list of objects with key and value", () => {
  const person = toFieldDescriptor(column("person?", structOf({ "born?": "DATE" })));
  assert.deepEqual(
    [person.type, person.parquetType, person.constraints],
    ["object", "STRUCT<born DATE>", undefined],
  );
  assert.deepEqual(person.fields, [{ name: "born", type: "date", description: "", parquetType: "DATE" }]);
  const { arrayItem } = toFieldDescriptor(column("answers", mapOf("BOOLEAN")));
  assert.deepEqual(
    [arrayItem?.type, arrayItem?.fields?.map(({ name, type }) => [name, type])],
    [
      "object",
      [
        ["key", "string"],
        ["value", "boolean"],
      ],
    ],
  );
});

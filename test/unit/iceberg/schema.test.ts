import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addSchema, lastFieldId, toNameMapping } from "user-activity/dist/iceberg/schema";
import { type ColumnType, listOfStructs, nullable, required } from "user-activity/dist/tables/columns";
import { type Column, type Table, tables } from "user-activity/dist/tables/tables";

const tableOf = (columns: readonly Column[]) => ({ name: "grades_ID", columns }) as Table;
const options = required(
  "options",
  listOfStructs([required("id", "STRING", "i"), nullable("at", "TIMESTAMP", "a", "n")]),
  "o",
);

describe("a table's schema", () => {
  test("has each column's type, numbered level by level, the elements of lists and their fields too", () => {
    const columns = [required("name", "STRING", "Who."), options, nullable("score", "DOUBLE", "s", "none")];
    const [schema] = addSchema([], tableOf(columns));
    assert.deepEqual(schema, {
      type: "struct",
      "schema-id": 0,
      fields: [
        { id: 1, name: "name", required: true, type: "string", doc: "Who." },
        {
          id: 2,
          name: "options",
          required: true,
          type: {
            type: "list",
            "element-id": 4,
            "element-required": true,
            element: {
              type: "struct",
              fields: [
                { id: 5, name: "id", required: true, type: "string", doc: "i" },
                { id: 6, name: "at", required: false, type: "timestamptz", doc: "a" },
              ],
            },
          },
          doc: "o",
        },
        { id: 3, name: "score", required: false, type: "double", doc: "s" },
      ],
    });
  });

  test("has a type of Iceberg's for every column of every table, no number twice", () => {
    const known = ["string", "int", "long", "double", "boolean", "timestamptz"];
    for (const table of Object.values(tables)) {
      const schemas = addSchema([], table);
      const texts = [...JSON.stringify(schemas).matchAll(/"(?:element-)?id":(\d+)/g)].map(([, id]) =>
        Number(id),
      );
      assert.deepEqual(
        texts.sort((a, b) => a - b),
        texts.map((_, index) => index + 1),
      );
      assert.equal(lastFieldId(schemas), texts.length);
      for (const { type } of schemas[0]?.fields ?? [])
        assert.ok(typeof type !== "string" || known.includes(type), String(type));
    }
  });

  test("has lists of scalars, lists in lists, structs in structs and days", () => {
    const of = (type: ColumnType) => ({ list: { name: "element", type, nullable: true } });
    const inner = required("inner", { struct: [required("day", "DATE", "d")] }, "i");
    const columns = [required("tags", of(of("STRING")), "t"), required("place", { struct: [inner] }, "p")];
    const schemas = addSchema([], tableOf(columns));
    const list = { type: "list", "element-required": false };
    const day = { id: 6, name: "day", required: true, type: "date", doc: "d" };
    const within = {
      id: 5,
      name: "inner",
      required: true,
      type: { type: "struct", fields: [day] },
      doc: "i",
    };
    assert.deepEqual(
      schemas[0]?.fields.map(({ type }) => type),
      [
        { ...list, "element-id": 3, element: { ...list, "element-id": 4, element: "string" } },
        { type: "struct", fields: [within] },
      ],
    );
    assert.deepEqual(toNameMapping(schemas), [
      {
        "field-id": 1,
        names: ["tags"],
        fields: [{ "field-id": 3, names: ["element"], fields: [{ "field-id": 4, names: ["element"] }] }],
      },
      {
        "field-id": 2,
        names: ["place"],
        fields: [{ "field-id": 5, names: ["inner"], fields: [{ "field-id": 6, names: ["day"] }] }],
      },
    ]);
  });

  test("keeps the number of a column that stays, and is a new one only where something is another", () => {
    const [name, score] = [required("name", "STRING", "n"), required("score", "DOUBLE", "s")];
    const first = addSchema([], tableOf([name, options]));
    assert.deepEqual(addSchema(first, tableOf([name, options])), first);
    const second = addSchema(first, tableOf([score, options]));
    assert.deepEqual(
      second.map((schema) => [schema["schema-id"], schema.fields.map(({ id, name }) => `${name} ${id}`)]),
      [
        [0, ["name 1", "options 2"]],
        [1, ["score 6", "options 2"]],
      ],
    );
    assert.equal(addSchema(second, tableOf([name, options])).at(-1)?.["schema-id"], 0);
  });
});

test("the names in the files are mapped to the fields, those of columns that are gone too", () => {
  const schemas = addSchema(addSchema([], tableOf([options])), tableOf([required("name", "STRING", "n")]));
  assert.deepEqual(toNameMapping(schemas), [
    { "field-id": 5, names: ["name"] },
    {
      "field-id": 1,
      names: ["options"],
      fields: [
        {
          "field-id": 2,
          names: ["element"],
          fields: [
            { "field-id": 3, names: ["id"] },
            { "field-id": 4, names: ["at"] },
          ],
        },
      ],
    },
  ]);
});

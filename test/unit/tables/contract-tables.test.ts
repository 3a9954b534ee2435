import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { compileContract } from "user-activity/dist/contract/compile";
import { type Contract, tableOf as contractTable } from "user-activity/dist/contract/model";
import { readContract } from "user-activity/dist/contract/read";
import { decodeEvents } from "user-activity/dist/events/decode";
import { readParquet } from "user-activity/dist/parquet/read";
import { createParquetFile } from "user-activity/dist/parquet/write";
import { openEngine } from "user-activity/dist/sql/duckdb";
import { profileColumns } from "user-activity/dist/sql/profile";
import { readAll } from "user-activity/dist/sql/query";
import { toEmptyView, toFileView } from "user-activity/dist/sql/views";
import { partsOf, toColumnDoc, typeName } from "user-activity/dist/tables/column-docs";
import { toColumn } from "user-activity/dist/tables/contract-tables";
import { toHiveTable, toSparkTable } from "user-activity/dist/tables/hive";
import type { ShippedName, Table } from "user-activity/dist/tables/tables";
import { column, listOf, structOf, tableOf } from "../../helpers/any-table";
import { type ContractCase, contractOf, readContractCases } from "../../helpers/contract-cases";

const directory = mkdtempSync(join(tmpdir(), "contract-tables-"));
after(() => rmSync(directory, { recursive: true }));

const contract = readContract(
  `apiVersion: v3.1.0
kind: DataContract
id: any
version: 1.0.0
status: draft
schema:
  - name: any
    description: One event of every type.
    properties:
      - { name: id, logicalType: string, required: true, primaryKey: true }
      - { name: count, logicalType: integer }
      - { name: total, logicalType: integer, logicalTypeOptions: { format: i64 } }
      - { name: share, logicalType: number }
      - { name: flag, logicalType: boolean }
      - { name: at, logicalType: timestamp, customProperties: [{ property: coercion, value: instant }] }
      - name: day
        description: When it was.
        logicalType: date
        logicalTypeOptions: { minimum: "2018-01-01", maximum: "2018-12-31" }
        customProperties: [{ property: coercion, value: date }]
      - { name: tags, logicalType: array, items: { logicalType: string } }
      - { name: days, logicalType: array, required: true, items: { logicalType: date, required: true, customProperties: [{ property: coercion, value: date }] } }
      - { name: grid, logicalType: array, items: { logicalType: array, required: true, items: { logicalType: integer, required: true, customProperties: [{ property: unit, value: points }] } } }
      - name: person
        logicalType: object
        properties:
          - { name: name, logicalType: string, required: true, description: The name. }
          - { name: born, logicalType: date, customProperties: [{ property: coercion, value: date }] }
      - name: answers
        description: By question.
        logicalType: array
        customProperties: [{ property: map, value: true }]
        items:
          logicalType: object
          required: true
          properties:
            - { name: key, logicalType: string, required: true }
            - name: value
              logicalType: array
              required: true
              items:
                logicalType: object
                required: true
                properties:
                  - { name: text, logicalType: string }
                  - { name: ms, logicalType: integer, logicalTypeOptions: { format: i64 } }
`,
  "any.odcs.yaml",
);

function toTable({ tables }: Contract, name: string): Table {
  const { columns, doc = "" } = contractTable({ tables } as Contract, name);
  return { ...tableOf(columns.map(toColumn)), name: name as ShippedName, doc };
}

const any = toTable(contract, "any");
const events = [
  { id: "none", days: [] },
  {
    id: "all",
    count: 1,
    total: 2,
    share: 0.5,
    flag: false,
    at: "2018-01-23T14:23:19.082Z",
    day: "2018-01-23",
    tags: ["a", null],
    days: ["1969-12-31", "1970-01-01"],
    grid: [[], [1, 2]],
    person: { name: "Ann", born: null },
    answers: { q1: [], "q 2": [{ text: null, ms: 5 }, {}] },
  },
];
const rows = [
  {
    ...{
      id: "none",
      count: null,
      total: null,
      share: null,
      flag: null,
      at: null,
      day: null,
      tags: null,
      days: [],
    },
    ...{ grid: null, person: null, answers: null },
  },
  {
    ...{ id: "all", count: 1, total: 2n, share: 0.5, flag: false, at: 1_516_717_399_082, day: 17_554 },
    ...{ tags: ["a", null], days: [-1, 0], grid: [[], [1, 2]], person: { name: "Ann", born: null } },
    answers: [
      { key: "q1", value: [] },
      {
        key: "q 2",
        value: [
          { text: null, ms: 5n },
          { text: null, ms: null },
        ],
      },
    ],
  },
];

async function write(name: string, table: Table, written: readonly object[]): Promise<string> {
  const path = join(directory, `${name}.parquet`);
  const file = await createParquetFile(path, table);
  await file.append(written as readonly object[]);
  await file.close();
  return path;
}

/** What a contract makes of the events of one message's value, by table. */
function rowsOf(given: Contract, value: Uint8Array): Map<string, object[]> {
  const compiled = compileContract(given);
  const decoded = decodeEvents(value, given.source, compiled.eventsOf);
  const found = new Map<string, object[]>();
  for (const [eventIndex, event] of decoded.ok ? decoded.events.entries() : []) {
    const outcomes = compiled.readEvent(event, { partition: 1, offset: 7n, eventIndex });
    for (const [table, outcome] of Object.entries(outcomes))
      if (outcome.kind === "rows") found.set(table, [...(found.get(table) ?? []), ...outcome.rows]);
  }
  return found;
}

describe("a contract with columns of every type", () => {
  test("makes rows that a file of its table keeps", async () => {
    const made = events.flatMap(
      (event) => rowsOf(contract, Buffer.from(JSON.stringify(event))).get("any") ?? [],
    );
    assert.deepEqual(made, rows);
    assert.deepEqual(await readParquet(await write("any", any, made), any), rows);
  });

  test("makes columns whose types are told in words of SQL, maps as lists of key and value", () => {
    assert.deepEqual(any.columns.map(typeName), [
      ...["STRING", "INT32", "INT64", "DOUBLE", "BOOLEAN", "TIMESTAMP", "DATE", "LIST<STRING>", "LIST<DATE>"],
      ...["LIST<LIST<INT32>>", "STRUCT<name STRING, born DATE>"],
      "LIST<STRUCT<key STRING, value LIST<STRUCT<text STRING, ms INT64>>>>",
    ]);
  });

  test("is told part by part, elements where there is more to say of them than their type", () => {
    assert.deepEqual(
      any.columns.slice(6).flatMap((column) => partsOf(column).map(({ path }) => path)),
      [
        ...["day", "tags", "tags[]", "days", "grid", "grid[][]", "person", "person.name", "person.born"],
        ...["answers", "answers[].key", "answers[].value", "answers[].value[].text", "answers[].value[].ms"],
      ],
    );
    const [day, tags, days, grid] = any.columns.slice(6).map(toColumnDoc);
    assert.deepEqual([day?.unit, days?.element], ["from 2018-01-01 to 2018-12-31", undefined]);
    assert.deepEqual(tags?.element, { name: "element", type: "STRING", nullable: true, doc: "" });
    assert.deepEqual([grid?.element?.type, grid?.element?.element?.unit], ["LIST<INT32>", "points"]);
  });

  test("is stated for Hive, and for Spark without Hive's metastore", () => {
    const columns = `  \`id\` STRING COMMENT '',
  \`count\` INT COMMENT '',
  \`total\` BIGINT COMMENT '',
  \`share\` DOUBLE COMMENT '',
  \`flag\` BOOLEAN COMMENT '',
  \`at\` TIMESTAMP COMMENT '',
  \`day\` DATE COMMENT 'When it was.',
  \`tags\` ARRAY<STRING> COMMENT '',
  \`days\` ARRAY<DATE> COMMENT '',
  \`grid\` ARRAY<ARRAY<INT>> COMMENT '',
  \`person\` STRUCT<\`name\`: STRING, \`born\`: DATE> COMMENT '',
  \`answers\` ARRAY<STRUCT<\`key\`: STRING, \`value\`: ARRAY<STRUCT<\`text\`: STRING, \`ms\`: BIGINT>>>> COMMENT 'By question.'
)`;
    assert.equal(
      toHiveTable(any, "hdfs://h/any"),
      `CREATE EXTERNAL TABLE \`any\` (\n${columns}\nCOMMENT 'One event of every type.'\nSTORED AS PARQUET\nLOCATION 'hdfs://h/any';`,
    );
    assert.equal(
      toSparkTable(any, "hdfs://h/any"),
      `CREATE TABLE \`any\` (\n${columns}\nUSING PARQUET\nCOMMENT 'One event of every type.'\nLOCATION 'hdfs://h/any';`,
    );
  });

  test("is asked in SQL and profiled, each field and element by itself", async () => {
    const path = await write("view", any, rows);
    const engine = await openEngine({ readable: directory, spill: join(directory, "spill") });
    const ask = async (sql: string) => readAll(await engine.start(sql, [], "text"));
    const types = async () => (await ask('FROM (DESCRIBE "any")')).rows.map(({ column_type }) => column_type);
    try {
      await engine.run(toFileView(any, []));
      const expected = await types();
      await engine.run(toFileView(any, [path]));
      assert.deepEqual(await types(), expected);
      assert.ok(expected.includes("DATE[]") && expected.includes('STRUCT("name" VARCHAR, born DATE)'));
      const { rows: found } = await ask(
        'SELECT days, person, answers[2]."value"[1].ms AS ms, day FROM "any" WHERE day > DATE \'2018-01-01\'',
      );
      assert.deepEqual(found, [
        {
          days: ["1969-12-31", "1970-01-01"],
          person: { name: "Ann", born: null },
          ms: 5n,
          day: "2018-01-23",
        },
      ]);
      const work = { ask, exactRows: 10, frequent: 1, bins: 2 };
      const profiles = await profileColumns(any.columns, '"any"', work);
      const facts = profiles.slice(6).map(({ column, type, values, nulls, least, greatest }) => {
        return [column, type, values, nulls, least, greatest];
      });
      assert.deepEqual(facts, [
        ["day", "DATE", 2, 1, "2018-01-23", "2018-01-23"],
        ["tags", "LIST", 2, 1, 2n, 2n],
        ["tags[]", "STRING", 2, 1, "a", "a"],
        ["days", "LIST", 2, 0, 0n, 2n],
        ["days[]", "DATE", 2, 0, "1969-12-31", "1970-01-01"],
        ["grid", "LIST", 2, 1, 2n, 2n],
        ["grid[]", "LIST", 2, 0, 0n, 2n],
        ["grid[][]", "INT32", 2, 0, 1, 2],
        ["person.name", "STRING", 2, 1, "Ann", "Ann"],
        ["person.born", "DATE", 2, 2, null, null],
        ["answers", "LIST", 2, 1, 2n, 2n],
        ["answers[].key", "STRING", 2, 0, "q 2", "q1"],
        ["answers[].value", "LIST", 2, 0, 0n, 2n],
        ["answers[].value[].text", "STRING", 2, 2, null, null],
        ["answers[].value[].ms", "INT64", 2, 1, 5n, 5n],
      ]);
      const days = profiles.find(({ column }) => column === "days[]");
      assert.deepEqual(days?.histogram, [
        { from: -1, to: 0, count: 1 },
        { from: 0, to: 0, count: 1 },
      ]);
      await engine.run(`DROP VIEW "any"`);
      await engine.run(toEmptyView(any));
      assert.deepEqual(await types(), expected);
    } finally {
      engine.close();
    }
  });
});

test("a field that older files have not is null in them, to DuckDB as to hyparquet", async () => {
  const older = tableOf([column("id", "INT32"), column("list", listOf(structOf({ "a?": "INT32" })))]);
  const newer = tableOf([
    column("id", "INT32"),
    column("list", listOf(structOf({ "a?": "INT32", "b?": "DATE" }))),
  ]);
  const paths = [
    await write("older", older, [{ id: 1, list: [{ a: 1 }] }]),
    await write("newer", newer, [{ id: 2, list: [{ a: 2, b: 0 }] }]),
  ];
  assert.deepEqual(await readParquet(paths[0] ?? "", newer), [{ id: 1, list: [{ a: 1, b: null }] }]);
  const engine = await openEngine({ readable: directory, spill: join(directory, "spill") });
  try {
    await engine.run(toFileView(newer, paths, { isMixed: true }));
    const { rows: found } = await readAll(await engine.start('FROM "any" ORDER BY id', [], "text"));
    assert.deepEqual(found, [
      { id: 1, list: [{ a: 1, b: null }] },
      { id: 2, list: [{ a: 2, b: "1970-01-01" }] },
    ]);
  } finally {
    engine.close();
  }
});

interface RowCase extends ContractCase {
  readonly value?: unknown;
  readonly text?: string;
  readonly frame?: true;
  readonly rows?: object;
}

test("every case of a contract whose event gives rows gives some that a file of its table keeps", async () => {
  const cases = readContractCases<RowCase>().filter(({ rows, frame }) => rows && !frame);
  assert.ok(cases.length > 30, String(cases.length));
  for (const one of cases) {
    const given = contractOf(one);
    for (const [name, made] of rowsOf(given, Buffer.from(one.text ?? JSON.stringify(one.value)))) {
      const table = toTable(given, name);
      assert.deepEqual(await readParquet(await write("case", table, made), table), made, one.behaviour);
    }
  }
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { readParquet } from "user-activity/dist/parquet/read";
import { createParquetFile, type ParquetOptions } from "user-activity/dist/parquet/write";
import type { Table } from "user-activity/dist/tables/tables";
import {
  anyTable,
  column,
  deepRows,
  deepTable,
  everyScalar,
  listOf,
  mapOf,
  scalarTypes,
  structOf,
  tableOf,
} from "../../helpers/any-table";
import { noPython, type Reading, readWithOthers } from "../../helpers/other-parquet-readers";
import { anyRows, lastDay } from "../../helpers/parquet-rows";
import { toPrinted } from "../../helpers/printed";
import { documentedTypes } from "../../helpers/tables-as-seen";

type Rows = readonly object[];

const directory = mkdtempSync(join(tmpdir(), "nested-"));
after(() => rmSync(directory, { recursive: true }));

async function write(name: string, table: Table, rows: Rows, options?: ParquetOptions): Promise<string> {
  const path = join(directory, `${name}.parquet`);
  const file = await createParquetFile(path, table, { rowGroupRows: 7, ...options });
  await file.append(rows as readonly object[]);
  await file.close();
  return path;
}

/** Columns whose types the other readers are asked for. */
const typesTable = tableOf([
  column("day", "DATE"),
  column("tags?", listOf("STRING", "?")),
  column("grid", listOf(listOf("DOUBLE"))),
  column("person?", structOf({ "born?": "DATE", id: "INT64" })),
  column("answers", mapOf(listOf("INT32"), "?")),
]);

/** Tables with rows, by what is special about them. */
const cases: readonly (readonly [string, Table, Rows])[] = [
  ["types", typesTable, []],
  ["no row of every scalar", everyScalar, []],
  [
    "every scalar in every place",
    everyScalar,
    fc.sample(anyRows(everyScalar), { numRuns: 2, seed: 1 }).flat(),
  ],
  ["each level absent, empty, null and there", deepTable, deepRows],
  ["any rows three levels deep", deepTable, fc.sample(anyRows(deepTable), { numRuns: 20, seed: 2 }).flat()],
  [
    "the first and last days",
    tableOf([column("day", "DATE"), column("days", listOf("DATE", "?"))]),
    [-lastDay, -1, 0, 17_554, lastDay].map((day) => ({ day, days: [day, null] })),
  ],
  ...fc
    .sample(
      anyTable.chain((table) => fc.tuple(fc.constant(table), anyRows(table))),
      { numRuns: 60, seed: 3 },
    )
    .map(([table, rows], index) => [`any table ${index}`, table, rows] as const),
];

const written = Promise.all(cases.map(([name, table, rows]) => write(name, table, rows)));

function assertTypes(reading: Reading | undefined): void {
  assert.deepEqual(reading?.arrow.columns, [
    ["day", "date32[day] not null"],
    ["tags", "list<element: string>"],
    ["grid", "list<element: list<element: double not null> not null> not null"],
    ["person", "struct<born: date32[day], id: int64 not null>"],
    [
      "answers",
      "list<element: struct<key: string not null, value: list<element: int32 not null>> not null> not null",
    ],
  ]);
  assert.deepEqual(reading?.duckdb.columns, [
    ["day", "DATE"],
    ["tags", "VARCHAR[]"],
    ["grid", "DOUBLE[][]"],
    ["person", "STRUCT(born DATE, id BIGINT)"],
    ["answers", 'STRUCT("key" VARCHAR, "value" INTEGER[])[]'],
  ]);
}

describe("columns of every type", () => {
  test("are read back as they were", async () => {
    const paths = await written;
    for (const [index, [name, table, rows]] of cases.entries())
      assert.deepEqual(await readParquet(paths[index] as string, table), rows, name);
  });

  test("are read back by pyarrow and DuckDB with the types that were asked for, no row group skipped wrongly", {
    skip: noPython,
  }, async () => {
    const readings = readWithOthers(await written);
    assertTypes(readings[0]);
    for (const type of scalarTypes) {
      const named = (columns: Reading["arrow"]["columns"] = []) =>
        columns.find(([name]) => name === `${type.toLowerCase()}_null`)?.[1];
      assert.equal(named(readings[1]?.arrow.columns), documentedTypes("pyarrow")[type]);
      assert.equal(named(readings[1]?.duckdb.columns), documentedTypes("DuckDB")[type]);
    }
    for (const [index, { arrow, duckdb, below }] of readings.entries()) {
      const [name, , rows] = cases[index] as (typeof cases)[number];
      assert.deepEqual(arrow.rows, toPrinted(rows), `pyarrow, ${name}`);
      assert.deepEqual(duckdb.rows, toPrinted(rows), `DuckDB, ${name}`);
      for (const [leaf, found, expected] of below) assert.equal(found, expected, `${name}, ${leaf}`);
    }
  });

  test("are read back whatever the table, and however it is cut into row groups", async () => {
    const any = anyTable.chain((table) =>
      fc.tuple(fc.constant(table), anyRows(table), fc.integer({ min: 1, max: 30 })),
    );
    const keeps = async ([table, rows, rowGroupRows]: [Table, Rows, number]) => {
      assert.deepEqual(await readParquet(await write("any", table, rows, { rowGroupRows }), table), rows);
    };
    await fc.assert(fc.asyncProperty(any, keeps), { numRuns: 100 });
  });
});

test("least and greatest values stand in the footer for days and for fields of structs, not for what is in lists", async () => {
  const table = tableOf([
    column("day?", "DATE"),
    column("person?", structOf({ "born?": "DATE", id: "INT32" })),
    column("days", listOf("DATE")),
  ]);
  const rows = [
    { day: -3, person: { born: null, id: 5 }, days: [1] },
    { day: null, person: null, days: [] },
    { day: 17_554, person: { born: 9, id: -5 }, days: [2, 3] },
  ];
  const { asyncBufferFromFile, parquetMetadataAsync } = await import("hyparquet");
  const parsers = { dateFromDays: (days: number) => days };
  const file = await asyncBufferFromFile(await write("statistics", table, rows));
  const { row_groups } = await parquetMetadataAsync(file, { parsers } as object);
  const found = row_groups[0]?.columns.map(({ meta_data }) => {
    const { min_value, max_value, null_count } = meta_data?.statistics ?? {};
    return [meta_data?.path_in_schema.join("."), min_value, max_value, null_count];
  });
  assert.deepEqual(found, [
    ["day", -3, 17_554, 1n],
    ["person.born", 9, 9, 2n],
    ["person.id", -5, 5, 1n],
    ["days.list.element", undefined, undefined, undefined],
  ]);
});

test("the footer has the least and the greatest value of each type, and none of text or where all is null", async () => {
  const table = tableOf([
    column("long", "INT64"),
    column("share", "DOUBLE"),
    column("zero", "DOUBLE"),
    column("flag", "BOOLEAN"),
    column("same", "BOOLEAN"),
    column("name", "STRING"),
    column("none?", "INT32"),
  ]);
  const rest = { zero: -0, same: true, name: "x", none: null };
  const rows = [
    { long: -(2n ** 32n), share: 0.5, flag: true, ...rest },
    { long: -(2n ** 63n), share: -1.5, flag: false, ...rest },
    { long: 2n ** 32n + 1n, share: 1e300, flag: true, ...rest },
    { long: 2n ** 32n + 2n ** 31n, share: 0, flag: true, ...rest },
  ];
  const { asyncBufferFromFile, parquetMetadataAsync } = await import("hyparquet");
  const { row_groups } = await parquetMetadataAsync(
    await asyncBufferFromFile(await write("bounds", table, rows)),
  );
  const found = row_groups[0]?.columns.map(({ meta_data }) => {
    const { min_value, max_value, distinct_count } = meta_data?.statistics ?? {};
    return [min_value, max_value, distinct_count];
  });
  assert.deepEqual(found, [
    [-(2n ** 63n), 2n ** 32n + 2n ** 31n, undefined],
    [-1.5, 1e300, undefined],
    [0, 0, undefined],
    [false, true, undefined],
    [true, true, undefined],
    [undefined, undefined, undefined],
    [undefined, undefined, undefined],
  ]);
});

test("long lists end a row group early, as text does", async () => {
  const table = tableOf([column("numbers", listOf(listOf("INT32")))]);
  const rows = Array.from({ length: 10 }, () => ({ numbers: Array.from({ length: 50 }, () => [1, 2, 3]) }));
  const path = await write("long", table, rows, { rowGroupTextLength: 2 * 50 * (1 + 3) * 8 });
  const { asyncBufferFromFile, parquetMetadataAsync } = await import("hyparquet");
  const { row_groups } = await parquetMetadataAsync(await asyncBufferFromFile(path));
  assert.deepEqual(
    row_groups.map(({ num_rows }) => num_rows),
    [3n, 3n, 3n, 1n],
  );
  assert.deepEqual(await readParquet(path, table), rows);
});

describe("what does not fit", () => {
  const [row = assert.fail("no row")] = deepRows;
  const misfits: readonly (readonly [string, object, string, RegExp])[] = [
    [
      "a list's element",
      { ...row, cube: [null, [[1, null, 1.5]]] },
      "cube[1][0][2]",
      /32|31.* or null, received 1\.5/,
    ],
    ["a list that is none", { ...row, cube: [{}] }, "cube[0]", /expected a list, received an object/],
    [
      "null in place of a list",
      { ...row, flags: { on: null } },
      "flags.on",
      /expected a list, received null/,
    ],
    ["a struct that is none", { ...row, places: [[7]] }, "places[0][0]", /expected an object, received 7/],
    [
      "a field",
      { ...row, person: { name: { first: { text: 1 } }, id: 1n } },
      "person.name.first.text",
      /received 1;/,
    ],
    ["a missing field", { ...row, person: { name: null } }, "person.id", /received undefined/],
    [
      "a field too many",
      { ...row, flags: { on: [], off: 1 } },
      "flags.off",
      /expected no such column, received 1/,
    ],
    [
      "a day within a map",
      { ...row, places: [[null], [{ at: 0, days: [{ key: "k", value: [0, 0.5] }] }]] },
      "places[1][0].days[0].value[1]",
      /whole days within 100000000 of 1970, or null, received 0\.5/,
    ],
    [
      "a day that no Date holds",
      { ...row, places: [[{ at: 0, days: [{ key: "k", value: [lastDay + 1] }] }]] },
      "places[0][0].days[0].value[0]",
      /received 100000001/,
    ],
  ];

  for (const [what, misfit, path, message] of misfits) {
    test(`is refused at its place: ${what}`, async () => {
      const file = await createParquetFile(join(directory, "misfit.parquet"), deepTable);
      await file.append([row as object]);
      const facts = { name: "MisfitError", rowIndex: 1, path, message };
      await assert.rejects(file.append([misfit as object]), facts);
    });
  }
});

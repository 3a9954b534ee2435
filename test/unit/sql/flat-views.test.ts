import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { readConfig } from "user-activity/dist/base/config";
import { createParquetFile } from "user-activity/dist/parquet/write";
import { openEngine } from "user-activity/dist/sql/duckdb";
import { flatViewsOf } from "user-activity/dist/sql/flat-views";
import { type QueryOptions, query, readAll } from "user-activity/dist/sql/query";
import { toFileView } from "user-activity/dist/sql/views";
import { shippedModel } from "user-activity/dist/tables/lake-model";
import { type RowOf, tables } from "user-activity/dist/tables/tables";
import { column, listOf, mapOf, structOf, tableOf } from "../../helpers/any-table";
import { ownFolder } from "../../helpers/live-lake";
import { createMemoryHdfs } from "../../helpers/memory-hdfs";
import { edgeRows, manyQuestions } from "../../helpers/parquet-rows";

const folder = ownFolder();
const memory = createMemoryHdfs();
const options: QueryOptions = {
  config: readConfig({ LAKE_DIR: "/flat" }),
  lake: { hdfs: memory.hdfs, at: (path) => `/flat/${path}`, model: shippedModel },
  cacheRoot: join(folder, "cache"),
};

async function land<N extends keyof typeof tables>(table: N, rows: readonly RowOf<N>[]): Promise<void> {
  const path = join(folder, "part.parquet");
  const file = await createParquetFile(path, tables[table]);
  await file.append(rows);
  await file.close();
  memory.put(`/flat/${table}/part-1.parquet`, readFileSync(path));
}

const questions = manyQuestions(40);

before(async () => {
  await land("questions_pool_data", questions);
  await land("quarantine", edgeRows.quarantine);
});

test("a row an option: the question's columns, the option's place and its fields", async () => {
  const { rows } = await query(
    "FROM questions_pool_data_options ORDER BY question_index, options_index",
    options,
  );
  const expected = questions.flatMap(({ options, ...question }) =>
    options.map((option, index) => ({
      ...question,
      options_index: BigInt(index),
      ...Object.fromEntries(Object.entries(option).map(([name, value]) => [`options_${name}`, value])),
    })),
  );
  assert.deepEqual(rows, expected);
});

test("a row a failure, by a name in any case, beside the table itself", async () => {
  const { rows } = await query(
    "SELECT count(*) AS failures, (SELECT sum(len(failures)) FROM quarantine) AS all FROM Quarantine_Failures WHERE failures_rule = $1",
    { ...options, parameters: ["type"] },
  );
  const count = BigInt(edgeRows.quarantine.reduce((sum, { failures }) => sum + failures.length, 0));
  assert.deepEqual(rows, [{ failures: count, all: count }]);
});

test("lists of anything else have their elements in a column of their own, maps key and value", async () => {
  const table = tableOf([
    column("id", "STRING"),
    column("person?", structOf({ "born?": "DATE" })),
    column("tags?", listOf("STRING", "?")),
    column("tags_index", "INT32"),
    column("grid", listOf(listOf("INT32"))),
    column("answers?", mapOf(listOf("DATE"), "?")),
  ]);
  const rows = [
    { id: "none", tags_index: 7, person: null, tags: null, grid: [], answers: null },
    {
      id: "all",
      tags_index: 7,
      person: { born: 0 },
      tags: ["a", null],
      grid: [[], [1]],
      answers: [{ key: "k", value: [1] }],
    },
  ];
  const path = join(folder, "cache", "lists.parquet");
  const file = await createParquetFile(path, table);
  await file.append(rows as never);
  await file.close();
  const engine = await openEngine({ readable: join(folder, "cache"), spill: join(folder, "spill") });
  try {
    await engine.run(toFileView(table, [path]));
    const views = flatViewsOf(table, { tables: {} });
    for (const { statement } of views) await engine.run(statement);
    const found: Record<string, unknown> = {};
    for (const { name } of views)
      found[name] = (await readAll(await engine.start(`FROM ${name}`, [], "text"))).rows;
    const own = { id: "all", person: { born: "1970-01-01" } };
    assert.deepEqual(found, {
      any_tags: [
        { ...own, tags_index: 0n, tags: "a" },
        { ...own, tags_index: 1n, tags: null },
      ],
      any_grid: [
        { ...own, tags_index: 7, grid_index: 0n, grid: [] },
        { ...own, tags_index: 7, grid_index: 1n, grid: [1] },
      ],
      any_answers: [
        { ...own, tags_index: 7, answers_index: 0n, answers_key: "k", answers_value: ["1970-01-02"] },
      ],
    });
  } finally {
    engine.close();
  }
});

test("a table of the lake keeps its name, whatever its case", () => {
  const table = tableOf([column("tags", listOf("STRING"))]);
  assert.deepEqual(flatViewsOf(table, { tables: { ANY_tags: table } }), []);
  assert.deepEqual(
    flatViewsOf(table, { tables: {} }).map(({ name }) => name),
    ["any_tags"],
  );
});

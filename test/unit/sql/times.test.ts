import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { readConfig } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { exportTables } from "user-activity/dist/sql/export";
import { query, queryToParquet } from "user-activity/dist/sql/query";
import { shippedModel } from "user-activity/dist/tables/lake-model";
import { expectedTimes, knownHours, oldTimesFile, writeTimesFile } from "../../helpers/known-times";
import { ownFolder, python } from "../../helpers/live-lake";
import { createMemoryHdfs } from "../../helpers/memory-hdfs";
import { noPython } from "../../helpers/other-parquet-readers";

const folder = ownFolder();
const newFile = join(folder, "new.parquet");
const oldFile = oldTimesFile;
const hour = "hour(started_at AT TIME ZONE 'Europe/Berlin')";
const hourOfOption = "hour(options[1].at AT TIME ZONE 'Europe/Berlin')";

before(() => writeTimesFile(newFile));

/** A lake whose table has these files for parts. */
function optionsOf(files: readonly string[]) {
  const { hdfs, put } = createMemoryHdfs();
  for (const [index, file] of files.entries())
    put(`/lake/questions_pool_data/part-${index}.parquet`, readFileSync(file));
  const lake = { hdfs, at: (path: string) => `/lake/${path}`, model: shippedModel };
  return { config: readConfig({ LAKE_DIR: "/lake" }), lake, cacheRoot: ownFolder() };
}

/** What every reader in Python makes of started_at, on a machine in New York. */
function askPython(file: string): Readonly<Record<string, unknown>> {
  const script = projectPath("test", "python", "times_as_seen.py");
  const env = { ...process.env, TZ: "America/New_York" };
  return JSON.parse(execFileSync(python, [script, file, "started_at"], { encoding: "utf8", env }));
}

function assertSeenByAll(file: string, what: string): void {
  const seen = askPython(file);
  assert.deepEqual(Object.keys(seen), [
    "pyarrow",
    "Python",
    "pandas",
    "DuckDB",
    "DuckDB through pyarrow",
    "polars",
  ]);
  for (const [reader, times] of Object.entries(seen))
    assert.deepEqual(times, expectedTimes, `${reader}, ${what}`);
}

for (const [name, files] of [
  ["files of now", [newFile]],
  ["files of old", [oldFile]],
  ["both, the older first", [oldFile, newFile]],
  ["both, the newer first", [newFile, oldFile]],
] as const) {
  test(`SQL gives the same instants and the same hours in Berlin over ${name}`, async () => {
    const options = optionsOf(files);
    const sql = `SELECT epoch_ms(started_at), ${hour}::INT, epoch_ms(options[1].at), ${hourOfOption}::INT,
      hour(started_at)::INT, started_at FROM questions_pool_data ORDER BY "offset"`;
    const { columns, rows } = await query(sql, { ...options, timestamps: "text" });
    assert.equal(columns[5]?.type, "TIMESTAMP WITH TIME ZONE");
    const one = expectedTimes.map(([ms, berlin], index) => {
      const [text = ""] = knownHours[index] ?? [];
      return [BigInt(ms), berlin, BigInt(ms), berlin, new Date(text).getUTCHours(), text];
    });
    assert.deepEqual(
      rows.map((row) => Object.values(row)),
      one.flatMap((row) => files.map(() => row)),
    );
  });
}

test("a time without a zone is told without one", async () => {
  const sql = `SELECT started_at AT TIME ZONE 'Europe/Berlin' AS berlin FROM questions_pool_data WHERE "offset" = 0`;
  const { rows } = await query(sql, { ...optionsOf([newFile]), timestamps: "text" });
  assert.deepEqual(rows, [{ berlin: "2017-11-14T23:13:20.000" }]);
});

test("every reader in Python gives the same instants and the same hours in Berlin", {
  skip: noPython,
}, () => {
  assertSeenByAll(newFile, "landed");
});

test("what a query or an export writes keeps the zone, of old files too", { skip: noPython }, async () => {
  for (const file of [newFile, oldFile]) {
    const options = optionsOf([file]);
    const made = join(ownFolder(), "query.parquet");
    await queryToParquet('FROM questions_pool_data ORDER BY "offset"', made, options);
    assertSeenByAll(made, `query --parquet of ${file}`);
    const [exported] = await exportTables(ownFolder(), { ...options, tables: ["questions_pool_data"] });
    assertSeenByAll(exported?.path ?? "", `export of ${file}`);
  }
});

test("an export of a file of now is that file", async () => {
  const [exported] = await exportTables(ownFolder(), {
    ...optionsOf([newFile]),
    tables: ["questions_pool_data"],
  });
  assert.ok(readFileSync(newFile).equals(readFileSync(exported?.path ?? "")));
});

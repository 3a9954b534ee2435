import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { localDir, projectPath } from "user-activity/dist/base/paths";
import { openLake, readTable } from "user-activity/dist/lake/lake";
import { listVersions, openVersion } from "user-activity/dist/lake/versions";
import { land } from "user-activity/dist/landing/land";
import { nameNodePlace } from "user-activity/dist/services/hdfs";
import { toHiveTable } from "user-activity/dist/tables/hive";
import { tables } from "user-activity/dist/tables/tables";
import { expectedTimes, oldTimesFile, writeTimesFile } from "../helpers/known-times";
import { ownConfig, ownFolder } from "../helpers/live-lake";
import { publishEvents } from "../helpers/small-lake";
import { hdfsAddress, runSpark as runOn, whyNoSpark } from "../helpers/spark";
import {
  assertSameRows,
  assertTypes,
  type KnownLake,
  makeEdgesLake,
  makeEmptyLake,
  makeShippedLake,
  newFolder,
  readWritten,
  tableNames,
} from "../helpers/tables-as-seen";

const python = join(localDir, "spark", "bin", "python");
const skip = whyNoSpark(python, 'run it with "npm run test:long -- spark"');

function runSpark(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return runOn(python, args, env);
}

/** The blocks of a section of the page on reading, with the addresses of this lake. */
function blocksOf(heading: string, language: string, { config }: KnownLake): string[] {
  const page = readFileSync(projectPath("docs", "reading.md"), "utf8");
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const blocks = [...section.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))];
  return blocks.map(([, code = ""]) =>
    code.replaceAll("hdfs://127.0.0.1:8020", hdfsAddress()).replaceAll("/user-activity", config.hdfs.lakeDir),
  );
}

describe("Spark", { skip }, () => {
  const lakes = skip
    ? Promise.resolve([])
    : Promise.all([makeShippedLake(), makeEdgesLake(), makeEmptyLake()]);

  test("reads every table from hdfs:// with the same values and the documented types", async () => {
    const folder = newFolder("spark");
    const directories = (await lakes).map(({ config }) => config.hdfs.lakeDir);
    runSpark([
      projectPath("test", "python", "tables_as_spark_sees.py"),
      hdfsAddress(),
      folder,
      ...directories,
    ]);
    for (const [number, known] of (await lakes).entries()) {
      const reading = readWritten(join(folder, String(number)));
      assertSameRows("Spark", known, reading);
      assertTypes("Spark", reading, (fields) => {
        return `array<struct<${fields.map(({ name, type }) => `${name}:${type}`).join(",")}>>`;
      });
    }
  });

  test("gives the instants and the hours in Berlin that all other readers give, of files of now and of old", async () => {
    const folder = ownFolder();
    const file = join(folder, "part-1.parquet");
    await writeTimesFile(file);
    copyFileSync(oldTimesFile, join(folder, "part-0.parquet"));
    const code = `from pyspark.sql import SparkSession
spark = SparkSession.builder.config("spark.sql.session.timeZone", "Europe/Berlin").getOrCreate()
for path in ${JSON.stringify([file, oldTimesFile, folder])}:
    rows = spark.read.parquet(path).orderBy("offset").selectExpr("unix_millis(started_at)", "hour(started_at)").collect()
    print([list(row) for row in rows])`;
    const [now, old, both] = runSpark(["-c", code]).trim().split("\n");
    assert.deepEqual(JSON.parse(now ?? ""), expectedTimes);
    assert.deepEqual(JSON.parse(old ?? ""), expectedTimes);
    assert.deepEqual(
      JSON.parse(both ?? ""),
      expectedTimes.flatMap((one) => [one, one]),
    );
  });

  test("runs the commands of the page on reading as they stand", async () => {
    const [shipped] = await lakes;
    const [block = "", ...rest] = blocksOf("Spark", "python", shipped as KnownLake);
    assert.deepEqual(rest, []);
    const output = runSpark(["-c", block]);
    assert.match(output, /\|Learning Git +\|390 +\|0\.6769/);
    assert.match(output, /\| *true\| *19412\|/);
    // the address may come from the configuration, too
    const path = `${(shipped as KnownLake).config.hdfs.lakeDir}/grades_ID`;
    const code = `from pyspark.sql import SparkSession
print(SparkSession.builder.getOrCreate().read.parquet(${JSON.stringify(path)}).count())`;
    assert.equal(
      runSpark(["-c", code], { HADOOP_CONF_DIR: join(nameNodePlace.directory, "conf") }),
      "3237\n",
    );
  });

  test("defines the tables by the page's Hive statements, and finds their rows by SQL", async () => {
    const [shipped] = await lakes;
    const statements = blocksOf("Hive", "sql", shipped as KnownLake);
    assert.equal(statements.length, tableNames.length);
    const script = join(ownFolder(), "hive.py");
    writeFileSync(
      script,
      `import json
from pyspark.sql import SparkSession
spark = SparkSession.builder.enableHiveSupport().getOrCreate()
for statement in json.loads(${JSON.stringify(JSON.stringify(statements))}):
    spark.sql(statement.strip().rstrip(";"))
for table in json.loads(${JSON.stringify(JSON.stringify(tableNames))}):
    print(table, spark.sql(f"SELECT count(*) FROM {table}").first()[0])
print(*spark.sql("SELECT count(*), count(one.checked), sum(int(one.checked)) FROM questions_pool_data LATERAL VIEW explode(options) AS one").first())
spark.sql("DROP TABLE grades_ID")
print(spark.sql("SHOW TABLES").count())
`,
    );
    const counts = tableNames.map((name) => `${name} ${shipped?.rows[name].length}`);
    assert.deepEqual(runSpark([script]).trim().split("\n"), [...counts, "61271 61271 23402", "4"]);
  });

  test("reads a version as it was, by its path and as a table of Hive's whose location it is", async () => {
    const config = ownConfig("spark-versions");
    for (const name of ["first", "second"]) {
      await publishEvents(config, 6, name);
      await land({ config });
    }
    const lake = openLake(config.hdfs);
    const [before, after] = await listVersions(lake);
    assert.ok(before && after);
    const counted = async (number: number) => {
      const version = openVersion(lake, number);
      const counts = tableNames.map(async (name) => (await readTable(version, name)).length);
      return (await Promise.all(counts)).join(" ");
    };
    const statements = tableNames.map((name) =>
      toHiveTable(tables[name], `${hdfsAddress()}${before.path}/${name}`),
    );
    const code = `import json
from pyspark.sql import SparkSession
spark = SparkSession.builder.enableHiveSupport().getOrCreate()
for statement in json.loads(${JSON.stringify(JSON.stringify(statements))}):
    spark.sql(statement.rstrip(";"))
names = ${JSON.stringify(tableNames)}
for path in ${JSON.stringify([before.path, after.path])}:
    print(*[spark.read.parquet(f"${hdfsAddress()}{path}/{name}").count() for name in names])
print(*[spark.table(name).count() for name in names])`;
    const [early, late] = [await counted(before.number), await counted(after.number)];
    assert.notEqual(early, late);
    assert.equal(runSpark(["-c", code]), `${early}\n${late}\n${early}\n`);
  });
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { nameNodePlace } from "user-activity/dist/services/hdfs";
import { findSparkJava } from "user-activity/dist/spark/java";
import { expectedTimes, oldTimesFile, writeTimesFile } from "../helpers/known-times";
import { ownFolder } from "../helpers/live-lake";
import { sparkPython, whySparkIsSkipped } from "../helpers/spark-jobs";
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

const skip = whySparkIsSkipped();

/** The embedded HDFS's address in its own protocol. */
function hdfsAddress(): string {
  const site = readFileSync(join(nameNodePlace.directory, "conf", "core-site.xml"), "utf8");
  return /hdfs:\/\/[\d.:]+/.exec(site)?.[0] ?? assert.fail("no hdfs:// address in core-site.xml");
}

/** Runs Python with Spark to its end, in a folder of its own, and returns what it printed. */
function runSpark(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  // compiles less: half the time of the processor for runs this short
  const options = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";
  const own = { JAVA_HOME: findSparkJava(), JAVA_TOOL_OPTIONS: options, SPARK_LOCAL_IP: "127.0.0.1", ...env };
  const answer = spawnSync(sparkPython, args, {
    cwd: ownFolder(),
    env: { ...process.env, ...own },
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  assert.equal(answer.status, 0, `${answer.stderr}`.slice(-4000));
  return answer.stdout;
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
});

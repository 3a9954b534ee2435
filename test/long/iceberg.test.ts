import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { localDir, projectPath } from "user-activity/dist/base/paths";
import { exportIceberg } from "user-activity/dist/lake/iceberg";
import { openLake } from "user-activity/dist/lake/lake";
import { listVersions } from "user-activity/dist/lake/versions";
import { compact } from "user-activity/dist/landing/compact";
import { land } from "user-activity/dist/landing/land";
import { replay } from "user-activity/dist/landing/replay";
import { ownConfig } from "../helpers/live-lake";
import { publishEvents } from "../helpers/small-lake";
import { hdfsAddress, runSpark, whyNoSpark } from "../helpers/spark";

const python = join(localDir, "spark-4.1", "bin", "python");
const page = readFileSync(projectPath("docs", "iceberg.md"), "utf8");
const [, group = "", artifact = "", version = ""] =
  /"(org\.apache[\w.]+):([\w.-]+):([\d.]+)"/.exec(page) ?? [];
const repository = process.env.M2_REPO || join(homedir(), ".m2", "repository");
const jar = join(repository, ...group.split("."), artifact, version, `${artifact}-${version}.jar`);
const coordinates = `${group}:${artifact}:${version}`;
const skip =
  whyNoSpark(python, `python3 -m venv ${localDir}/spark-4.1, and pyspark==4.1.1 in it`) ||
  (existsSync(jar) ? false : `no ${jar}: mvn dependency:get -Dartifact=${coordinates} -Dtransitive=false`);

test("Spark reads the Iceberg tables of every version as the versions themselves, after merging and replaying too", {
  skip,
}, async () => {
  const config = ownConfig("iceberg-spark");
  for (const name of ["first", "second"]) {
    await publishEvents(config, 6, name);
    await land({ config });
  }
  await compact({ config });
  await replay({ config, again: true });
  const lake = openLake(config.hdfs);
  const numbers = (await listVersions(lake)).map(({ number }) => number);
  await exportIceberg(lake, { address: hdfsAddress(), numbers });
  const [session = ""] = /^spark = \(.*?^\)$/ms.exec(page) ?? [];
  const code = `
${session
  .replace(/"spark\.jars\.packages", "[^"]+"/, `"spark.jars", ${JSON.stringify(jar)}`)
  .replaceAll("hdfs://127.0.0.1:8020", hdfsAddress())
  .replaceAll("/user-activity", config.hdfs.lakeDir)}
def rows(frame):
    return sorted(repr(row) for row in frame.collect())

for name in ["raw_data", "questions_pool_data", "grades_ID", "course_ID", "quarantine"]:
    for version in ${JSON.stringify(numbers)}:
        plain = spark.read.parquet(f"${hdfsAddress()}${config.hdfs.lakeDir}/.snapshot/version-{version:08}/{name}")
        found = spark.sql(f"SELECT * FROM lake.{name} VERSION AS OF {version}")
        types = [[field.dataType.simpleString() for field in frame.schema] for frame in [found, plain]]
        print(name, version, found.count(), rows(found) == rows(plain) and types[0] == types[1])
`;
  const lines = runSpark(python, ["-c", `from pyspark.sql import SparkSession\n${code}`])
    .trim()
    .split("\n");
  assert.deepEqual(numbers, [2, 4, 5, 7]);
  assert.deepEqual(
    lines.filter((line) => !line.endsWith(" True")),
    [],
  );
  assert.equal(lines.length, 5 * numbers.length);
  assert.deepEqual(
    lines.slice(0, 4).map((line) => line.split(" ").slice(0, 3)),
    numbers.map((number, index) => ["raw_data", String(number), index === 0 ? "6" : "12"]),
  );
});

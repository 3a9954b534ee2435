import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { localDir, projectPath } from "user-activity/dist/base/paths";
import { findAddress } from "user-activity/dist/hdfs/address";
import { openLake } from "user-activity/dist/lake/lake";
import { listVersions } from "user-activity/dist/lake/versions";
import { compact } from "user-activity/dist/landing/compact";
import { land } from "user-activity/dist/landing/land";
import { replay } from "user-activity/dist/landing/replay";
import { type TableName, tables } from "user-activity/dist/tables/tables";
import { parseResult, runCli } from "../helpers/cli-process";
import { readIceberg } from "../helpers/iceberg-tables";
import { ownConfig } from "../helpers/live-lake";
import { publishEvents } from "../helpers/small-lake";

const python = join(localDir, "iceberg", "bin", "python");
const skip = existsSync(python)
  ? false
  : `no pyiceberg and DuckDB 1.5 at ${python}: npm run setup -- --tests`;

function run(args: readonly string[]): string {
  const answer = spawnSync(python, args, { encoding: "utf8" });
  assert.equal(answer.status, 0, answer.stderr.slice(-4000));
  return answer.stdout;
}

describe("the versions of a lake as Iceberg, each commit writing its own", () => {
  const plain = ownConfig("iceberg");
  const config = { ...plain, hdfs: { ...plain.hdfs, iceberg: "on" } };
  const env = { KAFKA_TOPIC: config.kafka.topic, LAKE_DIR: config.hdfs.lakeDir };
  const lake = openLake(config.hdfs);
  let address = "";

  before(async () => {
    await publishEvents(config, 6);
    await land({ config });
    await publishEvents(config, 6, "more");
    await land({ config });
    await compact({ config });
    await replay({ config, again: true });
    address = await findAddress(config.hdfs);
  });

  test("lead to the files of every version, after merging and replaying too", async () => {
    const numbers = (await listVersions(lake)).map(({ number }) => number);
    assert.deepEqual(numbers, [2, 4, 5, 7]);
    assert.match(address, /^hdfs:\/\/[\w.]+(:\d+)?$/); // Hadoop leaves out 8020
    for (const table of Object.keys(tables) as TableName[]) {
      const { snapshots } = await readIceberg(lake, table, address);
      assert.deepEqual(
        snapshots.map(({ version }) => version),
        numbers,
      );
      for (const { path, bytes } of snapshots.flatMap(({ files }) => files))
        assert.equal((await lake.hdfs.stat(path))?.bytes, bytes, path);
    }
    assert.deepEqual(await lake.hdfs.list(lake.at("_tmp")), []);
  });

  test("are read by pyiceberg and DuckDB as the versions themselves are, value by value", { skip }, () => {
    const script = projectPath("test", "python", "tables_as_iceberg.py");
    const versions = ["2", "4", "5", "7"];
    const read = JSON.parse(run([script, config.hdfs.url, config.hdfs.lakeDir, address, ...versions]));
    assert.deepEqual(read.differences, []);
    for (const reader of ["pyiceberg", "DuckDB"])
      assert.deepEqual(
        versions.map((version) => read.rows[reader][version].raw_data),
        [6, 12, 12, 12],
      );
  });

  test("are read by the lines of the page", { skip }, () => {
    const page = readFileSync(projectPath("docs", "iceberg.md"), "utf8");
    const blocks = [...page.matchAll(/^```python\n(.*?)^```/gms)].map(([, code = ""]) =>
      code
        .replaceAll("hdfs://127.0.0.1:8020", address)
        .replace('host="127.0.0.1", port=9870', `host="127.0.0.1", port=${new URL(config.hdfs.url).port}`)
        .replaceAll("/user-activity", config.hdfs.lakeDir)
        .replace("INSTALL avro; INSTALL iceberg; LOAD avro; LOAD iceberg", '" + loading + "'),
    );
    assert.equal(blocks.length, 3);
    const [pyiceberg = "", duckdb = ""] = blocks;
    assert.match(run(["-c", pyiceberg]), /^2 \d+ grades\n4 \d+ grades\n5 \d+ grades\n7 \d+ grades\n$/);
    const loading = `
import glob, os, duckdb_extension_avro, duckdb_extension_iceberg
folders = [os.path.dirname(module.__file__) for module in (duckdb_extension_avro, duckdb_extension_iceberg)]
loading = "; ".join(f"LOAD '{glob.glob(folder + '/**/*.duckdb_extension', recursive=True)[0]}'" for folder in folders)
`;
    assert.match(run(["-c", `${loading}${duckdb}\nos._exit(0)`]), /│ Course 0 +│ +\d+ │/);
  });

  test("are brought up by the command, where commits did not do it", async () => {
    await publishEvents(plain, 3, "later");
    await land({ config: plain });
    const { code, stderr } = await runCli(["iceberg"], { env });
    assert.equal(code, 0, stderr);
    const again = parseResult(await runCli(["iceberg", "--json"], { env }));
    const found = again.tables as { table: string; metadata: string; versions: number[] }[];
    assert.deepEqual([again.address, found.length, found[0]?.versions], [address, 5, [2, 4, 5, 7, 9]]);
  });

  test("are none where there are no versions, and the command says why", async () => {
    const none = await runCli(["iceberg"], { env: { LAKE_DIR: `${config.hdfs.lakeDir}-none` } });
    assert.equal(none.code, 1);
    assert.match(none.stderr, /expected versions, .+ received none; "npx user-activity doctor" says whether/);
  });
});

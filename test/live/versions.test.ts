import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { openLake, resetLake } from "user-activity/dist/lake/lake";
import { isTrue, listVersions, openVersion } from "user-activity/dist/lake/versions";
import { compact } from "user-activity/dist/landing/compact";
import type { readVersions } from "user-activity/dist/landing/history";
import { land } from "user-activity/dist/landing/land";
import type { Status } from "user-activity/dist/landing/status";
import { verify } from "user-activity/dist/landing/verify";
import { administer } from "../helpers/administrator";
import { parseResult, runCli } from "../helpers/cli-process";
import { runDoomed } from "../helpers/kills";
import { ownConfig, python, runPython } from "../helpers/live-lake";
import { publishEvents } from "../helpers/small-lake";
import { checkVersions } from "../helpers/version-checks";

/** Runs a command on the topic and the lake of a configuration. */
function runOn({ kafka, hdfs }: Config, args: readonly string[], env: Record<string, string> = {}) {
  return runCli(args, { env: { KAFKA_TOPIC: kafka.topic, LAKE_DIR: hdfs.lakeDir, ...env } });
}

const numbersOf = async (config: Config) =>
  (await listVersions(openLake(config.hdfs))).map(({ number }) => number);

describe("the versions of a lake that commits were landed in and merged", () => {
  const config = ownConfig("versions");
  before(async () => {
    await publishEvents(config, 6);
    await land({ config });
    await publishEvents(config, 6, "more");
    await land({ config });
    await compact({ config });
  });

  test("are those of HDFS, each as its commit left it, and found again by number, time and pin", async () => {
    assert.deepEqual(await numbersOf(config), [2, 4, 5]);
    const lake = openLake(config.hdfs);
    for (const [number, consumed] of [
      [2, 6],
      [4, 12],
      [5, 12],
    ] as const) {
      assert.ok(await isTrue(lake, number));
      const report = await verify({ config, lake: openVersion(lake, number) });
      assert.deepEqual([report.ok, report.counts.consumed], [true, consumed]);
    }
    const listed = parseResult(await runOn(config, ["versions", "--json"]));
    const { versions, count, heldBytes } = listed as unknown as Awaited<ReturnType<typeof readVersions>>;
    assert.deepEqual(
      versions.map(({ version, kind }) => [version, kind]),
      [
        [5, "compact"],
        [4, "land"],
        [2, "land"],
      ],
    );
    assert.deepEqual([count, versions[1]?.changed.raw_data], [3, 6]);
    assert.ok((heldBytes ?? 0) > 0);
    const { lake: told } = parseResult(await runOn(config, ["status", "--json"])) as unknown as Status;
    assert.deepEqual([told?.versions.heldBytes, told?.versions.newest], [heldBytes, 5]);
    assert.equal((await runOn(config, ["versions", "pin", "first", "2"])).code, 0);
    const at = async (version: string) => {
      const sql = "SELECT count(*) AS messages FROM raw_data";
      return JSON.parse((await runOn(config, ["query", "--at", version, "--json", sql])).stdout)[0].messages;
    };
    const [, second] = versions;
    assert.deepEqual([await at("first"), await at("4"), await at(second?.committedAt ?? "")], [6, 12, 12]);
    const diff = parseResult(await runOn(config, ["diff", "--at", "first", "5", "--json", "--rows", "1"]));
    const [raw] = diff.tables as { table: string; came: number; went: number; changed: number }[];
    assert.deepEqual([raw?.table, raw?.came, raw?.went, raw?.changed], ["raw_data", 6, 0, 0]);
    assert.match(
      (await runOn(config, ["versions", "path", "first"])).stdout,
      /\/\.snapshot\/version-00000002\n$/,
    );
  });

  test("are read in Python by their paths, which a helper of the notebooks finds", async () => {
    const code = `
import sys; sys.path.insert(0, "notebooks")
from urllib.parse import urlsplit
import pandas as pd
from user_activity import find_version
address = urlsplit(sys.argv[1])
path = find_version(sys.argv[2])
print(path, len(pd.read_parquet(f"webhdfs://{address.netloc}{path}/raw_data")))`;
    const { lakeDir, url } = config.hdfs;
    const answer = runPython(["-c", code, url, lakeDir]);
    assert.equal(answer.stdout.trim(), `${lakeDir}/.snapshot/version-00000005 12`, answer.stderr + python);
  });

  test("stand in the way of a reset where one is pinned, and go with it where none is", async () => {
    const external = { WEBHDFS_URL: config.hdfs.url };
    const refused = await runOn(config, ["reset", "--yes"], external);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /has pinned as "first"; nothing is deleted, the topic neither\. If it may go/,
    );
    assert.deepEqual(await numbersOf(config), [2, 4, 5]);
    assert.equal((await runOn(config, ["versions", "unpin", "first"])).code, 0);
    assert.equal((await runOn(config, ["reset", "--yes"], external)).code, 0);
    // of somebody's cluster: an administrator need not allow snapshots again
    const { hdfs } = openLake(config.hdfs);
    assert.deepEqual(
      [await hdfs.list(config.hdfs.lakeDir), (await hdfs.access(config.hdfs.lakeDir))?.isSnapshottable],
      [[], true],
    );
  });
});

test("a lander that is killed about a version leaves it to the next, and compaction too", async () => {
  const topic = ownConfig("versions-killed");
  await publishEvents(topic, 6);
  const root = topic.hdfs.lakeDir;
  after(() => resetLake(openLake({ ...topic.hdfs, lakeDir: root })));
  const points = [
    { what: "^createSnapshot ", call: 1, when: "before" },
    { what: "^createSnapshot ", call: 2, when: "amid", ms: 1 },
    { what: "^list .*/\\.snapshot/version-", call: 1, when: "before" },
  ] as const;
  for (const [index, at] of points.entries()) {
    const config = { ...topic, hdfs: { ...topic.hdfs, lakeDir: `${root}/${index}` } };
    assert.ok(await runDoomed(config, { work: "land", at }), JSON.stringify(at));
    await land({ config });
    const compactAt = { what: "^createSnapshot ", call: 1, when: index % 2 ? "before" : "after" } as const;
    await runDoomed(config, { work: "compact", at: compactAt });
    await land({ config });
    const lake = openLake(config.hdfs);
    for (const number of await checkVersions(lake, JSON.stringify(at)))
      assert.ok((await verify({ config, lake: openVersion(lake, number) })).ok, `version ${number}`);
  }
});

test("where snapshots are not allowed, landing goes on, says so once, and doctor names the command", async () => {
  const config = ownConfig("versions-none");
  const external = { WEBHDFS_URL: config.hdfs.url };
  const { lakeDir } = config.hdfs;
  await publishEvents(config, 6);
  const landed = await runOn(config, ["land", "--batch", "1"], external);
  assert.equal(landed.code, 0, landed.stderr);
  const told = landed.stderr.split("\n").filter((line) => line.includes("-allowSnapshot"));
  assert.deepEqual([told.length, told[0]?.includes(`hdfs dfsadmin -allowSnapshot ${lakeDir}`)], [1, true]);
  assert.match((await runOn(config, ["status"], external)).stdout, /^versions: none; /m);
  assert.match((await runOn(config, ["doctor"], external)).stdout, new RegExp(`-allowSnapshot ${lakeDir}`));
  assert.deepEqual(
    JSON.parse((await runOn(config, ["query", "SELECT count(*) AS n FROM raw_data", "--json"])).stdout),
    [{ n: 6 }],
  );
  await administer("ALLOWSNAPSHOT", lakeDir);
  await runOn(config, ["land"], external);
  assert.equal((await numbersOf(config)).length, 1);
});

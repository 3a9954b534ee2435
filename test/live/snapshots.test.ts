import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { openLake, resetLake } from "user-activity/dist/lake/lake";
import { compact } from "user-activity/dist/landing/compact";
import { follow } from "user-activity/dist/landing/follow";
import { land } from "user-activity/dist/landing/land";
import { replay } from "user-activity/dist/landing/replay";
import { administer } from "../helpers/administrator";
import { interject } from "../helpers/faulty-lake";
import { checkLake, expectTables, ownTopic, runDoomed } from "../helpers/kills";
import { ownConfig } from "../helpers/live-lake";
import { landInSmallCommits, publishEvents } from "../helpers/small-lake";

/** Allows snapshots on a directory and takes one; removed before the lake is. */
async function takeSnapshot(path: string, name = "monday"): Promise<void> {
  await administer("ALLOWSNAPSHOT", path);
  await administer("CREATESNAPSHOT", path, { snapshotname: name });
}

async function removeSnapshot(path: string, name = "monday"): Promise<void> {
  await administer("DELETESNAPSHOT", path, { snapshotname: name });
  await administer("DISALLOWSNAPSHOT", path);
}

const reason =
  /^hdfs (\/\S+): expected a directory without snapshots, .* received 1 \(monday\); .*hdfs dfs -deleteSnapshot \1 monday, hdfs dfsadmin -disallowSnapshot \1; it is not compacted$/;

// without versions: where they are made, HDFS allows no snapshots below the lake's directory
describe("a snapshot of a table's directory", () => {
  test("keeps that table from being compacted, whole, and nothing else; a follower goes on", async () => {
    const config = ownConfig("snapshot");
    const raw = `${config.hdfs.lakeDir}/raw_data`;
    await publishEvents(config, 6);
    await landInSmallCommits(config, 0);
    await takeSnapshot(raw);
    const { tables, givenUp, commit } = await compact({ config });
    assert.ok(commit);
    assert.deepEqual([givenUp.length, givenUp[0]?.table], [1, "raw_data"]);
    assert.match(givenUp[0]?.reason ?? "", reason);
    assert.equal(tables[0]?.filesAfter, tables[0]?.filesBefore);
    assert.equal(tables[2]?.filesAfter, 1);
    await publishEvents(config, 6, "more");
    const told: string[] = [];
    const stop = new AbortController();
    await follow({
      config,
      signal: stop.signal,
      commitMs: 50,
      keepVersions: 0,
      compactEvery: 1,
      onGivenUp: (one) => told.push(one.reason),
      onProgress: ({ state }) => state.counts.consumed === 12 && stop.abort(),
    });
    assert.match(told[0] ?? "", reason);
    await checkLake(config, { expected: await elsewhere(config), where: "followed" });
    await removeSnapshot(raw);
  });

  test("that is taken while a compaction is staged leaves the table as it was", async () => {
    const { newLake, expected } = await ownTopic("snapshot-late", 6);
    const config = newLake();
    const raw = `${config.hdfs.lakeDir}/raw_data`;
    await landInSmallCommits(config, 0);
    const lake = interject(config, {
      what: /^rename .*_commits\//,
      when: "before",
      work: () => takeSnapshot(raw),
    });
    const { givenUp } = await compact({ config, lake });
    assert.match(givenUp[0]?.reason ?? "", reason);
    await checkLake(config, { expected, where: "late", swept: false });
    await land({ config, keepVersions: 0 });
    await checkLake(config, { expected, where: "late and landed" });
    await removeSnapshot(raw);
  });

  test("that is taken after a compaction was killed, its commit made, stops no landing", async () => {
    const { newLake, expected } = await ownTopic("snapshot-killed", 6);
    const config = newLake();
    const raw = `${config.hdfs.lakeDir}/raw_data`;
    await landInSmallCommits(config, 0);
    const at = { what: "^rename .*_commits/", call: 1, when: "after" } as const;
    assert.ok(await runDoomed(config, { work: "compact", at }));
    await takeSnapshot(raw);
    await land({ config, keepVersions: 0 });
    const { givenUp } = await compact({ config });
    assert.match(givenUp[0]?.reason ?? "", reason);
    await land({ config, keepVersions: 0 });
    await checkLake(config, { expected, where: "killed" });
    await removeSnapshot(raw);
    await compact({ config });
    await checkLake(config, { expected, where: "compacted at last" });
  });

  test("keeps a replay from beginning: nothing is changed and no lander stopped", async () => {
    const config = ownConfig("snapshot-replay");
    const grades = `${config.hdfs.lakeDir}/grades_ID`;
    await publishEvents(config, 6);
    await landInSmallCommits(config, 0);
    await takeSnapshot(grades);
    const before = await openLake(config.hdfs).hdfs.list(`${config.hdfs.lakeDir}/_commits`);
    await assert.rejects(
      replay({ config, again: true }),
      /grades_ID: expected a directory without snapshots.*; the tables stay as they are$/,
    );
    assert.deepEqual(await openLake(config.hdfs).hdfs.list(`${config.hdfs.lakeDir}/_commits`), before);
    await checkLake(config, { expected: await elsewhere(config), where: "not replayed" });
    await removeSnapshot(grades);
  });
});

test("a lake with a snapshot is compacted and landed in; it is not reset, and what that takes is said", async () => {
  const config = ownConfig("snapshot-lake");
  const { lakeDir } = config.hdfs;
  await publishEvents(config, 6);
  await landInSmallCommits(config);
  await takeSnapshot(lakeDir);
  const { givenUp } = await compact({ config });
  assert.deepEqual(givenUp, []);
  await land({ config });
  const said = new RegExp(
    `hdfs ${lakeDir}: expected a directory without snapshots of others, received 1 \\(monday\\): each keeps what was there .* nothing is deleted, the topic neither.*hdfs dfs -deleteSnapshot ${lakeDir} monday; then run it again$`,
  );
  await assert.rejects(resetLake(openLake(config.hdfs)), said);
  await checkLake(config, { expected: await elsewhere(config), where: "not reset" });
  await administer("DELETESNAPSHOT", lakeDir, { snapshotname: "monday" });
  assert.equal(await resetLake(openLake(config.hdfs)), true);
});

/** What the tables of a topic hold, landed elsewhere. */
function elsewhere({ kafka, hdfs, ...config }: Config) {
  const again = { ...config, kafka, hdfs: { ...hdfs, lakeDir: `${hdfs.lakeDir}-${++made}` } };
  after(() => resetLake(openLake(again.hdfs)));
  return expectTables(again);
}

let made = 0;

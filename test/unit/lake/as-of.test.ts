import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openAt, openNewest } from "user-activity/dist/lake/as-of";
import { commitName } from "user-activity/dist/lake/commit-file";
import { type Lake, readLastCommit, readTable } from "user-activity/dist/lake/lake";
import { pinVersion } from "user-activity/dist/lake/pins";
import { versionName } from "user-activity/dist/lake/version-names";
import { openVersion } from "user-activity/dist/lake/versions";
import { pulled, wrapLake } from "../../helpers/faulty-lake";
import { createWholeLake } from "../../helpers/whole-hdfs";
import { landCommits } from "../../helpers/whole-landing";

async function landed(commits = 3) {
  const whole = createWholeLake("events", 20);
  for (let made = 0; made < commits; made++) {
    await landCommits(whole, 1); // commits 2, 4, 6 and so on, the others being claims
    await sleep(2);
  }
  return whole;
}

/** When a version was committed. */
async function committedAt(lake: Lake, number: number): Promise<string> {
  const path = openVersion(lake, number).at(`_commits/${commitName(number)}`);
  return JSON.parse((await lake.hdfs.read(path)).toString()).committedAt;
}

describe("the newest version", () => {
  test("is that of the last commit that changed the tables, in which all tables are of it", async () => {
    const { lake } = await landed();
    const { lake: read, version } = await openNewest(lake);
    assert.equal(version, 6);
    assert.equal((await readTable(read, "raw_data")).length, 6);
    assert.equal((await readTable(read, "grades_ID")).length, 3);
  });

  test("is the one before while the last commit is on its way to its places, and where that was cut", async () => {
    const whole = await landed();
    const seen: (number | null)[] = [];
    const lake = wrapLake(whole.lake, async (_, call, what) => {
      const isPlacing = /^rename \S+ \/lake\/(raw_data|_index)\//.test(what);
      if (isPlacing) seen.push((await openNewest(whole.lake)).version);
      if (what.startsWith("createSnapshot") && what.endsWith(versionName(8))) throw new Error(pulled);
      return call();
    });
    await assert.rejects(landCommits({ ...whole, lake }, 1), new RegExp(pulled));
    assert.deepEqual(seen, [6, 6]);
    assert.equal((await openNewest(whole.lake)).version, 6);
    await landCommits(whole, 0);
    assert.equal((await openNewest(whole.lake)).version, 8);
  });

  test("is not the last one that there is where later commits made none: then it is the lake itself", async () => {
    const whole = await landed();
    const lake = { ...whole.lake, versions: { keep: 0, refusal: undefined } };
    await landCommits({ ...whole, lake }, 1);
    assert.deepEqual(await openNewest(whole.lake), { lake: whole.lake, version: null });
  });

  test("of a lake without versions, or without anything, is the lake itself", async () => {
    const whole = createWholeLake("events", 0);
    assert.deepEqual(await openNewest(whole.lake), { lake: whole.lake, version: null });
    await landCommits(whole, 1);
    assert.deepEqual(await openNewest(whole.lake), { lake: whole.lake, version: null });
  });
});

describe("a version is named by", () => {
  test("the number of its commit, or the name of its pin", async () => {
    const { lake } = await landed();
    await pinVersion(lake, "report", 4);
    assert.deepEqual([(await openAt(lake, "2")).version, (await openAt(lake, "report")).version], [2, 4]);
    assert.equal((await readLastCommit((await openAt(lake, "4")).lake))?.state.counts.consumed, 4);
    await assert.rejects(openAt(lake, "3"), /expected version 3, received versions from 2 to 6/);
    await assert.rejects(openAt(lake, "monday"), /expected the number of a commit, .+ received "monday"/);
  });

  test("a time: the one that the tables were then", async () => {
    const { lake } = await landed();
    const [second, last] = [await committedAt(lake, 4), await committedAt(lake, 6)];
    const just = new Date(Date.parse(last) - 1).toISOString();
    const found = async (at: string) => (await openAt(lake, at)).version;
    assert.deepEqual([await found(second), await found(just), await found(last)], [4, 4, 6]);
    assert.equal(await found("2999-01-01"), 6);
    assert.equal(await found("2999-01-01 12:30+02:00"), 6);
    await assert.rejects(openAt(lake, "2001-01-01"), /expected a version of 2001-01-01T00:00:00\.000Z/);
    await assert.rejects(openAt(lake, "2001-13-45"), /expected the number of a commit, a time such as/);
  });

  test("a time whose version is removed is refused, rather than answered by an older one", async () => {
    const { lake } = await landed();
    const second = await committedAt(lake, 4);
    await lake.hdfs.deleteSnapshot("/lake", versionName(4));
    await assert.rejects(openAt(lake, second), /received versions from 2 to 6, none of which is as of then/);
    assert.equal((await openAt(lake, await committedAt(lake, 2))).version, 2);
    assert.equal((await openAt(lake, await committedAt(lake, 6))).version, 6);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { land } from "user-activity/dist/landing/land";
import { gapsOf, ownHole } from "../helpers/holes";
import { checkLake, expectTables, forEach, type Point, runDoomed } from "../helpers/kills";

test("kill -9 while messages that are gone are skipped loses and doubles nothing, and keeps one gap", async () => {
  const commit = "^rename .*_commits/";
  const points: Point[] = [
    { what: commit, call: 1, when: "after" },
    { what: "^write .*/grades_ID-", call: 1, when: "amid", ms: 2 },
    { what: "^write .*/_index/", call: 1, when: "after" },
    { what: "^write .*datapackage", call: 1, when: "before" },
    { what: commit, call: 2, when: "before" },
    { what: commit, call: 2, when: "amid", ms: 1 },
    { what: commit, call: 2, when: "after" },
    { what: "^rename .*/raw_data/part-", call: 1, when: "before" },
    { what: "^rename .*/raw_data/part-", call: 1, when: "after" },
    { what: commit, call: 3, when: "before" },
    { what: commit, call: 3, when: "after" },
    { when: "end" },
  ];
  const { all, gap } = await ownHole("killed", points.length + 1);
  const [whole, ...others] = all as [Config, ...Config[]];
  await land({ config: whole, skipGaps: true });
  const expected = await expectTables(whole);
  await forEach(points, async (at, index) => {
    const config = others[index] as Config;
    const where = JSON.stringify(at);
    assert.ok(await runDoomed(config, { work: "skip", at }), where);
    await land({ config, skipGaps: true });
    await checkLake(config, { expected, where });
    assert.deepEqual(await gapsOf(config), [gap], where);
  });
});

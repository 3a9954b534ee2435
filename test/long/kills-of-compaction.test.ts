import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "user-activity/dist/base/config";
import { openLake } from "user-activity/dist/lake/lake";
import { compact } from "user-activity/dist/landing/compact";
import { type FollowProgress, follow } from "user-activity/dist/landing/follow";
import { land } from "user-activity/dist/landing/land";
import { independentEvery, killEach, pointsOf, retry } from "../helpers/kill-points";
import { checkLake, countCalls, ownTopic, type Point, runDoomed } from "../helpers/kills";

describe("kill -9 of a compaction", () => {
  test("at every call that writes to HDFS, beside a lander that follows or not, loses and doubles nothing [kill-compaction]", async (t) => {
    const { newLake, expected } = await ownTopic("every-compact", 11);
    const counted = newLake();
    await land({ config: counted, batchMessages: 1 });
    const calls = await countCalls(counted, "compact");
    const points = pointsOf(calls);
    const killed = await killEach(points, async (at, index) => {
      const config = newLake();
      await land({ config, retry, batchMessages: 1 });
      const beside = index % 5 === 4 ? await startFollowing(config) : undefined;
      const isKilled = await runDoomed(config, { work: "compact", at });
      if (index % 3 === 1) await compact({ config });
      await beside?.end();
      const where = `${JSON.stringify(at)}${beside ? ", beside a lander" : ""}`;
      if (index % 3 === 1) await checkLake(config, { expected, where, swept: false });
      await land({ config, retry });
      await checkLake(config, { expected, where, independently: index % independentEvery === 0 });
      return isKilled;
    });
    t.diagnostic(`${calls.length} calls, killed at ${killed} points`);
    assert.ok(killed >= 40, `${killed}`);
  });

  test("in mid-swap is mended by a lander that follows, though nothing comes", async () => {
    const { newLake, expected } = await ownTopic("mid-swap", 11);
    const config = newLake();
    await land({ config, retry, batchMessages: 1 });
    const beside = await startFollowing(config);
    const at: Point = { what: "^rename .*/new-grades_ID .*/grades_ID$", call: 1, when: "before" };
    assert.ok(await runDoomed(config, { work: "compact", at }));
    const lake = openLake(config.hdfs);
    for (let tries = 0; !(await lake.hdfs.stat(lake.at("_tmp"))) || (await isStaged(config)); tries++) {
      assert.ok(tries < 1800, "not mended within three minutes");
      await sleep(100);
    }
    await checkLake(config, { expected, where: "mid-swap", swept: false });
    await beside.end();
    await land({ config, retry });
    await checkLake(config, { expected, where: "mid-swap" });
  });
});

async function isStaged(config: Config): Promise<boolean> {
  const lake = openLake(config.hdfs);
  const entries = await lake.hdfs.list(lake.at("_tmp"));
  for (const { path } of entries) {
    const inside = await lake.hdfs.list(path);
    if (inside.some(({ name }) => name.startsWith("new-") || name.endsWith("datapackage.json"))) return true;
  }
  return false;
}

/** A lander that follows in this process; it holds the lake from here on. */
async function startFollowing(config: Config): Promise<{ end: () => Promise<void> }> {
  const stop = new AbortController();
  let onClaim: (progress: FollowProgress) => void = () => {};
  const claimed = new Promise<FollowProgress>((resolve) => {
    onClaim = resolve;
  });
  const following = follow({ config, signal: stop.signal, onProgress: onClaim });
  await Promise.race([claimed, following]);
  return {
    end: async () => {
      stop.abort();
      await following;
    },
  };
}

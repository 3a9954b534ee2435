import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { openKafka, withAdmin } from "user-activity/dist/kafka/client";
import { readOffsets } from "user-activity/dist/kafka/topics";
import { openLake, readLastCommit } from "user-activity/dist/lake/lake";
import { compact } from "user-activity/dist/landing/compact";
import { follow } from "user-activity/dist/landing/follow";
import { land } from "user-activity/dist/landing/land";
import { replay } from "user-activity/dist/landing/replay";
import { readStatus } from "user-activity/dist/landing/status";
import { verify } from "user-activity/dist/landing/verify";
import { untruthsOf } from "../helpers/catalogue-checks";
import { checkLake, expectTables, forEach, type Point, runDoomed } from "../helpers/kills";
import { ownConfig, recompute } from "../helpers/live-lake";
import { publishEvents } from "../helpers/small-lake";

/** Removes the first two messages that the lake does not hold of partition 0, as retention does. */
async function lose({ kafka }: Config, next: bigint): Promise<void> {
  await withAdmin(openKafka(kafka), async (admin) => {
    await admin.fetchTopicOffsets(kafka.topic); // deleteTopicRecords needs the metadata loaded
    const partitions = [{ partition: 0, offset: `${next + 2n}` }];
    await admin.deleteTopicRecords({ topic: kafka.topic, partitions });
  });
}

/** A topic that has lost two messages of partition 0 after its lakes were begun. */
async function ownHole(name: string, lakes: number) {
  const topic = ownConfig(name);
  const all = Array.from({ length: lakes }, (_, number): Config => {
    return { ...topic, hdfs: { ...topic.hdfs, lakeDir: `${topic.hdfs.lakeDir}/${number}` } };
  });
  await publishEvents(topic, 30, "a");
  for (const config of all) await land({ config });
  const next = (await readOffsets(topic.kafka))[0]?.high ?? 0n;
  await publishEvents(topic, 30, "b");
  await lose(topic, next);
  const gap = { partition: 0, from: `${next}`, to: `${next + 2n}`, count: 2 };
  const told = `${topic.kafka.topic}/0: offsets ${next} to ${next + 1n} (2 offsets) are gone by retention or deletion and were never landed; `;
  return { topic, all, gap, told };
}

async function gapsOf({ hdfs }: Config) {
  const { gaps = [] } = (await readLastCommit(openLake(hdfs)))?.state ?? {};
  return gaps.map(({ skippedAt: _, ...gap }) => gap);
}

describe("where messages are gone before they were landed", () => {
  test("the other partitions land, the count is told the same way by land, follow and status", async () => {
    const { all, told } = await ownHole("gaps", 2);
    const [once, following] = all as [Config, Config];
    const isTold = (error: Error) => error.message.startsWith(told) && error.message.includes("--skip-gaps");
    await assert.rejects(land({ config: once }), isTold);
    const { signal } = new AbortController();
    await assert.rejects(follow({ config: following, signal }), isTold);
    for (const config of all) {
      const { topic, problem } = await readStatus(config);
      assert.ok(problem?.startsWith(told), `${problem}`);
      const lags = topic?.partitions.map(({ lag }) => lag > 0);
      assert.deepEqual(lags, [true, false, false]);
      assert.deepEqual(await gapsOf(config), []);
      assert.ok((await verify({ config })).ok);
    }
  });

  test("skipping goes on in the same lake and is kept by commits, compaction and replay", async () => {
    const { all, gap } = await ownHole("skip", 2);
    const [config, following] = all as [Config, Config];
    const { skipped } = await land({ config, skipGaps: true });
    assert.deepEqual(
      skipped.map(({ skippedAt: _, ...one }) => one),
      [gap],
    );
    await compact({ config });
    await replay({ config, again: true });
    assert.deepEqual((await land({ config, skipGaps: true })).skipped, []);
    const stop = new AbortController();
    const onProgress = ({ lag }: { lag: number }) => lag === 0 && stop.abort();
    const { signal } = stop;
    await follow({ config: following, signal, skipGaps: true, commitMs: 200, onProgress });
    for (const one of all) {
      assert.deepEqual(await gapsOf(one), [gap]);
      const { ok, counts, gaps } = await verify({ config: one });
      assert.deepEqual([ok, counts.consumed, gaps[0]?.count], [true, 58, 2]);
      assert.deepEqual((await readStatus(one)).problem, null);
      assert.deepEqual(await untruthsOf(one), []);
    }
    const { counts, differences } = await recompute(config);
    assert.deepEqual([counts.raw_data, differences], [58, []]);
  });

  test("kill -9 while it is skipped loses and doubles nothing, and keeps one gap", async () => {
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
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import type { Gap } from "user-activity/dist/lake/gaps";
import { compact } from "user-activity/dist/landing/compact";
import { follow } from "user-activity/dist/landing/follow";
import { land } from "user-activity/dist/landing/land";
import { replay } from "user-activity/dist/landing/replay";
import { readStatus } from "user-activity/dist/landing/status";
import { verify } from "user-activity/dist/landing/verify";
import { anEvent } from "../helpers/an-event";
import { untruthsOf } from "../helpers/catalogue-checks";
import { deleteBefore, gapsOf, ownHole } from "../helpers/holes";
import { ownConfig, recompute } from "../helpers/live-lake";
import { createTopic, send } from "../helpers/live-topics";

describe("where messages are gone before they were landed", () => {
  test("they are told in a partition, too, that was empty when the others were landed", async () => {
    const config = ownConfig("gaps-empty");
    await createTopic(config.kafka, 2);
    await send(config.kafka, [{ key: "a", value: JSON.stringify(anEvent()), partition: 0 }]);
    const { state } = await land({ config });
    assert.deepEqual(state.offsets, { 0: "1", 1: "0" });
    await send(
      config.kafka,
      [1, 2, 3].map((number) => ({ key: null, value: `${number}`, partition: 1 })),
    );
    await deleteBefore(config.kafka, 1, 2n);
    await assert.rejects(land({ config }), /\/1: offsets 0 to 1 \(2 offsets\) are gone by retention/);
    await land({ config, skipGaps: true });
    assert.deepEqual(
      (await gapsOf(config)).map(({ from, to }) => [from, to]),
      [["0", "2"]],
    );
    assert.ok((await verify({ config })).ok);
  });

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
    const told: unknown[] = [];
    const onSkip = ({ gaps }: { gaps: readonly Gap[] }) =>
      told.push(...gaps.map(({ skippedAt: _, ...one }) => one));
    await follow({ config: following, signal, skipGaps: true, commitMs: 200, onProgress, onSkip });
    assert.deepEqual(told, [gap]);
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
});

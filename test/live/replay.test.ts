import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openLake, readLastCommit, readTable } from "user-activity/dist/lake/lake";
import { compact } from "user-activity/dist/landing/compact";
import { follow } from "user-activity/dist/landing/follow";
import { land } from "user-activity/dist/landing/land";
import { replay } from "user-activity/dist/landing/replay";
import { verify } from "user-activity/dist/landing/verify";
import { publishFile } from "user-activity/dist/publish/publish";
import { ownConfig, recompute, someEvents } from "../helpers/live-lake";
import { replayStrict } from "../helpers/replays";
import { landInSmallCommits, publishEvents } from "../helpers/small-lake";

describe("replaying", () => {
  test("lands what a corrected schema accepts, as if it had been in force from the start", async () => {
    const { before, after } = await replayStrict(someEvents(600), 200);
    assert.ok(before.quarantined > 10);
    assert.deepEqual(after, { consumed: 600, graded: 596, duplicates: 3, quarantined: 1 });
  });

  test("goes on with the landing from where it was, and with compaction", async () => {
    const config = ownConfig("replay-more");
    await publishEvents(config, 10);
    await landInSmallCommits(config);
    await replay({ config, again: true });
    await publishEvents(config, 10, "b");
    const { state, consumed } = await land({ config });
    assert.deepEqual([consumed, state.counts.consumed], [10, 20]);
    await compact({ config });
    assert.ok((await verify({ config })).ok);
    assert.deepEqual((await recompute(config)).differences, []);
  });

  test("keeps the bytes of messages that are no text, and the order of all", async () => {
    const config = ownConfig("replay-order");
    await publishFile(someEvents(600), { config: config.kafka });
    await land({ config, batchMessages: 100 });
    const lake = openLake(config.hdfs);
    const before = [await readTable(lake, "quarantine"), await readTable(lake, "grades_ID")];
    await replay({ config, again: true });
    assert.deepEqual([await readTable(lake, "quarantine"), await readTable(lake, "grades_ID")], before);
  });

  test("takes the lake from a lander that follows, which stops and says so", async () => {
    const config = ownConfig("replay-follow");
    await publishEvents(config, 5);
    const stop = new AbortController();
    const following = follow({ config, signal: stop.signal, commitMs: 100 });
    const stopped = assert.rejects(following, /is another run's, which has taken over; this one stops/);
    while (((await readLastCommit(openLake(config.hdfs)))?.state.counts.consumed ?? 0) < 5) await sleep(50);
    await replay({ config, again: true });
    await publishEvents(config, 5, "b");
    await stopped;
    const { state } = await land({ config });
    assert.equal(state.counts.consumed, 10);
    assert.ok((await verify({ config })).ok);
  });
});

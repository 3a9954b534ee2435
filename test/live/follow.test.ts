import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { ensureTopic, resetTopic } from "user-activity/dist/kafka/topics";
import { formatSum } from "user-activity/dist/lake/counts";
import { type Lake, openLake } from "user-activity/dist/lake/lake";
import { type FollowProgress, follow } from "user-activity/dist/landing/follow";
import { land } from "user-activity/dist/landing/land";
import { readLakeStatus } from "user-activity/dist/landing/status";
import { verify } from "user-activity/dist/landing/verify";
import { anEvent } from "../helpers/an-event";
import { endAfter, pulled, wrapLake } from "../helpers/faulty-lake";
import { countLag, startFollower, untilLanded } from "../helpers/followers";
import { ownConfig } from "../helpers/live-lake";
import { untilReadable, withProducer } from "../helpers/live-topics";
import { type Ended, until } from "../helpers/own-services";
import { publishEvents } from "../helpers/small-lake";

const never = ["--every", "86400"];

function assertEnded({ code, stdout, stderr }: Ended, sum: string): void {
  assert.equal(code, 0, stderr);
  assert.ok(stdout.includes(sum), stdout);
}

describe("user-activity land --follow", () => {
  test("shows five empty tables at once, commits after so many messages, and ends in order at Ctrl-C", async () => {
    const config = ownConfig("follow");
    await ensureTopic(config.kafka);
    const follower = startFollower(config, ["--batch", "1", "--compact-every", "2", ...never]);
    await untilLanded(config, 0);
    const files = async () => (await readLakeStatus(config))?.datasets.map((one) => one.files);
    assert.deepEqual(await files(), [1, 1, 1, 1, 1]);
    await publishEvents(config, 11);
    await untilLanded(config, 11);
    follower.kill("SIGINT");
    const ended = await follower.ended;
    const { counts } = (await readLakeStatus(config)) ?? assert.fail();
    assertEnded(ended, formatSum(counts));
    assert.match(ended.stderr, /SIGINT: ending in order; once more to end at once/);
    assert.match(
      ended.stderr,
      /^ {2}following: \d+ messages, \d+\/s, lag 0, last commit \d+ at \d\d:\d\d:\d\d UTC$/m,
    );
    assert.ok((await verify({ config })).ok);
    assert.deepEqual((await files())?.at(3), 1); // course_ID
    assert.ok(((await files())?.[0] ?? 9) <= 2, "files are merged on the way");
  });

  test("commits after so long, passes the markers of transactions, and ends in order at SIGTERM", async () => {
    const config = ownConfig("follow");
    await ensureTopic(config.kafka);
    const follower = startFollower(config, ["--every", "0.2"]);
    await publishEvents(config, 3);
    await untilLanded(config, 3);
    const { topic } = config.kafka;
    const message = (id: string) => ({ key: id, value: JSON.stringify({ ...anEvent(), user_exam_id: id }) });
    await withProducer(
      config.kafka,
      async (producer) => {
        const kept = await producer.transaction();
        await kept.send({ topic, messages: [{ ...message("t-1"), partition: 0 }] });
        await kept.commit();
        const aborted = await producer.transaction();
        await aborted.send({ topic, messages: [{ ...message("t-2"), partition: 1 }] });
        await aborted.abort();
      },
      topic,
    );
    await untilReadable(config.kafka, 7n);
    await until(async () => (await countLag(config)) === 0, "lag 0");
    follower.kill("SIGTERM");
    assertEnded(await follower.ended, "consumed 4 = graded 4 + duplicates 0 + quarantined 0");
    assert.ok((await verify({ config })).ok);
  });

  test("commits at its end what was gathered for the next commit", async () => {
    const config = ownConfig("follow");
    await publishEvents(config, 11);
    const stop = new AbortController();
    const report = await follow({
      config,
      signal: stop.signal,
      commitMs: 1e9,
      onProgress: ({ consumed, state }) => {
        if (!stop.signal.aborted) assert.equal(state.counts.consumed, 0);
        if (consumed === 11) stop.abort();
      },
    });
    assert.deepEqual([report.consumed, report.commits], [11, 2]);
    assert.equal(await countLag(config), 0);
  });

  for (const [what, change, told] of [
    [
      "deleted",
      async () => undefined,
      /topic "[^"]+", partition \d+: expected offset \d+, received no such topic/,
    ],
    [
      "deleted and created anew",
      ensureTopic,
      /topic "[^"]+", partition \d+: expected offset \d+, received an end at 0/,
    ],
  ] as const) {
    test(`ends with an error that names a topic that is ${what}`, async () => {
      const config = ownConfig("follow");
      await ensureTopic(config.kafka);
      const follower = startFollower(config, ["--every", "0.2"]);
      await publishEvents(config, 3);
      await untilLanded(config, 3);
      await resetTopic(config.kafka);
      await change(config.kafka);
      const { code, stdout, stderr } = await follower.ended;
      assert.deepEqual([code, stdout], [1, ""], stderr);
      assert.match(stderr, told);
    });
  }
});

test("a follower that ends after any call on the way from its first, empty commit to the next leaves a lake to go on with", async () => {
  const topic = ownConfig("follow-ended");
  await publishEvents(topic, 5);
  const lakeOf = (number: number): Config => ({
    ...topic,
    hdfs: { ...topic.hdfs, lakeDir: `${topic.hdfs.lakeDir}/${number}` },
  });
  const followTo = async (config: Config, lake: Lake, commits: number) => {
    const stop = new AbortController();
    const onProgress = (now: FollowProgress) => now.commits >= commits && stop.abort();
    await follow({ config, lake, signal: stop.signal, commitMs: 100, onProgress });
  };
  const calls: string[] = [];
  const watched = wrapLake(openLake(lakeOf(0).hdfs), (_, call, what) => {
    calls.push(what);
    return call();
  });
  await followTo(lakeOf(0), watched, 2);
  const [first, next] = [2, 3].map((number) =>
    calls.findIndex((what) => what.endsWith(`_commits/0000000${number}.json`) && what.startsWith("rename")),
  ) as [number, number];
  assert.ok(first > 0 && next > first + 10, `${first} to ${next}`);
  for (let last = next; last > first; last -= 4) {
    const config = lakeOf(last);
    await assert.rejects(followTo(config, endAfter(openLake(config.hdfs), last), 2), new RegExp(pulled));
    const { state } = await land({ config });
    assert.equal(state.counts.consumed, 5, calls[last]);
    assert.ok((await verify({ config })).ok, calls[last]);
  }
});

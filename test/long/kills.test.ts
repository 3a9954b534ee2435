import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "user-activity/dist/base/config";
import { openLake } from "user-activity/dist/lake/lake";
import { compact } from "user-activity/dist/landing/compact";
import { type FollowProgress, follow } from "user-activity/dist/landing/follow";
import { land } from "user-activity/dist/landing/land";
import { publishFile } from "user-activity/dist/publish/publish";
import {
  checkLake,
  countCalls,
  type Ended,
  expectTables,
  forEach,
  ownTopic,
  type Point,
  runDoomed,
  startCli,
  startDoomed,
  untilStopped,
} from "../helpers/kills";
import { ownConfig, someEvents } from "../helpers/live-lake";

/** Every how many cases Python recomputes the tables, beside this project's own verify. */
const independentEvery = 12;
/** Where many processes share few cores, a connection may break that nobody has killed. */
const retry = { giveUpMs: 60_000 };
const commit = "^rename .*_commits/";
const isTakenOver = /^hdfs .*_commits: commit \d+ .* is another run's, which has taken over; this one stops/m;

/**
 * Before every call that writes (which is after the one before it), before one in sixteen of those that read, since they
 * change nothing, and while one in eight of them is under way, some ms later each time; what lies between the third
 * commit and the fourth is left out, being what lies between the second and the third.
 */
function pointsOf(calls: readonly string[]): Point[] {
  return calls.flatMap((call, index): Point[] => {
    if (countCommits(calls.slice(0, index)) === 3) return [];
    if (/^(list|stat|read|access|attributes) /.test(call) && index % 16 !== 0) return [];
    const before: Point = { call: index + 1, when: "before" };
    const amid: Point = { call: index + 1, when: "amid", ms: 1 + (index % 9) };
    return index % 8 === 2 ? [before, amid] : [before];
  });
}

describe("kill -9 of a landing", () => {
  test("at every call that writes to HDFS, before it and amid some, loses and doubles nothing [kill-landing]", async (t) => {
    const { newLake, expected } = await ownTopic("every", 11);
    const calls = await countCalls(newLake(), "land");
    const points: Point[] = [...pointsOf(calls), { call: calls.length, when: "after" }];
    const killed = await killEach(points, async (at, index) => {
      const config = newLake();
      const isKilled = await runDoomed(config, { work: "land", at });
      await land({ config, retry });
      const independently = index % independentEvery === 0;
      await checkLake(config, { expected, where: JSON.stringify(at), independently });
      return isKilled;
    });
    t.diagnostic(`${calls.length} calls in ${countCommits(calls)} commits, killed at ${killed} points`);
    assert.ok(killed >= 40, `${killed}`);
  });

  test("at every batch from Kafka and about the setting of the group's offsets, likewise [kill-batches]", async (t) => {
    const { newLake, expected } = await ownTopic("batches", 11);
    const last = (await countCalls(newLake(), "land")).length;
    const batches = [1, 2, 3, 4].map((progress): Point => ({ progress }));
    const offsets = [0, 10, 40, 80, 150].map((ms): Point => ({ call: last, when: "after", ms }));
    const points: Point[] = [...batches, ...offsets, { when: "end" }];
    const killed = await killEach(points, async (at) => {
      const config = newLake();
      const isKilled = await runDoomed(config, { work: "land", at });
      await land({ config, retry });
      await checkLake(config, { expected, where: JSON.stringify(at) });
      return isKilled;
    });
    t.diagnostic(`killed at ${killed} points`);
    assert.ok(killed >= 5, `${killed}`);
  });

  test("again and again, each run but the last being killed, likewise", async () => {
    const { newLake, expected } = await ownTopic("row", 11);
    const calls = (await countCalls(newLake(), "land")).length;
    await forEach([1, 2, 3, 4, 5, 6], async (seed) => {
      const config = newLake();
      const row = [1, 2, 3].map((time) => 1 + ((seed * 37 + time * 53) % calls));
      for (const call of row) {
        await runDoomed(config, {
          work: seed % 4 === 3 ? "compact" : "land",
          at: { call, when: "amid" },
        }).catch((error: Error) => assert.match(error.message, /expected a landed lake/));
      }
      await land({ config, retry });
      await checkLake(config, { expected, where: `${row}`, independently: seed === 1 });
    });
  });

  test("of the command itself at any time, likewise [kill-command]", async (t) => {
    const topic = ownConfig("any-time");
    await publishFile(someEvents(1200), { config: topic.kafka });
    const lake = (number: number): Config => ({
      ...topic,
      hdfs: { ...topic.hdfs, lakeDir: `${topic.hdfs.lakeDir}/${number}` },
    });
    const expected = await expectTables(lake(0));
    const startedMs = Date.now();
    assert.equal((await startCli(lake(1), ["land", "--batch", "150"]).ended).code, 0);
    const wholeMs = Date.now() - startedMs;
    const killed = await killEach(
      Array.from({ length: 10 }, (_, index) => index),
      async (index) => {
        const config = lake(index + 2);
        const follows = index % 2 === 1 ? ["--follow", "--every", "1", "--compact-every", "3"] : [];
        const running = startCli(config, ["land", "--batch", "150", ...follows]);
        const ms = wholeMs * (0.2 + 0.8 * Math.random());
        await sleep(ms);
        running.kill("SIGKILL");
        const { signal } = await running.ended;
        await land({ config, retry });
        const where = `after ${Math.round(ms)} ms ${follows}`;
        await checkLake(config, { expected, where, independently: index % 5 === 0 });
        return signal === "SIGKILL";
      },
    );
    t.diagnostic(`killed at ${killed} moments within ${(wholeMs / 1000).toFixed(1)} s`);
    assert.ok(killed > 4, `${killed}`);
  });
});

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

describe("landers and compactions at once", () => {
  test("a lander that stood still while another took over stops and says so, wherever it stood [held-still]", async (t) => {
    const { newLake, expected } = await ownTopic("still", 11);
    const whats = [
      { what: commit, call: 1 },
      { what: "^write .*/raw_data-", call: 1 },
      { what: "^write .*/raw_data-", call: 2 },
      { what: commit, call: 2 },
      { what: commit, call: 3 },
      { what: "^rename .*/raw_data/part-", call: 2 },
      { what: "^replace .*/course_ID/part-", call: 2 },
      { what: "^replace .*datapackage.json$", call: 2 },
    ];
    const points = whats.flatMap((what): Point[] => [
      { ...what, when: "before", signal: "SIGSTOP" },
      { ...what, when: "after", signal: "SIGSTOP" },
    ]);
    let took = 0;
    await forEach(points, async (at) => {
      const config = newLake();
      const where = JSON.stringify(at);
      const older = startDoomed(config, { work: "land", at });
      await untilStopped(older);
      await land({ config, retry });
      older.kill("SIGCONT");
      // one that has not claimed yet claims behind the other, and lands
      const hasClaimed = at.what !== commit || at.call !== 1 || at.when !== "before";
      assert.equal(endedInOrder(await older.ended, where), hasClaimed, where);
      if (hasClaimed) took++;
      await land({ config, retry });
      await checkLake(config, { expected, where, independently: at.when === "after" && at.call === 3 });
    });
    t.diagnostic(`${took} stopped and said so, ${points.length - took} had not claimed yet and landed after`);
  });

  test("two and three landers that start at once: the last that claims lands, the others stop and say so [at-once]", async (t) => {
    const { newLake, expected } = await ownTopic("at-once", 11);
    let took = 0;
    await forEach(
      Array.from({ length: 10 }, (_, index) => index),
      async (index) => {
        const config = newLake();
        const landers = [0, 1, 2]
          .slice(index % 3 === 2 ? 0 : 1)
          .map(() => startDoomed(config, { work: "land" }));
        const ended = await Promise.all(landers.map((lander) => lander.ended));
        const stopped = ended.filter((one) => endedInOrder(one, `round ${index}`)).length;
        assert.ok(stopped < landers.length, "none has landed");
        took += stopped;
        if (index % 2 === 0) await land({ config, retry });
        await checkLake(config, {
          expected,
          where: `round ${index}`,
          swept: index % 2 === 0,
          independently: index === 0,
        });
      },
      2,
    );
    t.diagnostic(`${took} landers were taken over`);
  });

  test("compactions beside each other and beside landers", async () => {
    const { newLake, expected } = await ownTopic("merging", 11);
    await forEach(
      Array.from({ length: 6 }, (_, index) => index),
      async (index) => {
        const config = newLake();
        await land({ config, retry, batchMessages: 1 });
        const works = (["compact", "compact", "land"] as const).slice(0, index % 2 === 0 ? 2 : 3);
        const ended = await Promise.all(works.map((work) => startDoomed(config, { work }).ended));
        for (const { code, stderr } of ended) assert.equal(code, 0, stderr);
        await checkLake(config, { expected, where: `round ${index}`, swept: false });
        await land({ config, retry });
        await checkLake(config, { expected, where: `round ${index}`, independently: index < 2 });
      },
      2,
    );
  });
});

/** Returns how many were killed; the others had ended before. */
async function killEach<T>(points: readonly T[], kill: (point: T, index: number) => Promise<boolean>) {
  let killed = 0;
  await forEach(points, async (point, index) => {
    if (await kill(point, index)) killed++;
  });
  return killed;
}

function countCommits(calls: readonly string[]): number {
  return calls.filter((call) => new RegExp(commit).test(call)).length;
}

/** Whether the lander was taken over; throws where it failed otherwise. */
function endedInOrder({ code, stderr }: Ended, where: string): boolean {
  if (code === 0) return false;
  assert.equal(code, 1, `${where}: ${stderr}`);
  assert.match(stderr, isTakenOver, where);
  return true;
}

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

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "user-activity/dist/base/config";
import { land } from "user-activity/dist/landing/land";
import { publishFile } from "user-activity/dist/publish/publish";
import { countCommits, independentEvery, killEach, pointsOf, retry } from "../helpers/kill-points";
import {
  checkLake,
  countCalls,
  expectTables,
  forEach,
  ownTopic,
  type Point,
  runDoomed,
  startCli,
} from "../helpers/kills";
import { ownConfig, someEvents } from "../helpers/live-lake";

describe("kill -9 of a landing", () => {
  test("at every call that writes to HDFS, before it and amid some, loses and doubles nothing [kill-landing]", async (t) => {
    const { newLake, expected } = await ownTopic("every", 11);
    const calls = await countCalls(newLake(), "land");
    const points: Point[] = [...pointsOf(calls), { call: calls.length, when: "after" }];
    const killed = await killEach(points, async (at, index) => {
      const config = newLake();
      const isKilled = await runDoomed(config, { work: "land", at, threads: index % 3 });
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
    const killed = await killEach(points, async (at, index) => {
      const config = newLake();
      const isKilled = await runDoomed(config, { work: "land", at, threads: index % 2 });
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

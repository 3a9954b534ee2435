import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertStopEndsAll, killStartAt } from "./kill-start";
import { ownServices } from "./own-services";

const points = ["spawn", "record"] as const;

describe("a first start that is killed leaves no server that nobody knows", () => {
  for (const point of points) {
    // two that format, then the three servers
    for (const count of [1, 2, 3, 4, 5]) {
      test(`after ${point} ${count}`, () => killStartAt(ownServices(), point, count));
    }
  }
});

describe("a later start that is killed leaves no server that nobody knows", () => {
  const own = ownServices();
  test("after one that went well", async () => {
    assert.equal((await own.run(["services", "start"])).code, 0);
    await assertStopEndsAll(own);
  });

  for (const point of points) {
    for (const count of [1, 2, 3]) test(`after ${point} ${count}`, () => killStartAt(own, point, count));
  }

  test("at 20 moments of its first three seconds", async () => {
    for (let killed = 0; killed < 20; killed++) {
      const start = own.begin(["services", "start"]);
      await sleep(3000 * Math.random());
      start.kill("SIGKILL");
      await start.ended;
      await assertStopEndsAll(own);
    }
  });
});

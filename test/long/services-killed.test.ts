import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertStopEndsAll, killStartAt } from "../helpers/kill-start";
import { assertNothingRuns, endServer, ownServices, pidOf, statesOf } from "../helpers/own-services";

describe("a first start that is killed leaves no server that nobody knows", () => {
  // two that format, of which npm test has the points, then the three servers
  for (const [point, count] of [
    ["spawn", 3],
    ["record", 3],
    ["spawn", 4],
    ["spawn", 5],
    ["record", 5],
  ] as const) {
    test(`after ${point} ${count}`, () => killStartAt(ownServices(), point, count));
  }
});

describe("a later start that is killed leaves no server that nobody knows", () => {
  const own = ownServices();
  test("after one that went well", async () => {
    assert.equal((await own.run(["services", "start"])).code, 0);
    await assertStopEndsAll(own);
  });

  for (const count of [1, 2, 3]) test(`after spawn ${count}`, () => killStartAt(own, "spawn", count));
  test("after record 3", () => killStartAt(own, "record", 3));

  test("at five moments of its first three seconds", async () => {
    for (let killed = 0; killed < 5; killed++) {
      const start = own.begin(["services", "start"]);
      await sleep(3000 * Math.random());
      start.kill("SIGKILL");
      await start.ended;
      await assertStopEndsAll(own);
    }
  });
});

describe("services that run and are killed", () => {
  const own = ownServices();

  test("are seen as stopped one by one, and start again", async () => {
    assert.equal((await own.run(["services", "start"])).code, 0);
    await endServer(own, "kafka");
    assert.deepEqual(statesOf(await own.status()), ["stopped", "running"]);
    await endServer(own, "datanode");
    assert.deepEqual(statesOf(await own.status()), ["stopped", "stopped"]);
    assert.match((await own.run(["services", "start"])).stderr, /started kafka and hdfs$/m);
    const broker = pidOf(own, "kafka");
    await endServer(own, "namenode");
    assert.deepEqual(statesOf(await own.status()), ["running", "stopped"]);
    assert.equal(pidOf(own, "kafka"), broker);
    await assertStopEndsAll(own);
  });
});

test("a command that needs HDFS alone starts and stops HDFS alone", async () => {
  const own = ownServices();
  const verify = await own.run(["verify"]);
  assert.match(verify.stderr, /starting hdfs for this command/);
  assert.ok(existsSync(own.place("hdfs", "name")));
  await assertNothingRuns(own);
});

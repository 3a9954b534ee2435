import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { startPace } from "user-activity/dist/publish/pace";

describe("a pace of ten a second", () => {
  beforeEach(() => mock.timers.enable({ apis: ["Date", "setTimeout"], now: 0 }));
  afterEach(() => mock.timers.reset());

  /** Whether it is done by now. */
  async function isDone(work: Promise<unknown>): Promise<boolean> {
    let done = false;
    void work.then(() => {
      done = true;
    });
    await turn();
    return done;
  }

  test("lets the first one go at once, the eleventh after a second", async () => {
    const pace = startPace(10);
    assert.equal(await isDone(pace(0)), true);
    const eleventh = pace(10);
    mock.timers.tick(999);
    assert.equal(await isDone(eleventh), false);
    mock.timers.tick(1);
    assert.equal(await isDone(eleventh), true);
  });

  test("does not wait for what is late, and so makes up for it", async () => {
    const pace = startPace(10);
    mock.timers.tick(1500);
    assert.equal(await isDone(pace(10)), true);
    assert.equal(await isDone(pace(15)), true);
    assert.equal(await isDone(pace(16)), false);
  });

  test("ends its waiting with the signal's reason", async () => {
    const stop = new AbortController();
    const waiting = startPace(10, stop.signal)(1000);
    stop.abort(new Error("enough"));
    await assert.rejects(waiting, /^Error: enough$/);
  });
});

test("a pace without a limit never waits", async () => {
  await startPace(Infinity)(1e9);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createPace } from "user-activity/dist/publish/pace";

describe("a pace of ten a second", () => {
  /** A clock that stands still until it is told to go on. */
  function openClock() {
    let nowMs = 0;
    let sleepers: { readonly untilMs: number; readonly wake: () => void }[] = [];
    const sleep = (ms: number) =>
      new Promise<void>((wake) => {
        sleepers.push({ untilMs: nowMs + ms, wake });
      });
    return {
      clock: { now: () => nowMs, sleep },
      tick: (ms: number) => {
        nowMs += ms;
        for (const { untilMs, wake } of sleepers) if (untilMs <= nowMs) wake();
        sleepers = sleepers.filter(({ untilMs }) => untilMs > nowMs);
      },
    };
  }

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
    const { clock, tick } = openClock();
    const pace = createPace(10, undefined, clock);
    assert.equal(await isDone(pace(0)), true);
    const eleventh = pace(10);
    tick(999);
    assert.equal(await isDone(eleventh), false);
    tick(1);
    assert.equal(await isDone(eleventh), true);
  });

  test("does not wait for what is late, and so makes up for it", async () => {
    const { clock, tick } = openClock();
    const pace = createPace(10, undefined, clock);
    tick(1500);
    assert.equal(await isDone(pace(10)), true);
    assert.equal(await isDone(pace(15)), true);
    assert.equal(await isDone(pace(16)), false);
  });

  test("ends its waiting with the signal's reason", async () => {
    const stop = new AbortController();
    const waiting = createPace(10, stop.signal)(1000);
    stop.abort(new Error("enough"));
    await assert.rejects(waiting, /^Error: enough$/);
  });
});

test("a pace without a limit never waits", async () => {
  await createPace(Infinity)(1e9);
});

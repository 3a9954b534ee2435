import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ServiceError } from "user-activity/dist/base/errors";
import { countFailures, formatRetry, type Retry, withRetries } from "user-activity/dist/base/retry";

const away = new ServiceError("hdfs /a: write: connection refused by 127.0.0.1:9870; start it", {
  isPassing: true,
});

/** Work that fails so many times and then returns how often it was tried. */
function failing(times: number, error: Error = away) {
  let tries = 0;
  return async () => {
    tries += 1;
    if (tries <= times) throw error;
    return tries;
  };
}

describe("trying again", () => {
  test("goes on until the work succeeds, and tells every wait, each twice the one before", async () => {
    const told: Retry[] = [];
    const policy = { giveUpMs: 60_000, firstWaitMs: 1, onRetry: (retry: Retry) => told.push(retry) };
    assert.equal(await withRetries(failing(4), policy), 5);
    assert.deepEqual(
      told.map(({ waitMs, attempt, error }) => [waitMs, attempt, error]),
      [
        [1, 2, away],
        [2, 3, away],
        [4, 4, away],
        [8, 5, away],
      ],
    );
  });

  test("waits ten seconds at most, and no longer than until it gives up", async () => {
    const stop = new AbortController();
    const waits: number[] = [];
    const onRetry = ({ waitMs }: Retry) => {
      waits.push(waitMs);
      if (waitMs > 1000) stop.abort(new Error("long enough"));
    };
    const policy = { firstWaitMs: 30_000, onRetry, signal: stop.signal };
    assert.equal(await withRetries(failing(1), { ...policy, giveUpMs: 300 }), 2);
    await assert.rejects(withRetries(failing(1), { ...policy, giveUpMs: 60_000 }), /long enough/);
    assert.deepEqual(waits, [300, 10_000]);
  });

  test("throws what is not passing at once", async () => {
    const told: Retry[] = [];
    const policy = { giveUpMs: 60_000, onRetry: (retry: Retry) => told.push(retry) };
    for (const error of [new Error("a bug"), new ServiceError("permission denied")]) {
      await assert.rejects(withRetries(failing(1, error), policy), error);
    }
    assert.deepEqual(told, []);
  });

  test("does the work once without a policy", async () => {
    await assert.rejects(withRetries(failing(1)), away);
  });

  test("gives up with the last failure, how long was tried and what comes next", async () => {
    await assert.rejects(
      withRetries(failing(99), { giveUpMs: 20, firstWaitMs: 5 }),
      (error: ServiceError) => {
        assert.match(
          error.message,
          /^hdfs \/a: write: connection refused by 127\.0\.0\.1:9870; start it; given up after \d tries in 0\.\d+ s, the next run goes on from where this one stood$/,
        );
        assert.equal(error.cause, away);
        assert.equal(error.exitCode, 1);
        assert.equal(error.isPassing, false);
        return true;
      },
    );
  });

  test("is not tried again by a policy around it that has given up inside", async () => {
    let tries = 0;
    const inner = () => withRetries(failing(99), { giveUpMs: 0 });
    const outer = withRetries(
      () => {
        tries += 1;
        return inner();
      },
      { giveUpMs: 60_000 },
    );
    await assert.rejects(outer, /given up after 1 try in 0 s/);
    assert.equal(tries, 1);
  });

  test("ends with the signal's reason, in the wait and before it", async () => {
    const stop = new AbortController();
    const policy = { giveUpMs: 60_000, firstWaitMs: 60_000, signal: stop.signal };
    const waiting = withRetries(failing(1), policy);
    setImmediate(() => stop.abort(new Error("interrupted")));
    await assert.rejects(waiting, /^Error: interrupted$/);
    await assert.rejects(withRetries(failing(1), policy), /^Error: interrupted$/);
    assert.equal(await withRetries(failing(0), policy), 1);
  });

  test("counts the time from the first failure in a row", async () => {
    const failures = countFailures({ giveUpMs: 0 });
    await assert.rejects(failures.wait(away), /given up after 1 try/);
    const told: number[] = [];
    const counted = countFailures({
      giveUpMs: 60_000,
      firstWaitMs: 1,
      onRetry: ({ attempt }) => told.push(attempt),
    });
    await counted.wait(away);
    await counted.wait(away);
    counted.reset();
    await counted.wait(away);
    assert.deepEqual(told, [2, 3, 2]);
  });
});

test("a retry is told in one line, without the advice of its error", () => {
  const retry = { error: away, waitMs: 2000, attempt: 3, giveUpMs: 120_000 };
  assert.equal(
    formatRetry(retry),
    "hdfs /a: write: connection refused by 127.0.0.1:9870; trying again in 2 s (try 3, gives up after 120 s)",
  );
  assert.match(formatRetry({ ...retry, waitMs: 250 }), /again in 0\.25 s/);
  assert.match(formatRetry({ ...retry, error: new Error("plain") }), /^plain; trying/);
});

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openKafka } from "user-activity/dist/kafka/client";
import type { RequestQueue } from "user-activity/dist/kafka/request-queue";

interface Request {
  readonly entry: { readonly correlationId: number };
  readonly expectResponse: boolean;
  readonly sendRequest: () => void;
}

interface WholeQueue extends RequestQueue {
  push(request: Request): void;
  fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void;
  maybeThrottle(ms: number): void;
  destroy(): void;
}

/** kafkajs's own queue with what our client does to it, at most one request in flight. */
function openQueue() {
  openKafka({ brokers: ["127.0.0.1:9"], topic: "none", external: true, security: undefined } as never);
  const Queue = require("kafkajs/src/network/requestQueue");
  const quiet = { debug() {}, warn() {}, error() {}, info() {} };
  const options = { maxInFlightRequests: 1, requestTimeout: 30_000, clientId: "test", broker: "none:9" };
  const queue: WholeQueue = new Queue({ ...options, enforceRequestTimeout: false, logger: quiet });
  after(() => queue.destroy());
  const sent: number[] = [];
  const settled = { size: 0, payload: Buffer.alloc(0) };
  return {
    queue,
    sent,
    send: (correlationId: number) => {
      const done = { resolve() {}, reject() {} };
      const entry = { correlationId, apiKey: 0, apiName: "Test", apiVersion: 0, ...done };
      queue.push({ entry, expectResponse: true, sendRequest: () => sent.push(correlationId) });
    },
    answer: (correlationId: number) => queue.fulfillRequest({ correlationId, ...settled }),
  };
}

describe("the queue of requests to a broker", () => {
  test("sets no timer where nothing waits", () => {
    const { queue, send, answer, sent } = openQueue();
    send(1);
    answer(1);
    assert.deepEqual(sent, [1]);
    assert.equal(queue.throttleCheckTimeoutId, null);
  });

  test("makes Node warn of no timer in the past", async () => {
    const names: string[] = [];
    const onWarning = (warning: Error) => names.push(warning.name);
    process.on("warning", onWarning);
    const { send, answer, sent } = openQueue();
    for (const id of [1, 2, 3]) send(id);
    for (const id of [1, 2, 3]) answer(id);
    await sleep(30);
    process.off("warning", onWarning);
    assert.deepEqual([sent, names], [[1, 2, 3], []]);
  });

  test("sends what waited as soon as the answer before it is there", () => {
    const { send, answer, sent } = openQueue();
    send(1);
    send(2);
    assert.deepEqual(sent, [1]);
    answer(1);
    assert.deepEqual(sent, [1, 2]);
    answer(2);
  });

  test("holds requests back while the broker throttles, then sends them", async () => {
    const { queue, send, answer, sent } = openQueue();
    queue.maybeThrottle(60);
    send(1);
    assert.deepEqual(sent, []);
    while (sent.length === 0) await sleep(5);
    assert.ok(Date.now() >= queue.throttledUntil);
    answer(1);
    assert.equal(queue.throttleCheckTimeoutId, null);
  });
});

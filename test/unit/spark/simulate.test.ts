import assert from "node:assert/strict";
import { test } from "node:test";
import { type SimulatedCluster, simulateCluster } from "user-activity/dist/spark/simulate";

const base: SimulatedCluster = {
  seed: 7,
  messages: 10_000_000,
  partitions: 48,
  workers: 8,
  perSecond: 10_000,
  fileSeconds: 0.01,
};

test("a seed gives the same run again, and another seed another one", () => {
  assert.deepEqual(simulateCluster(base), simulateCluster(base));
  assert.notEqual(simulateCluster(base).skew, simulateCluster({ ...base, seed: 8 }).skew);
});

test("no run is faster than all workers together", () => {
  for (const workers of [1, 2, 8, 48]) {
    const { perSecond, busy } = simulateCluster({ ...base, workers });
    assert.ok(perSecond <= workers * base.perSecond, `${workers}: ${perSecond}`);
    assert.ok(busy > 0 && busy <= 1);
  }
});

test("more workers than partitions add nothing", () => {
  const few = simulateCluster({ ...base, partitions: 3, workers: 3 });
  const many = simulateCluster({ ...base, partitions: 3, workers: 30 });
  assert.equal(many.seconds, few.seconds);
  assert.ok(many.busy < 0.2);
});

test("many partitions even out what chance makes uneven", () => {
  const coarse = simulateCluster({ ...base, partitions: 8 });
  const fine = simulateCluster({ ...base, partitions: 96 });
  assert.ok(fine.seconds < coarse.seconds);
});

test("a key that a third of the messages have holds all others up, however many workers there are", () => {
  const even = simulateCluster({ ...base, workers: 24 });
  const hot = simulateCluster({ ...base, workers: 24, hotShare: 1 / 3 });
  assert.ok(hot.skew > 15);
  assert.ok(hot.seconds >= base.messages / 3 / base.perSecond);
  assert.ok(hot.seconds > 5 * even.seconds);
});

test("a DataNode that is slow slows down workers that wait for it, fewer where batches are large", () => {
  const slow = { ...base, workers: 24, slowdown: 100 };
  const small = simulateCluster({ ...slow, batch: 10_000 });
  const large = simulateCluster({ ...slow, batch: 200_000 });
  assert.ok(small.seconds > 2 * simulateCluster({ ...base, workers: 24, batch: 10_000 }).seconds);
  assert.ok(large.seconds < small.seconds);
  assert.ok(large.files < small.files);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addTo, bucketOf, createBag, differingBucket } from "user-activity/dist/landing/bags";
import { describeColumn } from "user-activity/dist/landing/differences";

const row = (offset: number, score = 0.5) => ({ partition: 1, offset: BigInt(offset), score });

function bagOf(...rows: ReturnType<typeof row>[]) {
  const bag = createBag();
  for (const one of rows) addTo(bag, one);
  return bag;
}

describe("two bags", () => {
  test("are the same whatever the order of their rows and keys", () => {
    const [a, b] = [row(1), row(2)];
    const turned = { score: 0.5, offset: 1n, partition: 1 };
    assert.equal(differingBucket(bagOf(a, b), bagOf(b, turned)), undefined);
  });

  test("differ in the bucket of a row that is changed, missing or there twice", () => {
    for (const other of [bagOf(row(1), row(7, 0.6)), bagOf(row(1)), bagOf(row(1), row(7), row(7))]) {
      assert.equal(differingBucket(bagOf(row(1), row(7)), other), bucketOf(row(7)));
    }
  });

  test("spread the offsets of a partition over their buckets", () => {
    const buckets = Array.from({ length: 4096 }, (_, offset) => bucketOf(row(offset)));
    assert.equal(new Set(buckets).size, 4096);
    assert.ok(buckets.every((bucket) => bucket >= 0 && bucket < 4096));
  });
});

describe("the column in which two rows differ", () => {
  test("is the first, with both values, long ones cut", () => {
    assert.equal(describeColumn({ a: 1, b: "x" }, { a: 1, b: "y" }), 'b: expected "x", received "y"');
    assert.equal(
      describeColumn({ a: "x".repeat(99) }, { a: null }),
      `a: expected "${"x".repeat(79)}..., received null`,
    );
  });

  test("is none where they are the same", () => {
    assert.equal(describeColumn({ a: 1n, b: [1] }, { b: [1], a: 1 }), "");
  });
});

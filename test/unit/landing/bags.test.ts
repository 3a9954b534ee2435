import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bucketsOf, createBag, differingBucket } from "user-activity/dist/landing/bags";
import { describeColumn } from "user-activity/dist/landing/differences";
import { listOfStructs, nullable, required } from "user-activity/dist/tables/columns";

const row = (offset: number, score = 0.5) => ({ partition: 1, offset: BigInt(offset), score });

const scores = {
  columns: [
    required("partition", "INT32", ""),
    required("offset", "INT64", ""),
    required("score", "DOUBLE", ""),
  ],
};
const bucketOf = bucketsOf(scores);

function bagOf(...rows: ReturnType<typeof row>[]) {
  const bag = createBag(scores);
  for (const one of rows) bag.add(one);
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

  test("of rows that look alike differ: texts cut elsewhere, null, lists that hold as much, or hold one another", () => {
    const fields = [nullable("a", "STRING", "", ""), nullable("b", "STRING", "", "")];
    const table = {
      columns: [...fields, nullable("n", "DOUBLE", "", ""), nullable("list", listOfStructs(fields), "", "")],
    };
    const base = { a: null, b: null, n: null, list: null };
    const [one, other] = [
      { a: "1:", b: "2" },
      { a: "1", b: ":2" },
    ];
    const rows = [
      ...[base, { ...base, a: "" }, { ...base, a: "~" }, { ...base, a: "~~" }, { ...base, b: "~" }],
      ...[
        { ...base, a: "ab" },
        { ...base, a: "a", b: "b" },
        { ...base, ...one },
        { ...base, ...other },
      ],
      ...[
        { ...base, n: 1 },
        { ...base, a: "1;" },
        { ...base, n: 11 },
        { ...base, n: -1 },
      ],
      ...[
        { ...base, list: [] },
        { ...base, list: [one] },
        { ...base, list: [other] },
        { ...base, list: [one, one] },
      ],
      ...[
        { ...base, list: [{ a: null, b: null }] },
        { ...base, list: [{ a: "", b: null }] },
      ],
    ];
    const sums = rows.map((one) => {
      const bag = createBag(table);
      bag.add(one);
      return bag.sums.join();
    });
    assert.equal(new Set(sums).size, rows.length);
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

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DataFrame, Series } from "danfojs-node";
import { fromFrame, toFrame } from "user-activity/dist/show/frames";

// What danfo does, and the notebooks show or go around. A test that fails here tells of a danfo that does better: then
// the notebooks' sentences, docs/decisions.md and the way around are to be looked at again.

const column = (cells: readonly unknown[]) =>
  new DataFrame(
    cells.map((cell) => [cell]),
    { columns: ["a"] },
  );
const dtypeOf = (cells: readonly unknown[]) => column(cells).dtypes[0];

describe("the columns that danfo takes from rows", () => {
  test("follow from the first row alone, and values are matched by position", () => {
    const swapped = new DataFrame([
      { a: 1, b: 2 },
      { b: 3, a: 4 },
    ]);
    assert.deepEqual(swapped.values, [
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(new DataFrame([{ a: 1 }, { a: 2, b: 3 }]).columns, ["a"]);
  });
});

describe("a dtype", () => {
  test("is float32 for text that looks like a number, and the cells stay text", () => {
    assert.equal(dtypeOf(["1.0", "2.5"]), "float32");
    assert.deepEqual(column(["1.0", "2.5"]).values, [["1.0"], ["2.5"]]);
  });

  test("is float32 for booleans and whole numbers with a null among the first 20", () => {
    assert.deepEqual([dtypeOf([true, false]), dtypeOf([true, null])], ["boolean", "float32"]);
    assert.deepEqual([dtypeOf([1, 2]), dtypeOf([1, null])], ["int32", "float32"]);
  });

  test("is string for instants and for objects, which stand in the cells as they are", () => {
    assert.deepEqual([["2018-01-23T14:23:19Z"], [{ a: 1 }]].map(dtypeOf), ["string", "string"]);
  });

  test("is guessed from the first 20 cells, whatever follows", () => {
    assert.equal(dtypeOf([...Array(20).fill(1), "text", true]), "int32");
  });

  test("says nothing of how a cell is stored: int32 holds what 32 bits cannot", () => {
    assert.equal(dtypeOf([2 ** 40]), "int32");
    assert.deepEqual(column([2 ** 40]).values, [[2 ** 40]]);
  });
});

describe("null", () => {
  test("is at most null, and greater than nothing", () => {
    const [left, right] = [new Series([null, 1, 2]), new Series([null, 2, 1])];
    assert.deepEqual(left.le(right).values, [true, true, false]);
    assert.deepEqual(left.gt(right).values, [false, false, true]);
  });

  test("is a distinct value to nUnique, and missing to isNa", () => {
    const series = new Series([true, false, null]);
    assert.deepEqual([series.nUnique(), series.isNa().values], [3, [false, false, true]]);
  });

  test("is 0 to a grouped mean, and left out by the mean of a series", () => {
    const frame = toFrame([
      { name: "a", value: 2 },
      { name: "a", value: null },
    ]);
    const grouped = frame.groupby(["name"]).agg({ value: ["mean", "count"] });
    assert.deepEqual(fromFrame(grouped), [{ name: "a", value_mean: 1, value_count: 2 }]);
    assert.equal(new Series([2, null]).mean(), 2);
  });

  test("alone makes a mean throw", () => {
    assert.throws(() => new Series([null, null]).mean());
  });
});

describe("asType", () => {
  test('makes "false" true and null false', () => {
    assert.deepEqual(column(["false", "true", null]).asType("a", "boolean").values, [
      [true],
      [true],
      [false],
    ]);
  });

  test("writes into the frame that it is given, and into what that was copied from", () => {
    const frame = column(["false", null]);
    frame.copy().asType("a", "boolean");
    assert.deepEqual(frame.values, [[true], [false]]);
  });
});

describe("an empty frame", () => {
  test("throws where it is grouped or queried", () => {
    const empty = toFrame<{ a: number; b: number }>([], ["a", "b"]);
    assert.throws(() => empty.groupby(["a"]).agg({ b: ["mean"] }).values);
    assert.throws(() => empty.query([]));
  });
});

describe("query", () => {
  const frame = toFrame([
    { name: "a", value: 5 },
    { name: "b", value: 50 },
    { name: "c", value: 30 },
    { name: "d", value: 1 },
  ]);
  const names = (some: typeof frame) => fromFrame(some).map(({ name }) => name);

  test("picks the right rows of a frame as it was made, and none where none is true", () => {
    assert.deepEqual(names(frame.query(frame.column("value").ge(20))), ["b", "c"]);
    assert.deepEqual(frame.query(frame.column("value").ge(100)).columns, ["name", "value"]);
  });

  test("picks wrong rows of a sorted frame: filter first", () => {
    const sorted = frame.sortValues("value", { ascending: false });
    assert.deepEqual(names(sorted), ["b", "c", "a", "d"]);
    assert.deepEqual(names(sorted.query(sorted.column("value").ge(20))), ["c", "a"]);
  });
});

test("the deviation of a single value is 0, where there is none", () => {
  const grouped = toFrame([{ name: "a", value: 2 }])
    .groupby(["name"])
    .agg({ value: ["std"] });
  assert.deepEqual(fromFrame(grouped), [{ name: "a", value_std: 0 }]);
});

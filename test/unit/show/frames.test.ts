import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromFrame, toFrame, toInstantText, toRows } from "user-activity/dist/show/frames";
import { tables } from "user-activity/dist/tables/tables";
import { deepRows, deepTable } from "../../helpers/any-table";

describe("toFrame", () => {
  test("keeps values with their columns where rows name their keys in another order", () => {
    const frame = toFrame([
      { a: 1, b: 2 },
      { b: 3, a: 4 },
    ]);
    assert.deepEqual(frame.columns, ["a", "b"]);
    assert.deepEqual(frame.values, [
      [1, 2],
      [4, 3],
    ]);
  });

  test("takes the named columns in their order and leaves out the others", () => {
    const frame = toFrame([{ a: 1, b: 2, c: 3 }], ["c", "a"]);
    assert.deepEqual([frame.columns, frame.values], [["c", "a"], [[3, 1]]]);
  });

  test("makes what is missing null, also where only later rows have it", () => {
    const frame = toFrame<{ a: number; b?: number | undefined }>(
      [{ a: 1 }, { a: 2, b: undefined }, { a: 3, b: 4 }],
      ["a", "b"],
    );
    assert.deepEqual(frame.values, [
      [1, null],
      [2, null],
      [3, 4],
    ]);
  });

  test("types a column by all of its values, not by the first ones", () => {
    const rows = Array.from({ length: 40 }, (_, index) => ({
      whole: index,
      late_fraction: index < 39 ? 1 : 1.5,
      late_text: index < 39 ? 1 : "x",
      big: index < 39 ? 1 : 2 ** 40,
    }));
    assert.deepEqual(toFrame(rows).dtypes, ["int32", "float32", "string", "float32"]);
  });

  test("types a column by what is there where some values are null", () => {
    const frame = toFrame([
      { text: null, flag: null, count: null, nothing: null },
      { text: "x", flag: false, count: 1, nothing: null },
    ]);
    assert.deepEqual(frame.dtypes, ["string", "boolean", "int32", "float32"]);
    assert.deepEqual(frame.values, [
      [null, null, null, null],
      ["x", false, 1, null],
    ]);
  });

  test("makes a bigint a number where that is exact, else text", () => {
    const frame = toFrame([{ offset: 7n, limit: 2n ** 53n - 1n, beyond: 2n ** 53n, below: -(2n ** 60n) }]);
    assert.deepEqual(frame.values, [[7, 2 ** 53 - 1, "9007199254740992", "-1152921504606846976"]]);
  });

  test("shows nested values as JSON, with exact integers, and instants as ISO 8601", () => {
    const frame = toFrame([
      { list: [{ at: 2n ** 60n, ok: true }], struct: { a: null }, empty: [], on: new Date(0) },
    ]);
    assert.deepEqual(frame.values, [
      ['[{"at":"1152921504606846976","ok":true}]', '{"a":null}', "[]", "1970-01-01T00:00:00.000Z"],
    ]);
  });

  test("keeps Unicode and the empty text", () => {
    const frame = toFrame([{ a: "naïve 漢字 👩‍🔬", b: "" }]);
    assert.deepEqual(frame.values, [["naïve 漢字 👩‍🔬", ""]]);
  });

  test("makes no rows an empty frame with the named columns", () => {
    const frame = toFrame<{ a: number; b: number }>([], ["a", "b"]);
    assert.deepEqual([frame.shape, frame.columns, fromFrame(frame)], [[0, 2], ["a", "b"], []]);
  });

  test("leaves the rows as they are", () => {
    const rows = Object.freeze([Object.freeze({ a: 1n, list: Object.freeze([1]) })]);
    toFrame(rows);
    assert.deepEqual(rows, [{ a: 1n, list: [1] }]);
  });
});

describe("fromFrame", () => {
  test("gives back the rows that a frame was made of", () => {
    const rows = [
      { name: "a", count: 1, share: 0.5, flag: true, note: null },
      { name: "b", count: null, share: 1, flag: null, note: null },
    ];
    assert.deepEqual(fromFrame(toFrame(rows)), rows);
  });

  test("gives the rows of a grouped frame by their new names", () => {
    const frame = toFrame([
      { course: "x-y", score: 0.25 },
      { course: "x", score: 1 },
      { course: "x-y", score: 0.75 },
    ]);
    assert.deepEqual(fromFrame(frame.groupby(["course"]).agg({ score: ["count", "mean"] })), [
      { course: "x-y", score_count: 2, score_mean: 0.5 },
      { course: "x", score_count: 1, score_mean: 1 },
    ]);
  });
});

describe("toRows", () => {
  const grade = {
    ...{ user_exam_id: "a-1", base_exam_id: "b-1", exam_name: "1", started_at: 1516717399082 },
    ...{ recorded_at: 1516717442735, certification: null, correct: 2, incorrect: 1, incomplete: 0 },
    ...{ unanswered: 0, submitted: 3, total: 3, score: 2 / 3, all_correct: false },
    ...{ partition: 0, offset: 2n ** 60n },
  };

  test("gives a table's rows back as they were before toFrame, to the last digit", () => {
    const rows = [grade, { ...grade, offset: 7n, certification: true, score: 0.1 }];
    assert.deepEqual(toRows(toFrame(rows), tables.grades_ID), rows);
    assert.deepEqual(toRows(toFrame([], ["user_exam_id"]), tables.grades_ID), []);
  });

  test("gives lists back, and leaves text that looks like a list as it is", () => {
    const failures = [{ path: "a", rule: "type", expected: "text", received: "[1]" }];
    const row = {
      ...{ topic: "t", partition: 0, offset: 1n, timestamp: 5, table: "events" },
      ...{ failures, value: '["text"]', value_base64: null },
    };
    assert.deepEqual(toRows(toFrame([row]), tables.quarantine), [row]);
  });

  test("gives back lists, structs and maps of every depth, 64 bits in them too", () => {
    const frame = toFrame(deepRows);
    assert.deepEqual(toRows(frame, deepTable), deepRows);
  });
});

describe("toInstantText", () => {
  test("gives ISO 8601 in UTC for numbers and bigints of ms, and null for null", () => {
    assert.equal(toInstantText(1516717399082), "2018-01-23T14:23:19.082Z");
    assert.equal(toInstantText(1516717399082n), "2018-01-23T14:23:19.082Z");
    assert.equal(toInstantText(-1), "1969-12-31T23:59:59.999Z");
    assert.equal(toInstantText(null), null);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { describeColumn } from "user-activity/dist/landing/differences";

test("a column that is not there is told as nothing", () => {
  assert.equal(describeColumn({ a: 1 }, {}), "a: expected 1, received nothing");
  assert.equal(describeColumn({ a: null }, { a: 2 }), "a: expected null, received 2");
  assert.equal(describeColumn({ a: 1 }, { a: 1 }), "");
});

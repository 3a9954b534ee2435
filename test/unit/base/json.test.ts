import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "user-activity/dist/base/json";

test("one value has one text, but different values have different ones", () => {
  assert.equal(
    canonicalJson({ b: [1n, { d: 2, c: null }], a: 3 }),
    canonicalJson({ a: 3n, b: [1, { c: null, d: 2 }] }),
  );
  assert.notEqual(canonicalJson({ a: 2n ** 60n }), canonicalJson({ a: 2n ** 60n + 1n }));
  assert.notEqual(canonicalJson({ a: null }), canonicalJson({ a: "null" }));
});

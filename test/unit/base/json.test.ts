import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalJson } from "user-activity/dist/base/json";

test("one value has one text, but different values have different ones", () => {
  assert.equal(
    canonicalJson({ b: [1n, { d: 2, c: null }], a: 3 }),
    canonicalJson({ a: 3n, b: [1, { c: null, d: 2 }] }),
  );
  assert.notEqual(canonicalJson({ a: 2n ** 60n }), canonicalJson({ a: 2n ** 60n + 1n }));
  assert.notEqual(canonicalJson({ a: null }), canonicalJson({ a: "null" }));
});

test("a value is written with its keys sorted, at any depth", () => {
  const write = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(write)}]`;
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, own]) => `${JSON.stringify(key)}:${write(own)}`)}}`;
  };
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat({ max: 120 }), (value, depth) => {
      let deep: unknown = value;
      for (let level = 0; level < depth; level++)
        deep = level % 2 ? [level, deep, "\u2028"] : { z: deep, "é\n": 1 };
      assert.equal(canonicalJson(deep), write(deep));
    }),
  );
  const wide = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${(index * 37) % 50}x`, index]));
  assert.equal(canonicalJson(wide), write(wide));
});

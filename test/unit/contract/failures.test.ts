import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJson } from "user-activity/dist/base/exact-numbers";
import { formatFailure, quote } from "user-activity/dist/contract/failures";

test("values are quoted as JSON", () => {
  for (const value of [
    "a",
    'say "no"',
    1.5,
    true,
    null,
    [],
    {},
    [1, [2, {}]],
    { a: { b: ["c"] }, d: null },
  ]) {
    assert.equal(quote(value), JSON.stringify(value));
  }
});

test("absent is called nothing, and a number that no double is stands as it was written", () => {
  assert.equal(quote(undefined), "nothing");
  assert.equal(quote(parseJson('{"a":[-1e400,10000000000000001]}')), '{"a":[-1e400,10000000000000001]}');
  assert.equal(quote(parseJson(`1${"0".repeat(99)}1`)), `1${"0".repeat(78)}…`);
});

test("invisible characters are shown by their number", () => {
  assert.equal(quote("\ufeff{}\u202e\u0000\u009b"), String.raw`"\ufeff{}\u202e\u0000\u009b"`);
  assert.equal(quote("a\u00a0b\u00adc\u3164\u2003"), String.raw`"a\u00a0b\u00adc\u3164\u2003"`);
  assert.equal(quote("x\u{e0041}\u034f é 中 ́"), String.raw`"x\udb40\udc41\u034f é 中 ́"`);
});

test("long values are cut at 80 characters, never inside a character", () => {
  assert.equal(quote("x".repeat(78)), `"${"x".repeat(78)}"`);
  assert.equal(quote("x".repeat(79)), `"${"x".repeat(78)}…`);
  assert.equal(quote("🍵".repeat(50)), `"${"🍵".repeat(39)}…`);
  assert.equal(quote(`x${"🍵".repeat(50)}`), `"x${"🍵".repeat(38)}…`);
});

test("a value nested 100,000 levels deep or of a million elements is quoted all the same", () => {
  assert.equal(quote(JSON.parse("[".repeat(100_000) + "]".repeat(100_000))), `${"[".repeat(79)}…`);
  assert.equal(quote(new Array(1_000_000).fill(7)).length, 80);
});

test("any JSON is quoted whole or cut, in well-formed text", () => {
  const units = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
  const json = fc.oneof(fc.jsonValue(), fc.string({ unit: units }), fc.array(fc.string({ unit: units })));
  fc.assert(
    fc.property(json, (value) => {
      const quoted = quote(value);
      assert.ok(quoted.length <= 80 && !/\p{Surrogate}/u.test(quoted));
      if (!quoted.endsWith("…")) assert.deepEqual(JSON.parse(quoted), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("a failure reads: where, expected, received", () => {
  const failure = { rule: "type", expected: "a number", received: '"one"' } as const;
  assert.equal(
    formatFailure({ path: "max_attempts", ...failure }),
    'field "max_attempts": expected a number, received "one"',
  );
  assert.equal(formatFailure({ path: "$", ...failure }), 'expected a number, received "one"');
});

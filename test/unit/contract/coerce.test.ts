import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJson } from "user-activity/dist/base/exact-numbers";
import { coerceValue, fromUnixSeconds } from "user-activity/dist/contract/coerce";

test("any number of seconds is cut to ms by its digits", () => {
  const seconds = fc.bigInt({ min: 0n, max: 253_402_300_799n });
  fc.assert(
    fc.property(seconds, fc.stringMatching(/^\d{1,20}$/), (whole, digits) => {
      const ms = whole * 1000n + (BigInt(digits) * 1000n) / 10n ** BigInt(digits.length);
      assert.equal(fromUnixSeconds(`${whole}.${digits}`), Number(ms));
      assert.equal(fromUnixSeconds(`000${whole}`), Number(whole * 1000n));
    }),
  );
});

test("seconds where floating point would be one ms off are exact", () => {
  assert.equal(fromUnixSeconds("1516717442.735266"), 1516717442735);
  assert.equal(fromUnixSeconds("1515770320.001"), 1515770320001);
  assert.equal(fromUnixSeconds("4.035"), 4035);
});

test("any text that is no number of seconds up to the year 9999 is refused", () => {
  for (const text of [
    "",
    ".5",
    "1.",
    "1e",
    "e3",
    "1e3.5",
    "1E13",
    "-1",
    "+1",
    "0x10",
    "1_000",
    "١",
    "253402300800",
    "9".repeat(400),
  ]) {
    assert.equal(fromUnixSeconds(text), undefined, text);
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.equal(fromUnixSeconds(text) !== undefined, /^[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$/.test(text));
    }),
  );
});

test("seconds with an exponent, and seconds that are a number, are what their digits say", () => {
  for (const text of [
    "1.7000000005E9",
    "17000000005e-1",
    "170000000050000e-5",
    "1700000000.5",
    "0.017000000005e+11",
  ])
    assert.equal(fromUnixSeconds(text), 1_700_000_000_500, text);
  for (const text of ["0e9", "1e-4", "1e-999999999999", "0.0009999", "0e999999999999"])
    assert.equal(fromUnixSeconds(text), 0, text);
  for (const json of ["1700000000.5", "17000000005e-1"])
    assert.deepEqual(coerceValue("unix-seconds", parseJson(json)), { value: 1_700_000_000_500 });
  assert.deepEqual(coerceValue("unix-seconds", parseJson("10000000000000001")), {
    expected: "seconds since 1970 (not milliseconds), before the year 10000",
  });
});

test("any text with an exponent is what it is without", () => {
  const digits = fc.stringMatching(/^[0-9]{1,12}$/);
  fc.assert(
    fc.property(digits, fc.stringMatching(/^[0-9]{1,6}$/), fc.nat(8), (whole, fraction, power) => {
      const moved = `0.${"0".repeat(power)}${whole}${fraction}e${whole.length + power}`;
      assert.equal(fromUnixSeconds(moved), fromUnixSeconds(`${whole}.${fraction}`));
    }),
  );
});

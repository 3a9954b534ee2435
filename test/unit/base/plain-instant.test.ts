import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toInstantMs } from "user-activity/dist/base/instants";
import { readPlainInstant } from "user-activity/dist/base/plain-instant";

const [firstMs, endMs] = [Date.parse("0001-01-01T00:00:00Z"), Date.parse("9999-12-31T23:59:59.999Z") + 1];

test("reads what JavaScript writes, with milliseconds or without", () => {
  fc.assert(
    fc.property(fc.integer({ min: firstMs, max: endMs - 1 }), (ms) => {
      const text = new Date(ms).toISOString();
      assert.equal(readPlainInstant(text), ms);
      assert.equal(readPlainInstant(text.replace(/\.\d+Z/, "Z")), Math.floor(ms / 1000) * 1000);
    }),
  );
});

test("reads nothing that all forms together do not read, and leaves other forms to them", () => {
  const digits = (from: number, to: number) =>
    fc.integer({ min: from, max: to }).map((number) => String(number).padStart(2, "0"));
  const parts = fc.tuple(
    fc.integer({ min: 0, max: 9999 }).map((year) => String(year).padStart(4, "0")),
    ...[digits(0, 13), digits(0, 32), digits(0, 25), digits(0, 61), digits(0, 61)],
    fc.constantFrom("", ".000", ".999", ".1", ",500", ".1234"),
    fc.constantFrom("Z", "z", "+00:00", ""),
  );
  fc.assert(
    fc.property(parts, ([year, month, day, hour, minute, second, fraction, end]) => {
      const text = `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${end}`;
      const plain = readPlainInstant(text);
      const slow = toInstantMs(text.replace(/Z$/, "+00:00")); // another form of the same instant
      if (plain !== undefined) assert.equal(plain, slow, text);
      else if (/^.{19}(?:\.\d{3})?Z$/.test(text) && !text.includes("T24:"))
        assert.equal(slow, undefined, text);
    }),
    { numRuns: 2000 },
  );
  for (const text of ["2018-01-23T14:23:19.08aZ", "2018/01/23T14:23:19.082Z", "2018-01-23 14:23:19.082Z", ""])
    assert.equal(readPlainInstant(text), undefined);
});

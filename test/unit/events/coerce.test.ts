import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromUnixSeconds, toInstantMs } from "user-activity/dist/events/coerce";

const years = {
  min: new Date("0001-01-02T00:00:00Z"),
  max: new Date("9999-12-30T00:00:00Z"),
  noInvalidDate: true,
};

test("any instant, written with any offset and fraction, is itself again", () => {
  const offset = fc.integer({ min: -1439, max: 1439 });
  fc.assert(
    fc.property(fc.date(years), offset, fc.stringMatching(/^\d{0,9}$/), (date, minutes, digits) => {
      const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
      const size = Math.abs(minutes);
      const [h, m] = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, "0"));
      const text = `${local}${digits}${minutes < 0 ? "-" : "+"}${h}:${m}`;
      assert.equal(toInstantMs(text), date.getTime());
    }),
  );
});

test("any day, month and time is taken exactly where the calendar and the clock have it", () => {
  const two = fc.integer({ min: 0, max: 99 });
  const year = fc.integer({ min: 1, max: 9999 });
  fc.assert(
    fc.property(year, fc.array(two, { minLength: 5, maxLength: 5 }), (y, rest) => {
      const [mo, d, h, mi, s] = rest.map((part) => String(part).padStart(2, "0"));
      const text = `${String(y).padStart(4, "0")}-${mo}-${d}T${h}:${mi}:${s}.000Z`;
      const date = new Date(text);
      const exists = !Number.isNaN(date.getTime()) && date.toISOString() === text;
      assert.equal(toInstantMs(text), exists ? date.getTime() : undefined);
    }),
    { numRuns: 1000 },
  );
});

test("29 February exists in leap years only", () => {
  const has = (year: string) => toInstantMs(`${year}-02-29T00:00Z`) !== undefined;
  assert.deepEqual(["2016", "2000", "2017", "1900", "0004"].map(has), [true, true, false, false, true]);
});

test("a fraction is cut, not rounded, with a point or a comma, before 1970 too", () => {
  assert.equal(toInstantMs("1970-01-01T00:00:00.9999Z"), 999);
  assert.equal(toInstantMs("1970-01-01T00:00:00,5Z"), 500);
  assert.equal(toInstantMs("1969-12-31T23:59:59.0019Z"), -999);
});

test("other ways to write a time are no instants", () => {
  const texts = [
    "20180123T142319Z",
    "2018-01-23T14Z",
    "2018-01-23T14:23:19",
    "2018-01-23T14:23:19+01",
    "2018-01-23T14:23:19+0100",
    "2018-01-23t14:23:19z",
    "2018-01-23T14:23:19.Z",
    "2018-01-23T14:23.5Z",
    "2018-W04-2T14:23:19Z",
    "+002018-01-23T14:23:19Z",
    " 2018-01-23T14:23:19Z",
    "２018-01-23T14:23:19Z",
    "",
  ];
  for (const text of texts) assert.equal(toInstantMs(text), undefined, text);
});

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

test("any text that is no plain number of seconds up to the year 9999 is refused", () => {
  for (const text of [
    "",
    ".5",
    "1.",
    "1e3",
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
      assert.equal(fromUnixSeconds(text) !== undefined, /^[0-9]+([.][0-9]+)?$/.test(text));
    }),
  );
});

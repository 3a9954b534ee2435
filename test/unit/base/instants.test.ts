import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readInstant, toInstantMs } from "user-activity/dist/base/instants";

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

test("what ISO 8601 and RFC 3339 allow with an offset is taken", () => {
  const texts = [
    "2023-11-14 22:13:20+00:00",
    "2023-11-14T22:13:20+0000",
    "2023-11-14T22:13:20+00",
    "2023-11-14t22:13:20z",
    "2023-11-14T22:13:20-00:00",
    "2023-11-14T22:13:20\u221200:00",
    "20231114T221320Z",
    "20231114T221320.000Z",
    "20231115T031320+0500",
    "20231115T004320+02:30",
    "2023-W46-2T22:13:20Z",
    "2023W462T221320Z",
    "2023-318T22:13:20Z",
    "2023318T221320Z",
    "2023-11-14T22:13.33333333333333333334Z",
    "2023-11-14T22,22222222222222222223Z",
  ];
  for (const text of texts) assert.equal(toInstantMs(text), 1_700_000_000_000, text);
  assert.equal(toInstantMs("2023-11-14T22Z"), Date.UTC(2023, 10, 14, 22));
  assert.equal(toInstantMs("2023-11-14T2213-08"), undefined);
});

test("24:00 is the start of the next day, and nothing after it is there", () => {
  for (const text of [
    "2023-12-31T24:00:00Z",
    "20231231T24Z",
    "2023-12-31T24:00Z",
    "2023-12-31T24:00:00.000Z",
  ])
    assert.equal(toInstantMs(text), Date.UTC(2024, 0, 1), text);
  for (const text of [
    "2023-12-31T24:00:01Z",
    "2023-12-31T24:00:00.0001Z",
    "2023-12-31T24:01Z",
    "2023-12-31T25:00Z",
  ])
    assert.deepEqual(readInstant(text), { expected: "hours from 00 to 23, or 24:00:00" }, text);
});

test("weeks are those of ISO 8601: the first is the one with 4 January", () => {
  for (const [text, date] of [
    ["2020-W01-1T00:00Z", "2019-12-30"],
    ["2020-W53-7T00:00Z", "2021-01-03"],
    ["2015-W53-4T00:00Z", "2015-12-31"],
    ["2016-366T00:00Z", "2016-12-31"],
  ] as const)
    assert.equal(toInstantMs(text), Date.parse(date), text);
  assert.deepEqual(readInstant("2021-W53-1T00:00Z"), {
    expected: "a week from 01 to 52, which that year has",
  });
});

test("what is no instant is told by the part that is wrong", () => {
  const expected: Readonly<Record<string, string>> = {
    " 2018-01-23T14:23:19Z": "nothing before the date",
    "": "a date at the start, such as 2018-01-23, its year in four digits",
    "+002018-01-23T14:23:19Z": "a date at the start, such as 2018-01-23, its year in four digits",
    "２018-01-23T14:23:19Z": "a date at the start, such as 2018-01-23, its year in four digits",
    "23.01.2018 14:23": "a date at the start, such as 2018-01-23, its year in four digits",
    "2018-1-23T14:23:19Z": "a date at the start, such as 2018-01-23, its year in four digits",
    "2018-01-23": "a time after the date, such as T14:23:19, and an offset from UTC",
    "2018-01-23_14:23:19Z": "a T between date and time",
    "2018-01-23T2:23:19Z": "a time such as 14:23:19 after the T",
    "2018-01-23T14:23:19.Z": "digits after the point",
    "2018-01-23T14:23:19": "an offset from UTC at the end, such as Z or +01:00",
    "2018-01-23 14:30": "an offset from UTC at the end, such as Z or +01:00",
    "2018-01-23T14:23:19 CET": "an offset from UTC such as Z or +01:00",
    "2018-01-23T14:23:19+1:00": "an offset from UTC such as Z or +01:00",
    "2018-01-23T14:23:19+01:00:00": "an offset from UTC such as Z or +01:00",
    "2018-01-23T14:23:19+01:00[Europe/Berlin]": "nothing after the offset from UTC",
    "2018-01-23T14:23:19Z\n": "nothing after the offset from UTC",
    "20180123T14:23:19Z": "a time without colons, as the date has no hyphens",
    "2018-01-23T142319Z": "a time with colons, as the date has hyphens",
    "2018-13-23T14:23:19Z": "a month from 01 to 12",
    "2018-02-30T14:23:19Z": "a day from 01 to 28, which that month has",
    "2018-366T14:23:19Z": "a day of the year from 001 to 365",
    "2018-W04-8T14:23:19Z": "a weekday from 1 to 7",
    "2018-01-23T25:23:19Z": "hours from 00 to 23, or 24:00:00",
    "2018-01-23T14:60:19Z": "minutes from 00 to 59",
    "2016-12-31T23:59:60Z": "seconds from 00 to 59 (a leap second has no number of its own)",
    "2018-01-23T14:23:61Z": "seconds from 00 to 59",
    "2018-01-23T14:23:19+24:00": "an offset from UTC of less than 24 hours and 60 minutes",
    "0001-01-01T00:00:00+00:01": "a year from 0001 to 9999, in UTC",
  };
  for (const [text, words] of Object.entries(expected))
    assert.deepEqual(readInstant(text), { expected: words }, text);
});

test("of any text there is an instant or a part that is wrong", () => {
  const part = fc.constantFrom(
    "2018",
    "-",
    "01",
    "W04",
    "T",
    " ",
    "14",
    ":",
    "23",
    ".",
    "5",
    "Z",
    "+",
    "\n",
    "x",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(part).map((all) => all.join("")),
      ),
      (text) => {
        const read = readInstant(text);
        assert.ok("ms" in read ? Number.isSafeInteger(read.ms) : read.expected.length > 0);
        assert.ok(!("expected" in read && read.expected.startsWith("a date and a time")), text);
      },
    ),
    { numRuns: 2000 },
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toInstantMs } from "user-activity/dist/base/instants";
import { fromDuration } from "user-activity/dist/contract/coerce";
import { toDay } from "user-activity/dist/contract/times";
import { formatOf } from "user-activity/dist/events/text-formats";

/** Each form, asked of every text. */
const forms: Readonly<Record<string, (text: string) => boolean>> = {
  instant: (text) => toInstantMs(text) !== undefined,
  uuid: (text) => /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(text),
  date: (text) => toDay(text) !== undefined,
  duration: (text) => fromDuration(text) !== undefined,
  "number as text": (text) => /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text),
  "boolean as text": (text) => text === "true" || text === "false",
  "JSON as text": (text) => /^\s*[{[]/.test(text) && isJson(text),
};

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

const likely = fc.oneof(
  fc.constantFrom(
    ...["2018-01-23T14:23:19Z", "20180123T142319,5-01", "2018-W04-2 14z", "2018-023T24:00:00Z", "2018-01-23"],
    ...["6690E6C9-3ef0-4ed3-8b37-7f3964730bee", "P1D", "-PT1M30.5S", "P2W", "PT", "-1e5", "0.5", "-0", "00"],
    ...["true", "false", "True", ' {"a":1}', "[]", "[1", "{", "", " ", "\ufeff[]", "abcdef"],
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.uuid(),
  fc.double().map(String),
  fc.string(),
);

test("a text has the one form that it passes the test of, whatever it begins with", () => {
  const edited = fc.tuple(likely, fc.nat(), fc.string({ maxLength: 2 })).map(([text, at, more]) => {
    const cut = at % (text.length + 1);
    return text.slice(0, cut) + more + text.slice(cut + (at % 2));
  });
  fc.assert(
    fc.property(fc.oneof(likely, edited), (text) => {
      const passed = Object.keys(forms).filter((form) => forms[form]?.(text));
      assert.ok(passed.length <= 1, `${JSON.stringify(text)}: ${passed}`);
      assert.equal(formatOf(text), passed[0] ?? "text", JSON.stringify(text));
    }),
    { numRuns: 3000 },
  );
});

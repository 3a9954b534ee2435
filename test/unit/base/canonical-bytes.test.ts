import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CanonicalBytes } from "user-activity/dist/base/canonical-bytes";
import { parseJson } from "user-activity/dist/base/exact-numbers";
import { canonicalJson } from "user-activity/dist/base/json";

const canonicalBytes = new CanonicalBytes();

function write(json: string): string | undefined {
  return canonicalBytes.write(Buffer.from(json))?.toString();
}

const space = fc.constantFrom("", "", "", " ", "\n\t", "\r\n    ");
const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.stringMatching(/^-?(0|[1-9]\d{0,17})(\.\d{1,18})?([eE][-+]?\d{1,2})?$/),
  fc.constantFrom(
    "-0",
    "0.0",
    "1.50",
    "0.000001",
    "0.0000001",
    "1e15",
    "9007199254740991",
    "9007199254740992",
  ),
);
const text = fc.oneof(
  fc.string({ unit: "binary" }).map((one) => JSON.stringify(one)),
  fc.constantFrom('"\\/"', '"\\u00e9"', '"\\ud800"', '"\\\\"', '"a\\"b"', '"\u2028"', '"🙂\\n"', '"\x7f"'),
);
const key = fc.oneof(
  fc.stringMatching(/^[ -!#-[\]-~]{0,6}$/),
  fc.constantFrom("é", "a\\n", "__proto__", "a!", "a"),
);

/** JSON as it may be written: with white space, keys in any order and more than once, numbers and texts in any form. */
const { value: json } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom("true", "false", "null"),
    number,
    text,
    fc.tuple(space, fc.array(tie("value"))).map(([s, list]) => `[${s}${list.join(`${s},${s}`)}${s}]`),
    fc
      .tuple(space, fc.array(fc.tuple(key, tie("value"))))
      .map(([s, own]) => `{${s}${own.map(([name, one]) => `"${name}"${s}:${s}${one}`).join(`,${s}`)}${s}}`),
  ),
}));

test("bytes are written as their value is, however it is spelled, or left to it", () => {
  let [written, left] = [0, 0];
  fc.assert(
    fc.property(json, (value) => {
      const found = write(`{"value":${value}}`);
      if (found === undefined) left++;
      else {
        written++;
        assert.equal(found, canonicalJson(parseJson(`{"value":${value}}`)));
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(written > 500 && left > 50, `${written} written, ${left} left`);
});

test("only what the bytes do not tell is left to the value", () => {
  const told = [
    ['{"b":1,"a":[{"d":"é","c":0.5}]}', '{"a":[{"c":0.5,"d":"é"}],"b":1}'],
    [' {"a" : "\\u00e9\\/" , "" : -0 } ', '{"":0,"a":"é/"}'],
    ['{"ab":1,"a!":2,"a":3}', '{"a":3,"a!":2,"ab":1}'],
    ['{"a":[1.50,1E3,1e15,0.10000000000000001]}', '{"a":[1.5,1000,1000000000000000,0.1]}'],
    [`{"a":${"[".repeat(99)}${"]".repeat(99)}}`, `{"a":${"[".repeat(99)}${"]".repeat(99)}}`],
  ];
  for (const [given = "", expected] of told) assert.equal(write(given), expected);
  const members = Array.from({ length: 65 }, (_, index) => `"${index}":0`);
  const left = [
    '{"é":1}',
    '{"a\\n":1}',
    '{"a":1,"b":2,"a":3}',
    '{"a":9007199254740992}',
    '{"a":-1e400}',
    `{"a":${"[".repeat(100)}${"]".repeat(100)}}`,
    `{${members}}`,
    `{"a":"${"x".repeat(2 ** 18)}"}`,
  ];
  for (const given of left) assert.equal(write(given), undefined, given.slice(0, 40));
});

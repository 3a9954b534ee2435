import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ExactNumber, parseJson } from "user-activity/dist/base/exact-numbers";

function textOf(json: string): unknown {
  const value = parseJson(json);
  return value instanceof ExactNumber ? value.text : value;
}

test("numbers that doubles hold are doubles, whatever their size", () => {
  for (const json of ["1", "-0", "0.1", "9007199254740991", "9007199254740992", "1e16", "1e300", "1.5E+2"])
    assert.equal(textOf(json), JSON.parse(json), json);
});

test("numbers above 2^53 that no double is keep their text", () => {
  for (const json of [
    "9007199254740993",
    "-9007199254740993",
    "10000000000000001.0",
    "9007199254740993.5",
    "1e400",
    "-1E+400",
    "123456789012345678901e1",
    "1".repeat(400),
  ])
    assert.equal(textOf(json), json);
});

test("of the numbers that one double stands for, the one that it is written as is that double", () => {
  assert.equal(textOf("1152921504606847000"), 2 ** 60);
  assert.equal(textOf("1152921504606846976"), "1152921504606846976");
});

test("a number below 2^53 with more digits than a double has is that double", () => {
  assert.equal(textOf("0.1000000000000000055511151231257827"), 0.1);
  assert.equal(textOf("9007199254740990.9999"), 9007199254740991);
});

test("what looks like such a number within a text or a key is left alone", () => {
  for (const text of [":10000000000000001", '"10000000000000001', "\\", '\\"[1e400', "[,10000000000000001"]) {
    const json = JSON.stringify({ [text]: [text, { a: text }] });
    assert.deepEqual(parseJson(json), JSON.parse(json));
    const with1 = parseJson(`{"more":10000000000000001,${json.slice(1)}`) as Record<string, unknown>;
    assert.deepEqual(with1[text], [text, { a: text }]);
    assert.ok(with1.more instanceof ExactNumber);
  }
});

test("of a key that stands twice the last one counts, and __proto__ is a key like any other", () => {
  const value = parseJson('{"a":10000000000000001,"a":2,"__proto__":10000000000000001}') as object;
  assert.deepEqual(Object.entries(value), [
    ["a", 2],
    ["__proto__", new ExactNumber("10000000000000001")],
  ]);
});

test("100,000 levels, a million digits and a million digits of exponent are no hindrance", () => {
  const deep = parseJson(`${"[".repeat(100_000)}1e400${"]".repeat(100_000)}`);
  assert.ok(Array.isArray(deep));
  for (const json of [`1${"0".repeat(999_999)}1`, `1e${"9".repeat(100_000)}`]) {
    const value = parseJson(json);
    assert.ok(value instanceof ExactNumber && value.toDecimal().length > 0);
  }
});

test("text that is no JSON is refused as JSON.parse does", () => {
  for (const json of ["", "1e", "01", "[10000000000000001", '{"a":10000000000000001,}'])
    assert.throws(() => parseJson(json), SyntaxError);
});

test("two numbers have the same decimal exactly where they are equal", () => {
  const digits = fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n });
  const zeros = fc.nat(5);
  fc.assert(
    fc.property(digits, zeros, fc.bigInt({ min: -1n, max: 1n }), (number, count, more) => {
      const one = new ExactNumber(`${number}.0${"0".repeat(count)}`);
      const two = new ExactNumber(`${number + more}${"0".repeat(count)}e-${count}`);
      assert.equal(one.toDecimal() === two.toDecimal(), more === 0n);
      assert.ok(one.isWhole() && two.isWhole());
    }),
  );
});

test("any JSON is what JSON.parse makes of it, its great numbers by their text", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.bigInt({ min: -(2n ** 69n), max: 2n ** 69n }), (value, number) => {
      const json = JSON.stringify([value, 0, value]).replace(",0,", `,${number},`);
      const [before, read, after] = parseJson(json) as unknown[];
      if (JSON.stringify(value).includes(",0,")) return;
      assert.deepEqual(
        [before, after],
        [JSON.parse(JSON.stringify(value)), JSON.parse(JSON.stringify(value))],
      );
      assert.equal(BigInt(read instanceof ExactNumber ? read.text : String(read)), number);
    }),
  );
});

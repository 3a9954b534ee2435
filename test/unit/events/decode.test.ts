import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import {
  decodeEvent,
  decodeEvents,
  decodeText,
  examIdOf,
  hashEvent,
  hashExamId,
} from "user-activity/dist/events/decode";

function decode(text: string) {
  return decodeEvent(Buffer.from(text));
}

function refusal(value: Uint8Array | null): unknown {
  const decoded = decodeEvent(value);
  if (decoded.ok) return "decoded";
  const { path, ...failure } = decoded.failures[0] ?? assert.fail("no failure");
  assert.equal(path, "$");
  assert.equal(decoded.failures.length, 1);
  return { ...failure, text: decoded.text };
}

const deep = 100_000;
const deepText = (inner: string) => `{"a":${"[".repeat(deep)}${inner}${"]".repeat(deep)}}`;

test("a JSON object is decoded, with its text verbatim", () => {
  const text = ' {"b": 1.0, "a": ["é", null]} ';
  assert.deepEqual(decode(text), { ok: true, event: { b: 1, a: ["é", null] }, text });
});

test("a tombstone is refused", () => {
  assert.deepEqual(refusal(null), {
    rule: "tombstone",
    expected: "a JSON object",
    received: "nothing",
    text: null,
  });
});

test("bytes that are not UTF-8 are refused and have no text", () => {
  for (const bytes of [[0xff], [0x7b, 0xc3, 0x7d], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
    assert.deepEqual(refusal(Uint8Array.from(bytes)), {
      rule: "utf-8",
      expected: "text in UTF-8",
      received: `${bytes.length} bytes that are not UTF-8`,
      text: null,
    });
  }
});

test("a byte order mark is passed over and kept in the text, a second one is no JSON", () => {
  assert.deepEqual(decode('\ufeff{"a":1}'), { ok: true, event: { a: 1 }, text: '\ufeff{"a":1}' });
  assert.deepEqual(refusal(Buffer.from("\ufeff\ufeff{}")), {
    rule: "json",
    expected: "text that parses as JSON",
    received: '"\\ufeff\\ufeff{}"',
    text: "\ufeff\ufeff{}",
  });
});

test("the frame of a schema registry is told with the schema's ID, whatever stands behind it", () => {
  for (const [rest, what] of [
    ['{"a":1}', "JSON"],
    ["\u0002\u0006abc", "5 bytes"],
  ]) {
    const bytes = Buffer.concat([Buffer.from([0, 0, 0, 1, 200]), Buffer.from(rest ?? "")]);
    assert.deepEqual(decodeEvent(bytes), {
      ok: false,
      failures: [
        {
          path: "$",
          rule: "registry-frame",
          expected: "a JSON object",
          received: `a schema registry's five bytes, with ID 456, before ${what}`,
        },
      ],
      text: null,
    });
  }
  assert.equal(decodeEvent(Buffer.from("\0\0\0\0\u0007{}")).text, "\0\0\0\0\u0007{}");
});

test("NaN and its like are named with their place, texts left out", () => {
  for (const [text, received] of [
    ['{"NaN":"NaN \\" NaN","a":NaN}', "NaN at position 24"],
    ['{"a":[1,-Infinity]}', "-Infinity at position 8"],
    ['\ufeff{"a":undefined}', "undefined at position 6"],
    ['{"a":None,"b":NaN}', "None at position 5"],
    ['{"a":true,"b":True}', "True at position 14"],
    ["nan", "nan at position 0"],
    ['{"a":Nana}', JSON.stringify('{"a":Nana}')],
    ['{"a":null,}', JSON.stringify('{"a":null,}')],
  ] as const)
    assert.deepEqual(refusal(Buffer.from(text)), {
      rule: "json",
      expected: "text that parses as JSON",
      received,
      text,
    });
});

test("text that is not JSON is refused", () => {
  for (const text of ["", "{", "{'a': 1}", "{} {}", '{"a": 01}', '{"a":"\n"}']) {
    const expected = "text that parses as JSON";
    const received = JSON.stringify(text);
    assert.deepEqual(refusal(Buffer.from(text)), { rule: "json", expected, received, text });
  }
});

test("JSON that is no object is refused", () => {
  for (const text of ["[]", "null", "1", '"{}"', "true", "[{}]"]) {
    assert.deepEqual(refusal(Buffer.from(text)), {
      rule: "object",
      expected: "a JSON object",
      received: text,
      text,
    });
  }
});

test("nesting 100,000 levels deep is decoded and hashed", () => {
  const [one, two] = [decode(deepText("1")), decode(deepText("2"))];
  assert.ok(one.ok && two.ok);
  assert.ok(!hashEvent(one.event).equals(hashEvent(two.event)));
  const objects = decode(`${'{"a":'.repeat(deep)}1${"}".repeat(deep)}`);
  assert.equal(objects.ok && hashEvent(objects.event).length, 16);
});

test("a value of 1 MB is decoded and hashed", () => {
  const decoded = decode(JSON.stringify({ list: new Array(200_000).fill(1), text: "é".repeat(300_000) }));
  assert.equal(decoded.ok && hashEvent(decoded.event).length, 16);
});

test("any bytes are decoded or refused, and what is decoded is the bytes' own text", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      const { text } = decodeEvent(bytes);
      assert.equal(text, decodeText(bytes));
      if (text !== null) assert.deepEqual(Buffer.from(text), Buffer.from(bytes));
    }),
  );
});

test("the hash is that of the canonical JSON text", () => {
  const canonical = '{"a":[1,"x"],"b":{"":null,"é":"\\"\\n"},"c":-0.5}';
  const expected = createHash("sha256").update(canonical).digest().subarray(0, 16);
  assert.deepEqual(hashEvent({ c: -0.5, b: { é: '"\n', "": null }, a: [1, "x"] }), expected);
});

test("key order, white space and the way a number is written do not change the hash", () => {
  const same = ['{"a":3,"b":[0]}', '{ "b": [-0.0], "a": 3.0 }', '{"b":[0e9],"a":30e-1}'];
  const hashes = new Set(same.map((text) => hashEvent(JSON.parse(text)).toString("hex")));
  assert.equal(hashes.size, 1);
});

test("different values have different hashes", () => {
  const different = [
    '{"a":[1,2]}',
    '{"a":[2,1]}',
    '{"a":["1",2]}',
    '{"a":[[1],2]}',
    '{"a":{"1":2}}',
    '{"a":[]}',
    '{"a":{}}',
    '{"a":null}',
    '{"a":"null"}',
    '{"a":1e400}',
    '{"a":"\\ud800"}',
    '{"a":"\\ufffd"}',
    '{"a":"\\\\ud800"}',
    '{"__proto__":{"a":1}}',
    '{"__proto__":null}',
    "{}",
  ];
  const hashes = different.map((text) => hashEvent(JSON.parse(text)).toString("hex"));
  assert.equal(new Set(hashes).size, different.length);
});

test("events that differ in a number above 2^53 have different hashes, however it is written", () => {
  const hashOf = (number: string) => {
    const decoded = decode(`{"a":[{"x":${number}}]}`);
    return decoded.ok ? hashEvent(decoded.event).toString("hex") : assert.fail(number);
  };
  const different = [
    "10000000000000000",
    "10000000000000001",
    "1e400",
    "1e500",
    "-1e400",
    "9007199254740993.5",
  ];
  assert.equal(new Set(different.map(hashOf)).size, different.length);
  const same = [
    "10000000000000001",
    "10000000000000001.00",
    "1.0000000000000001e16",
    "100000000000000010E-1",
  ];
  assert.equal(new Set(same.map(hashOf)).size, 1);
});

test("the hash of an event with no number but doubles is what it was before", () => {
  for (const number of ["9007199254740992", "1e300", "123456789012345680000", "0.1", "0.10000000000000001"]) {
    const text = `{"a":${number}}`;
    const decoded = decode(text);
    assert.deepEqual(decoded.ok && hashEvent(decoded.event), hashEvent(JSON.parse(text)), number);
  }
});

test("any two JSON values have the same hash exactly where they are equal, key order aside", () => {
  const reverse = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reverse);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, child]) => [key, reverse(child)]),
    );
  };
  const isSame = (a: unknown, b: unknown) => {
    try {
      assert.deepEqual(a, b);
      return true;
    } catch {
      return false;
    }
  };
  const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));
  fc.assert(
    fc.property(json, json, (a, b) => {
      assert.deepEqual(hashEvent(a), hashEvent(reverse(a)));
      assert.equal(hashEvent(a).equals(hashEvent(b)), isSame(a, b));
    }),
  );
});

test("an exam ID's hash is 16 bytes of sha256 over its UTF-8", () => {
  assert.deepEqual(hashExamId("é"), createHash("sha256").update("é", "utf8").digest().subarray(0, 16));
});

test("an event's exam ID is non-empty, well-formed text of its own", () => {
  assert.equal(examIdOf({ user_exam_id: "a" }), "a");
  for (const id of ["", 1, null, undefined, "\ud800"])
    assert.equal(examIdOf({ user_exam_id: id }), undefined);
  assert.equal(examIdOf(JSON.parse('{"__proto__": {"user_exam_id": "a"}}')), undefined);
});

test("the hash that comes with an event is that of its value, whatever stands around it", () => {
  const event = '{ "b": [1.0, "\\u00e9"], "a": {"z": null, "y": -0} }';
  const whole = (value: unknown) => ({ ok: true, events: [value], paths: [""] }) as const;
  for (const value of [event, `\ufeff${event}`, `\0\0\0\0\u0007${event}`]) {
    const decoded = decodeEvents(Buffer.from(value), { events: "$", registryFrame: true }, whole);
    assert.deepEqual(decoded.ok && decoded.hash, hashEvent(JSON.parse(event)));
  }
  const inside = decodeEvents(Buffer.from(`{"one":${event}}`), { events: "one" }, (value) => ({
    ok: true,
    events: [(value as { one: unknown }).one],
    paths: ["one"],
  }));
  assert.equal(inside.ok && inside.hash, undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { findHint, findHintOf } from "user-activity/dist/events/hints";
import { anEvent, withoutCounts } from "../../helpers/an-event";

const event = JSON.stringify(anEvent());
const hintFor = (text: string | Uint8Array) => findHint(Buffer.from(text));

test("an event that lacks something, text and other objects get no hint", () => {
  for (const text of [
    event,
    JSON.stringify(withoutCounts()),
    "{}",
    '{"a":{"b":1}}',
    "[]",
    "3",
    "null",
    "",
    "not JSON",
    '{"a":',
  ])
    assert.equal(hintFor(text), undefined, text);
  assert.equal(findHint(null), undefined);
});

test("a schema registry's bytes are told with the schema's ID, before JSON or something else", () => {
  const frame = Buffer.from([0, 0, 0, 0, 7]);
  assert.match(
    hintFor(Buffer.concat([frame, Buffer.from(event)])) ?? "",
    /five bytes, with ID 7, stand before JSON/,
  );
  assert.match(hintFor(Buffer.concat([frame, Buffer.from([2, 6, 97])])) ?? "", /ID 7, .* Avro or Protobuf/);
});

test("a record one level deeper is told by where it stands", () => {
  for (const [text, where] of [
    [`{"schema":{},"payload":${event}}`, "under payload:"],
    [`{"before":null,"after":${event},"op":"c"}`, "under after:"],
    [`{"schema":{},"payload":{"before":null,"after":${event}}}`, "under payload.after:"],
  ] as const)
    assert.equal(hintFor(text), `the record stands one level deeper, ${where} send what stands there`);
  for (const [text, words] of [
    [`{"data":[${event},${event}]}`, "2 records stand one level deeper, under data[]:"],
    [`{"result":[${event}]}`, "1 record stands one level deeper, under result[]:"],
  ] as const)
    assert.equal(hintFor(text), `${words} send each as a message of its own`);
});

test("JSON within JSON is told, as all there is or under a key", () => {
  const words = "it was encoded twice; send it as it is";
  assert.equal(hintFor(JSON.stringify(event)), `text that holds JSON: ${words}`);
  assert.equal(hintFor(JSON.stringify({ payload: event })), `text that holds JSON under payload: ${words}`);
});

test("base64 is told, bare and as JSON text", () => {
  const base64 = Buffer.from(event).toString("base64");
  for (const text of [base64, `"${base64}"`, Buffer.from(event).toString("base64url")])
    assert.equal(hintFor(text), "base64 of JSON: send the bytes that it stands for");
  assert.equal(hintFor(gzipSync(event)), "gzip: send what it holds, as JSON in UTF-8");
});

test("several events in one message are counted, in an array, one a line or without anything between", () => {
  for (const text of [`[${event},${event}]`, `${event}\n${event}\n`, `${event}${event}`])
    assert.equal(hintFor(text), "the message holds 2 events: send each as a message of its own");
});

test("each line of a document that was sent line by line is told", () => {
  const lines = JSON.stringify([anEvent()], null, 2).split("\n");
  const unseen = lines.filter((line) => !hintFor(line)?.startsWith("a line of a document"));
  assert.deepEqual(unseen, []);
  assert.match(hintFor(`${event},`) ?? "", /^a line of a document/);
});

test("a row of quarantine is looked into by its text or its bytes", () => {
  const bytes = Buffer.from([0, 255, 255, 0, 7, 1, 2]);
  assert.match(findHintOf({ value: null, value_base64: bytes.toString("base64") }) ?? "", /ID 4294901767/);
  assert.match(findHintOf({ value: `[${event}]`, value_base64: null }) ?? "", /holds 1 event:/);
  assert.equal(findHintOf({ value: null, value_base64: null }), undefined);
});

test("any bytes and any JSON, however deep and long: never a throw", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void findHint(bytes)));
  fc.assert(fc.property(fc.jsonValue(), (value) => void hintFor(JSON.stringify(value))));
  for (const text of [
    "[".repeat(100_000) + "]".repeat(100_000),
    "} {".repeat(300_000),
    `"${"\\\\".repeat(500_000)}`,
    "A".repeat(1_000_000),
  ])
    assert.equal(hintFor(text), undefined);
});

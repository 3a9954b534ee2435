import assert from "node:assert/strict";
import { test } from "node:test";
import { formatSchema } from "user-activity/dist/cli/infer";
import { inferSchema } from "user-activity/dist/events/infer";

const shown = (events: readonly unknown[], width?: number) => {
  const counts = { topic: "t", messageCount: events.length + 1, undecodableCount: 1 };
  return formatSchema({ ...counts, ...inferSchema(events) }, width).split("\n");
};

test("a path is a line: types, what text is, how often it is there, nulls, an example", () => {
  const lines = shown([{ a: "true", b: [1, 2.5] }, { a: null, b: [] }, { b: [3, 4] }]);
  assert.match(lines[3] ?? "", /^│ a +│ string 1, null 1 +│ boolean as text 1 │ +66\.7 % │ +1 │ "true" +│$/);
  assert.match(lines[5] ?? "", /^│ b\[\] +│ integer 3, number 1 +│ +│ +× 1\.3 │ +0 │ 1 +│$/);
  assert.equal(lines.at(-1), "4 messages of topic t: 3 events, 1 no JSON object, 3 paths");
});

test("what is nearly always there is not shown as always", () => {
  const events = Array.from({ length: 5000 }, (_, index) => (index === 7 ? {} : { a: 1 }));
  assert.match(shown(events)[3] ?? "", /│ +99\.9 % │/);
});

test("a path or an example with control characters does not reach the terminal", () => {
  const text = shown([{ "a\u001b[31m": "\u202e" }]).join("\n");
  for (const one of ["\u001b", "\u202e"]) assert.ok(!text.includes(one));
});

test("examples are cut to the terminal's width", () => {
  const lines = shown([{ a: "x".repeat(70) }], 70);
  assert.ok(Math.max(...lines.map((line) => line.length)) <= 70);
});

test("a topic without an event has no table", () => {
  assert.deepEqual(shown([]), ["1 messages of topic t: 0 events, 1 no JSON object, 0 paths"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { formatEvents, formatGroups } from "user-activity/dist/cli/quarantine-report";
import type { QuarantineGroups, RefusedEvent } from "user-activity/dist/sql/quarantine";

const example = { partition: 1, offset: 7n, path: "started_at", expected: "an instant", received: '"no"' };
const report: QuarantineGroups = {
  groups: [{ table: "grades_ID", rule: "instant", path: "started_at", events: 1234, example }],
  groupCount: 1,
  refusals: 1234,
  messages: 1234,
  all: { refusals: 1240, messages: 1238, quarantined: 1236 },
  crossingConflicts: 0,
};
const event: RefusedEvent = {
  topic: "t",
  partition: 0,
  offset: 3n,
  timestamp: "2018-01-23T14:23:19.082Z",
  table: "grades_ID",
  failures: [{ path: "exam_name", rule: "type", expected: "non-empty text", received: "1" }],
  value: '{"exam_name":1}',
  value_base64: null,
  file: "more.json",
  line: 12,
  record: 3,
};

test("groups are a table, with what they add up to below it", () => {
  const lines = formatGroups(report).split("\n");
  assert.match(lines[3] ?? "", /│ grades_ID │ instant │ started_at │ +1,234 │ 1@7 +│ "no" +│/);
  assert.deepEqual(lines.slice(-2), [
    "refusals: 1,234 of 1,240 in all, messages: 1,234",
    "of the 1,238 messages in quarantine the sum counts 1,236 as quarantined, 2 not: only parts of them, such as questions, were refused",
  ]);
});

test("conflicts across partitions are told, with which of the two counts", () => {
  const line = formatGroups({ ...report, crossingConflicts: 1200 })
    .split("\n")
    .at(-1);
  assert.equal(line, "1,200 conflicts across partitions: where contents differ, the lowest partition counts");
});

test("an empty quarantine and an empty selection say so", () => {
  const none = { ...report, groups: [], groupCount: 0, refusals: 0, messages: 0 };
  const empty = { ...none, all: { refusals: 0, messages: 0, quarantined: 0 } };
  assert.equal(formatGroups(empty), "quarantine is empty: no event was refused");
  assert.match(formatGroups(none), /^nothing in quarantine is of this kind\nrefusals: 0 of 1,240 in all/);
  assert.equal(formatEvents([]), "nothing in quarantine is of this kind");
});

test("says how many groups are not shown", () => {
  assert.match(formatGroups({ ...report, groupCount: 3 }), /^the first 1 of 3 groups$/m);
});

test("what was received is cut to the terminal's width", () => {
  const long = { ...example, received: "x".repeat(80) };
  const groups = [{ table: "events", rule: "json", path: "$", events: 1, example: long }];
  const widths = formatGroups({ ...report, groups }, 90)
    .split("\n")
    .slice(0, 5);
  assert.ok(
    widths.every((line) => line.length <= 90),
    widths.join("\n"),
  );
  assert.match(widths[3] ?? "", /x…/);
});

test("events come with their failures and their value, control characters escaped", () => {
  assert.equal(
    formatEvents([
      event,
      { ...event, value: "\u001b[31m\u202e", offset: 4n, timestamp: null, file: null, line: null },
    ]),
    `t/0@3  more.json:12  2018-01-23T14:23:19.082Z  refused by grades_ID
  field "exam_name": expected non-empty text, received 1
  value: {"exam_name":1}

t/0@4  record 3 of its file  no timestamp  refused by grades_ID
  field "exam_name": expected non-empty text, received 1
  value: \\u001b[31m\\u202e`,
  );
});

test("long values and long lists of failures are cut, tombstones and bytes named", () => {
  const failures = Array.from({ length: 25 }, () => event.failures[0] ?? assert.fail());
  const long = formatEvents([{ ...event, failures, value: "😀".repeat(500) }]);
  assert.match(long, /\n {2}and 5 more failures\n {2}value: (😀){399}…$/u);
  assert.match(formatEvents([{ ...event, value: null }]), /value: none \(a tombstone\)$/);
  assert.match(formatEvents([{ ...event, value: null, value_base64: "//4=" }]), /value in base64: \/\/4=$/);
});

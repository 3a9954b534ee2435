import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createExamIndex, type ExamIndex } from "user-activity/dist/events/exam-index";
import { decideOutcome, type ShippedOutcome } from "user-activity/dist/events/shipped-outcomes";
import { tables } from "user-activity/dist/tables/tables";
import { anEvent, withoutCounts } from "../../helpers/an-event";
import { realRecords } from "../../helpers/real-records";

const at = { topic: "t", partition: 3, offset: 12345678901234567890n, timestamp: 1516717442735 };

function decide(value: unknown, exams: ExamIndex = createExamIndex()): ShippedOutcome {
  const bytes = value === null || Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
  return decideOutcome({ ...at, key: null, value: bytes, headers: [] }, exams);
}

test("a sound event gives a raw row, a grade and its questions", () => {
  const text = JSON.stringify(anEvent());
  const headers = [
    { key: "h", value: Buffer.from("é") },
    { key: "h", value: null },
    { key: "", value: Buffer.from([0xff]) },
  ];
  const message = { ...at, key: Buffer.from("a-1"), value: Buffer.from(text), headers };
  const { kind, raw, grade, questions, quarantine } = decideOutcome(message, createExamIndex());
  assert.deepEqual(
    { kind, raw, quarantine },
    {
      kind: "graded",
      raw: {
        ...at,
        ...{ key: "a-1", key_base64: null, value: text, value_base64: null },
        headers: [
          { key: "h", value: "é", value_base64: null },
          { key: "h", value: null, value_base64: null },
          { key: "", value: null, value_base64: "/w==" },
        ],
      },
      quarantine: [],
    },
  );
  assert.deepEqual([grade?.user_exam_id, grade?.score, grade?.offset], ["a-1", 0.5, at.offset]);
  assert.deepEqual(
    questions.map(({ question_id, offset }) => [question_id, offset]),
    [
      ["q-1", at.offset],
      ["q-2", at.offset],
    ],
  );
});

test("a duplicate gives a raw row only", () => {
  const exams = createExamIndex();
  decide(anEvent(), exams);
  const { kind, raw, grade, questions, quarantine } = decide(anEvent(), exams);
  assert.deepEqual(
    [kind, raw.value, grade, questions, quarantine],
    ["duplicate", JSON.stringify(anEvent()), null, [], []],
  );
});

test("exam IDs do not meet, and an index that was handed over knows them all", () => {
  const [exams, later] = [createExamIndex(), createExamIndex()];
  const other = { ...anEvent(), user_exam_id: "a-2" };
  assert.deepEqual([decide(anEvent(), exams).kind, decide(other, exams).kind], ["graded", "graded"]);
  later.apply(exams.changes());
  assert.deepEqual([decide(anEvent(), later).kind, decide(other, later).kind], ["duplicate", "duplicate"]);
});

test("an event refused by grades_ID is quarantined with its text, and its questions land", () => {
  const { kind, grade, questions, quarantine } = decide(withoutCounts());
  const failures = [
    { path: "sequences.counts", rule: "required", expected: "an object", received: "nothing" },
  ];
  const value = JSON.stringify(withoutCounts());
  assert.deepEqual([kind, grade, questions.length], ["quarantined", null, 2]);
  assert.deepEqual(quarantine, [{ ...at, table: "grades_ID", failures, value, value_base64: null }]);
});

test("an event refused by questions_pool_data alone is graded and quarantined for that table", () => {
  const { kind, grade, questions, quarantine } = decide(anEvent({ questions: [1] }));
  assert.deepEqual([kind, grade?.score, questions], ["graded", 0.5, []]);
  assert.deepEqual(
    quarantine.map(({ table }) => table),
    ["questions_pool_data"],
  );
});

test("an event refused by both tables has a row for each", () => {
  const { kind, quarantine } = decide({ ...anEvent(), user_exam_id: "" });
  assert.equal(kind, "quarantined");
  assert.deepEqual(
    quarantine.map(({ table, failures }) => [table, failures.map(({ rule }) => rule)]),
    [
      ["grades_ID", ["non-empty"]],
      ["questions_pool_data", ["non-empty"]],
    ],
  );
});

test("events without an exam ID have nothing to do with each other", () => {
  const exams = createExamIndex();
  for (let i = 0; i < 2; i++)
    assert.equal(decide({ ...anEvent(), user_exam_id: null }, exams).kind, "quarantined");
  assert.equal(exams.size, 0);
});

test("a tombstone is quarantined by events, without a value", () => {
  const { kind, raw, quarantine } = decide(null);
  assert.deepEqual([kind, raw.value], ["quarantined", null]);
  assert.deepEqual(
    quarantine.map(({ table, value, value_base64, failures }) => [
      table,
      value,
      value_base64,
      failures[0]?.rule,
    ]),
    [["events", null, null, "tombstone"]],
  );
});

test("bytes that are not UTF-8 are kept in base64, those of a key too", () => {
  const bytes = Buffer.from([0xff, 0xfe, 0]);
  const message = { ...at, key: bytes, value: bytes, headers: [] };
  const { raw, quarantine } = decideOutcome(message, createExamIndex());
  assert.deepEqual([raw.key, raw.key_base64, raw.value, raw.value_base64], [null, "//4A", null, "//4A"]);
  assert.deepEqual(
    quarantine.map(({ table, value, value_base64 }) => [table, value, value_base64]),
    [["events", null, "//4A"]],
  );
});

test("text that is no JSON object is quarantined verbatim, byte order mark and all", () => {
  for (const text of ["\ufeff[]", "", "[1]", "not JSON"]) {
    const { kind, raw, quarantine } = decide(Buffer.from(text));
    assert.deepEqual(
      [kind, raw.value, quarantine[0]?.value, quarantine[0]?.value_base64],
      ["quarantined", text, text, null],
    );
  }
});

test("an event behind a byte order mark is graded, and raw_data keeps the mark", () => {
  const text = `\ufeff${JSON.stringify(anEvent())}`;
  const { kind, raw } = decide(Buffer.from(text));
  assert.deepEqual([kind, raw.value], ["graded", text]);
});

test("rows have their tables' columns in order", () => {
  const columns = (table: keyof typeof tables) => tables[table].columns.map(({ name }) => name);
  const outcome = decide(anEvent());
  assert.deepEqual(Object.keys(outcome.raw), columns("raw_data"));
  assert.deepEqual(Object.keys(outcome.grade ?? {}), columns("grades_ID"));
  assert.deepEqual(Object.keys(outcome.questions[0] ?? {}), columns("questions_pool_data"));
  assert.deepEqual(Object.keys(decide(null).quarantine[0] ?? {}), columns("quarantine"));
});

test("any bytes and any JSON: never a throw, and the sum holds", () => {
  const exam = fc.constantFrom("a-1", "a-2");
  const event = fc.oneof(
    exam.map((user_exam_id) => ({ ...anEvent(), user_exam_id })),
    fc.tuple(exam, fc.jsonValue()).map(([user_exam_id, note]) => ({ ...anEvent(), user_exam_id, note })),
    fc
      .tuple(exam, fc.jsonValue())
      .map(([user_exam_id, sequences]) => ({ ...anEvent(), user_exam_id, sequences })),
    fc.jsonValue().map((questions) => anEvent({ questions })),
    fc.jsonValue(),
  );
  const value = fc.oneof(
    event.map((json) => Buffer.from(JSON.stringify(json))),
    fc.uint8Array(),
    fc.constant(null),
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 12 }), (values) => {
      const exams = createExamIndex();
      const outcomes = values.map((bytes) => decide(bytes, exams));
      const grades = outcomes.flatMap(({ grade }) => grade?.user_exam_id ?? []);
      const refusals = outcomes.filter(({ quarantine }) =>
        quarantine.some(({ table }) => table !== "questions_pool_data"),
      );
      const count = (kind: string) => outcomes.filter((outcome) => outcome.kind === kind).length;
      assert.equal(count("graded") + count("duplicate") + count("quarantined"), values.length);
      assert.deepEqual([grades.length, refusals.length], [count("graded"), count("quarantined")]);
      assert.equal(new Set(grades).size, grades.length);
      const asked = outcomes.flatMap(({ questions }) =>
        questions.map((row) => `${row.user_exam_id}/${row.question_index}`),
      );
      assert.equal(new Set(asked).size, asked.length);
      for (const { received } of outcomes.flatMap(({ quarantine }) =>
        quarantine.flatMap(({ failures }) => failures),
      ))
        assert.ok(received.length > 0 && received.length <= 80 && !/\p{Surrogate}/u.test(received));
    }),
  );
});

test("real records: each with counts is graded, each without is quarantined, twice the same is a duplicate", {
  skip: !realRecords,
}, () => {
  const exams = createExamIndex();
  for (const event of realRecords ?? []) {
    const hasCounts = "counts" in (event.sequences as object);
    const [first, second] = [decide(event, exams), decide(event, exams)];
    assert.deepEqual(
      [first.kind, second.kind],
      hasCounts ? ["graded", "duplicate"] : ["quarantined", "quarantined"],
    );
    assert.ok(first.questions.length > 0 && second.questions.length === 0);
  }
});

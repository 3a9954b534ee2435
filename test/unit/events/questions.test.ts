import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { optionSchema, questionSchema, toQuestionRows } from "user-activity/dist/events/questions";
import { fieldsOf } from "user-activity/dist/tables/columns";
import { type Column, tables } from "user-activity/dist/tables/tables";
import { realRecords } from "../../helpers/real-records";

const origin = { partition: 1, offset: 42n };

const touched = { checked: true, at: "2018-01-23T14:23:24.670Z", id: "o-1", submitted: 1, correct: true };
const answered = {
  user_incomplete: false,
  user_correct: true,
  options: [touched, { checked: false, id: "o-2" }],
  user_submitted: true,
  id: "q-1",
  user_result: "correct",
};

function eventWith(questions: unknown, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    user_exam_id: "a-1",
    base_exam_id: "b-1",
    exam_name: "Reading Tea Leaves",
    started_at: "2018-01-23T14:23:19.082Z",
    sequences: { questions },
    ...changes,
  };
}

function rowsOf(event: Record<string, unknown>) {
  const questions = toQuestionRows(event, origin);
  return questions.kind === "rows" ? questions.rows : assert.fail(JSON.stringify(questions));
}

function failuresOf(event: Record<string, unknown>): readonly string[] {
  const questions = toQuestionRows(event, origin);
  return questions.kind === "refused"
    ? questions.failures.map(({ path, rule }) => `${path} ${rule}`)
    : assert.fail(questions.kind);
}

test("each question becomes a row, columns in the table's order", () => {
  const [first, second, ...more] = rowsOf(eventWith([answered, { ...answered, id: "q-2" }]));
  assert.deepEqual(first, {
    user_exam_id: "a-1",
    base_exam_id: "b-1",
    exam_name: "Reading Tea Leaves",
    started_at: 1516717399082,
    question_index: 0,
    question_id: "q-1",
    user_result: "correct",
    user_correct: true,
    user_incomplete: false,
    user_submitted: true,
    options: [
      { id: "o-1", checked: true, correct: true, submitted: 1, at: 1516717404670 },
      { id: "o-2", checked: false, correct: null, submitted: null, at: null },
    ],
    ...origin,
  });
  assert.deepEqual([second?.question_index, second?.question_id, more.length], [1, "q-2", 0]);
  assert.deepEqual(Object.keys(first ?? {}), names(tables.questions_pool_data.columns));
  const options = tables.questions_pool_data.columns.find(({ name }) => name === "options")?.type;
  assert.deepEqual(Object.keys(first?.options[0] ?? {}), names(fieldsOf(options ?? "STRING")));
});

function names(columns: readonly Column[]): readonly string[] {
  return columns.map(({ name }) => name);
}

test("the schemas' columns have the table's types and nullability", () => {
  const { columns } = tables.questions_pool_data;
  const options = columns.find(({ name }) => name === "options")?.type;
  const expected = [...columns.slice(5, 10), ...fieldsOf(options ?? "STRING")];
  const described = [...questionSchema.fields, ...optionSchema.fields];
  assert.deepEqual(
    described.map(({ column, type, nullable }) => [column, type, nullable]),
    expected.map(({ name, type, nullable }) => [name, type, nullable]),
  );
});

test("a question with only options and an id has nulls for the rest", () => {
  const [row] = rowsOf(eventWith([{ id: "q-1", options: [] }]));
  assert.deepEqual(
    [row?.user_result, row?.user_correct, row?.user_incomplete, row?.user_submitted, row?.options],
    [null, null, null, null, []],
  );
});

test("null stands for absent", () => {
  const nothing = { user_result: null, user_correct: null, user_incomplete: null, user_submitted: null };
  const option = { id: "o", checked: true };
  const options = [{ ...option, correct: null, submitted: null, at: null }];
  assert.deepEqual(
    rowsOf(eventWith([{ ...nothing, id: "q", options }])),
    rowsOf(eventWith([{ id: "q", options: [option] }])),
  );
});

test("no question is left out for an exam_name or started_at that does not fit", () => {
  for (const started_at of [undefined, null, 5, "yesterday", "2018-02-30T00:00:00Z"]) {
    assert.equal(rowsOf(eventWith([answered], { started_at }))[0]?.started_at, null);
  }
  for (const exam_name of [undefined, null, 5, "\udc00"]) {
    assert.equal(rowsOf(eventWith([answered], { exam_name }))[0]?.exam_name, null);
  }
});

test("an empty questions array has no rows, but is one", () => {
  assert.deepEqual(toQuestionRows(eventWith([]), origin), { kind: "rows", rows: [] });
});

test("without questions there is nothing to take or to refuse", () => {
  for (const questions of [undefined, null]) {
    assert.deepEqual(toQuestionRows(eventWith(questions), origin), { kind: "absent" });
  }
  for (const sequences of [undefined, null, [], "none"]) {
    assert.deepEqual(toQuestionRows({ user_exam_id: "a", sequences }, origin), { kind: "absent" });
  }
  const inherited = JSON.parse('{"__proto__": {"sequences": {"questions": []}}}');
  assert.deepEqual(toQuestionRows(inherited, origin), { kind: "absent" });
});

test("questions that are there and no array are refused, as options are", () => {
  const one = { id: "q-1", options: [] };
  for (const questions of [{}, { 0: one, 2: one }, one, "[]", "", 3, 0, true, false]) {
    const refused = toQuestionRows(eventWith(questions), origin);
    assert.deepEqual(refused, {
      kind: "refused",
      failures: [
        {
          path: "sequences.questions",
          rule: "type",
          expected: "an array of questions",
          received: JSON.stringify(questions),
        },
      ],
    });
  }
  assert.deepEqual(failuresOf({ sequences: { questions: {} } }), [
    "user_exam_id required",
    "sequences.questions type",
  ]);
});

test("questions of nobody are refused", () => {
  assert.deepEqual(failuresOf({ sequences: { questions: [] } }), ["user_exam_id required"]);
  assert.deepEqual(failuresOf(eventWith([answered], { user_exam_id: "" })), ["user_exam_id non-empty"]);
});

test("no question is left out for a base_exam_id that does not fit", () => {
  for (const base_exam_id of [undefined, null, 7, "\ud800"]) {
    const questions = toQuestionRows(eventWith([answered], { base_exam_id }), origin);
    assert.ok(questions.kind === "rows" && questions.rows[0]?.base_exam_id === null);
  }
});

test("every failure of every question and option is reported by its path", () => {
  const questions = [
    answered,
    7,
    { options: null, user_correct: "true", user_result: 1 },
    { id: "", options: [touched, null, { id: 1, checked: 1, correct: "x", submitted: 1.5, at: "today" }] },
    { id: "q", options: {} },
  ];
  const at = "sequences.questions";
  assert.deepEqual(failuresOf(eventWith(questions)), [
    `${at}[1] type`,
    `${at}[2].id required`,
    `${at}[2].user_result type`,
    `${at}[2].user_correct type`,
    `${at}[2].options required`,
    `${at}[3].id non-empty`,
    `${at}[3].options[1] required`,
    `${at}[3].options[2].id type`,
    `${at}[3].options[2].checked type`,
    `${at}[3].options[2].correct type`,
    `${at}[3].options[2].submitted whole`,
    `${at}[3].options[2].at instant`,
    `${at}[4].options type`,
  ]);
});

test("a hundred thousand wrong questions are a hundred thousand failures", () => {
  assert.equal(failuresOf(eventWith(new Array(100_000).fill(0))).length, 100_000);
});

test("any JSON in place of questions gives as many rows as questions, or is refused whole", () => {
  const option = fc.oneof({ weight: 3, arbitrary: fc.constant(touched) }, fc.jsonValue());
  const question = fc.oneof(
    { weight: 3, arbitrary: fc.array(option).map((options) => ({ ...answered, options })) },
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(fc.oneof(fc.array(question), fc.jsonValue()), (questions) => {
      const taken = toQuestionRows(eventWith(questions), origin);
      if (taken.kind === "absent") assert.equal(questions, null);
      if (taken.kind === "rows") assert.equal(taken.rows.length, (questions as unknown[]).length);
      if (taken.kind === "refused") assert.ok(taken.failures.length > 0);
    }),
  );
});

test("real records give all their questions and options", { skip: !realRecords }, () => {
  for (const event of realRecords ?? []) {
    const { questions } = event.sequences as { questions: { id: string; options: object[] }[] };
    const rows = rowsOf(event);
    assert.deepEqual(
      rows.map(({ question_id, options }) => [question_id, options.length]),
      questions.map(({ id, options }) => [id, options.length]),
    );
  }
});

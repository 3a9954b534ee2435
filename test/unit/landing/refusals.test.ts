import assert from "node:assert/strict";
import { test } from "node:test";
import { formatRefused, isOver } from "user-activity/dist/cli/refused-report";
import { createExamIndex } from "user-activity/dist/events/exam-index";
import { decideOutcome } from "user-activity/dist/events/shipped-outcomes";
import { Refusals } from "user-activity/dist/landing/refusals";
import { anEvent } from "../../helpers/an-event";

function refuse(...values: readonly (object | string)[]) {
  const refusals = new Refusals();
  const exams = createExamIndex();
  for (const [index, value] of values.entries()) {
    const bytes = Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
    const place = { topic: "t", partition: 2, offset: BigInt(index), timestamp: 0 };
    refusals.add(decideOutcome({ ...place, key: null, value: bytes, headers: [] }, exams), bytes);
  }
  return refusals.toRefused();
}

test("nothing refused is no group", () => {
  assert.deepEqual(refuse(anEvent(), anEvent()), { messages: 0, largest: null });
});

test("a message counts once, however many tables refuse it for however much", () => {
  const questions = [
    { id: 1, options: [] },
    { id: 2, options: [] },
  ];
  const { messages, largest } = refuse(
    { ...anEvent({ questions }), exam_name: 1 },
    { ...anEvent({ questions }), user_exam_id: "a-2" },
    "no JSON",
  );
  assert.equal(messages, 3);
  assert.deepEqual(largest, {
    table: "questions_pool_data",
    rule: "type",
    path: "sequences.questions[*].id",
    messages: 2,
    example: {
      partition: 2,
      offset: "0",
      path: "sequences.questions[0].id",
      expected: "non-empty text",
      received: "1",
    },
  });
});

test("the largest group has its reason and a hint in one line", () => {
  const refused = refuse(anEvent(), { payload: anEvent() }, { payload: anEvent() });
  assert.equal(
    formatRefused({ consumed: 1000, graded: 1, refused }),
    '2 of 1,000 messages; 2 by grades_ID, such as 2@1: field "user_exam_id": expected non-empty text, received nothing (hint: the record stands one level deeper, under payload: send what stands there); "npx user-activity quarantine" shows all',
  );
  assert.match(
    formatRefused({ consumed: 2, graded: 0, refused }),
    /^2 of 2 messages, and nothing was graded; /,
  );
});

test("a share is over a percentage where it is more, not where it is as much", () => {
  const refused = { messages: 1, largest: null };
  const isOverAt = (consumed: number, percent: number) => isOver({ consumed, graded: 1, refused }, percent);
  assert.deepEqual(
    [isOverAt(100, 1), isOverAt(99, 1), isOverAt(200, 0.5), isOverAt(1000, 0)],
    [false, true, false, true],
  );
  assert.equal(isOver({ consumed: 0, graded: 0, refused: { messages: 0, largest: null } }, 0), false);
});

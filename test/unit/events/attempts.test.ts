import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventPlace } from "user-activity/dist/contract/reading";
import { shippedContract } from "user-activity/dist/contract/shipped";
import {
  type ExamState,
  judgeFirst,
  readDelivery,
  toDecision,
  unknownExam,
} from "user-activity/dist/events/attempts";
import { hashEvent } from "user-activity/dist/events/decode";
import { readersOf } from "user-activity/dist/events/readers";
import { anEvent, withoutCounts } from "../../helpers/an-event";

const origin = { partition: 0, offset: 7n };
const bad = { options: [] };

function decideDelivery(before: ExamState, event: unknown, place: EventPlace) {
  const readers = readersOf(shippedContract);
  const delivery = readDelivery({ event, hash: hashEvent(event) }, place, readers);
  const { verdict, state } = judgeFirst(before, delivery.facts);
  return { ...toDecision(verdict, delivery, readers), state };
}

function deliver(before: ExamState, event: Record<string, unknown>) {
  const { grading, parts, state } = decideDelivery(before, event, origin);
  const rules =
    grading.kind === "refused"
      ? grading.refusals.flatMap(({ failures }) => failures.map(({ rule }) => rule))
      : [];
  const kind = grading.kind === "rows" ? "graded" : grading.kind;
  return { summary: [kind, parts.kind, ...rules].join(" "), state };
}

/** Delivers events of one exam ID one after another; says what each came to. */
function deliverAll(...events: readonly Record<string, unknown>[]): readonly string[] {
  let state = unknownExam;
  return events.map((event) => {
    const delivery = deliver(state, event);
    state = delivery.state;
    return delivery.summary;
  });
}

test("the first sound event is graded and gives its questions", () => {
  const event = anEvent();
  const { summary, state } = deliver(unknownExam, event);
  assert.equal(summary, "graded rows");
  assert.deepEqual(state, {
    gradedHash: hashEvent(event),
    gradedIn: 0,
    questionsTaken: true,
    questionsIn: 0,
    lastIn: 0,
  });
});

test("the same event again is a duplicate that changes nothing, whatever its key order", () => {
  const { state } = deliver(unknownExam, anEvent());
  const again = Object.fromEntries(Object.entries(anEvent()).reverse());
  const delivery = deliver(state, again);
  assert.equal(delivery.summary, "duplicate absent");
  assert.equal(delivery.state, state);
});

test("another event of a graded exam ID is refused, even if only an unknown field differs", () => {
  assert.deepEqual(deliverAll(anEvent(), { ...anEvent(), note: 1 }, anEvent()), [
    "graded rows",
    "refused absent duplicate",
    "duplicate absent",
  ]);
});

test("another event of a graded exam ID is refused with all its failures", () => {
  assert.deepEqual(
    deliverAll(anEvent(), { ...withoutCounts(), exam_name: "" })[1],
    "refused absent non-empty required duplicate",
  );
});

test("the failure names the exam ID", () => {
  const { state } = deliver(unknownExam, anEvent());
  const { grading } = decideDelivery(state, { ...anEvent(), note: 1 }, origin);
  assert.deepEqual(grading.kind === "refused" && grading.refusals[0]?.failures, [
    {
      path: "user_exam_id",
      rule: "duplicate",
      expected: "an exam ID that is not graded yet, or the very event that it was graded by",
      received: '"a-1"',
    },
  ]);
});

test("a refused event gives its questions and does not stand in the way of a corrected one", () => {
  assert.deepEqual(deliverAll(withoutCounts(), anEvent(), anEvent()), [
    "refused rows required",
    "graded absent",
    "duplicate absent",
  ]);
});

test("a refused event that comes again is refused again, and its questions are not taken twice", () => {
  assert.deepEqual(deliverAll(withoutCounts(), withoutCounts()), [
    "refused rows required",
    "refused absent required",
  ]);
});

test("refused questions stay open for another event of the exam ID, graded before or not", () => {
  const badQuestions = anEvent({ questions: [bad] });
  assert.deepEqual(deliverAll(badQuestions, anEvent(), badQuestions), [
    "graded refused",
    "refused rows duplicate",
    "duplicate absent",
  ]);
});

test("a duplicate of an event whose questions were refused is not refused again", () => {
  const badQuestions = anEvent({ questions: [bad] });
  assert.deepEqual(deliverAll(badQuestions, badQuestions), ["graded refused", "duplicate absent"]);
});

test("an event without a questions array leaves the questions open, an empty array closes them", () => {
  const [none, empty] = [anEvent({ questions: undefined }), anEvent({ questions: [] })];
  assert.deepEqual(deliverAll(none, anEvent()), ["graded absent", "refused rows duplicate"]);
  assert.deepEqual(deliverAll(empty, anEvent()), ["graded rows", "refused absent duplicate"]);
});

test("an event that changes nothing leaves the very state that was there", () => {
  const event = { user_exam_id: "a-1" };
  const { state } = deliver(unknownExam, event);
  assert.deepEqual(state, { ...unknownExam, lastIn: 0 });
  assert.equal(deliver(state, event).state, state);
});

/** Delivers events of one exam ID, each in its partition; says of each whether it is a crossing conflict, and late. */
function deliverIn(...deliveries: readonly (readonly [number, Record<string, unknown>])[]) {
  let state = unknownExam;
  return deliveries.map(([partition, event]) => {
    const decision = decideDelivery(state, event, { partition, offset: 0n });
    state = decision.state;
    const told = [decision.isCrossing ? "crossing" : "", decision.isLate ? "late" : ""];
    const { kind } = decision.grading;
    return [kind === "rows" ? "graded" : kind, ...told.filter((word) => word !== "")].join(" ");
  });
}

test("a conflict crosses partitions where the graded delivery came in another one; the same contents never do", () => {
  const other = { ...anEvent(), note: 1 };
  assert.deepEqual(deliverIn([1, anEvent()], [1, other], [2, other], [2, anEvent()]), [
    "graded",
    "refused",
    "refused crossing",
    "duplicate",
  ]);
});

test("a delivery after one in a higher partition is late, be that one refused and nothing graded", () => {
  const other = { ...anEvent(), note: 1 };
  assert.deepEqual(deliverIn([1, anEvent()], [0, other], [2, anEvent()], [1, anEvent()], [2, other]), [
    "graded",
    "refused crossing late",
    "duplicate",
    "duplicate late",
    "refused crossing",
  ]);
  assert.deepEqual(deliverIn([1, withoutCounts()], [0, anEvent()]), ["refused", "graded late"]);
});

import { test } from "node:test";
import { createExamIndex } from "user-activity/dist/events/exam-index";
import { findHint } from "user-activity/dist/events/hints";
import { decideOutcome } from "user-activity/dist/events/shipped-outcomes";
import { checkCase, sharedCases } from "../../helpers/shared-cases";

test("messages as others write them come to what is said of each", { skip: !sharedCases }, () => {
  const exams = createExamIndex();
  for (const [index, one] of (sharedCases ?? []).entries()) {
    const message = {
      topic: "t",
      partition: 0,
      offset: BigInt(index),
      timestamp: 0n,
      key: null,
      value: one.bytes,
      headers: [],
    };
    const { kind, raw, grade, questions, quarantine } = decideOutcome(message, exams);
    checkCase(one, {
      kind,
      value: raw.value,
      questionRows: questions.length,
      started_at: grade?.started_at,
      recorded_at: grade?.recorded_at,
      refusals: quarantine,
      hint: findHint(one.bytes),
    });
  }
});

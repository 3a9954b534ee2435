import assert from "node:assert/strict";
import { test } from "node:test";
import { inferSchema } from "user-activity/dist/events/infer";
import { findUnknownPaths } from "user-activity/dist/events/unknown-paths";
import { anEvent } from "../../helpers/an-event";

function unknownOf(...events: readonly unknown[]): string[] {
  return findUnknownPaths(inferSchema(events)).map(({ path }) => path);
}

test("an event of nothing but what the tables take has no unknown path", () => {
  assert.deepEqual(unknownOf(anEvent()), []);
});

test("a key that no schema names is found at every depth, with what is below it", () => {
  const event = {
    ...anEvent({ counts: { ...(anEvent().sequences as { counts: object }).counts, guessed: 1 } }),
    device: { os: "x" },
  };
  assert.deepEqual(unknownOf(event), ["sequences.counts.guessed", "device", "device.os"]);
  const options = [{ id: "o", checked: true, seen: null }];
  const questions = [{ id: "q", options, hints: [{ id: "h" }] }];
  assert.deepEqual(unknownOf(anEvent({ questions })), [
    "sequences.questions[].options[].seen",
    "sequences.questions[].hints",
    "sequences.questions[].hints[]",
    "sequences.questions[].hints[].id",
  ]);
});

test("a name is known at its own place alone", () => {
  assert.deepEqual(unknownOf({ ...anEvent(), correct: 1 }), ["correct"]);
});

import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createExamIndex } from "user-activity/dist/events/exam-index";
import { emptyState } from "user-activity/dist/lake/commit-file";
import type { Lake } from "user-activity/dist/lake/lake";
import { type BatchPlan, LandingBatch } from "user-activity/dist/landing/batch";
import { createDecider } from "user-activity/dist/landing/decider";
import { shippedModel } from "user-activity/dist/tables/lake-model";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function planBatch(): BatchPlan {
  return {
    lake: { model: shippedModel } as Lake,
    run: "run",
    state: emptyState("t"),
    exams: createExamIndex(),
    decider: createDecider(shippedModel, { threads: 0 }),
    spool: tmpdir(), // where nothing is written
  };
}

test("a batch keeps nothing of the one before it, whose row groups would add up", async () => {
  const landing = { ...planBatch(), batch: undefined as LandingBatch | undefined };
  landing.batch = new LandingBatch(landing);
  const before = new WeakRef(landing.batch);
  landing.batch = new LandingBatch({ ...landing });
  await turn(); // until then a WeakRef keeps what it was made of
  collect();
  assert.equal(before.deref(), undefined);
  assert.equal(landing.batch.messageCount(), 0);
});

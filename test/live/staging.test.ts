import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { createExamIndex, type ExamIndex } from "user-activity/dist/events/exam-index";
import { decideOutcome } from "user-activity/dist/events/shipped-outcomes";
import { sampleMessages } from "user-activity/dist/kafka/consume";
import { writeCommit } from "user-activity/dist/lake/commit";
import { type Commit, emptyState, nextCommit } from "user-activity/dist/lake/commit-file";
import { openLake, readLastCommit, readTable } from "user-activity/dist/lake/lake";
import { createLake, placeCommit } from "user-activity/dist/lake/placing";
import { stageIndex, stageRows, toCommittedFiles } from "user-activity/dist/lake/staging";
import { readExamIndex } from "user-activity/dist/landing/hold";
import { land } from "user-activity/dist/landing/land";
import { createTally } from "user-activity/dist/landing/tally";
import { verify } from "user-activity/dist/landing/verify";
import { publishFile } from "user-activity/dist/publish/publish";
import { toFrame, toRows } from "user-activity/dist/show/frames";
import { type ShippedName, tables } from "user-activity/dist/tables/tables";
import { ownConfig, someEvents } from "../helpers/live-lake";

type Messages = Awaited<ReturnType<typeof sampleMessages>>;

/** Lands messages by way of frames, one step after the other. */
async function landFrames(config: Config, messages: Messages, exams: ExamIndex): Promise<Commit> {
  const lake = openLake(config.hdfs);
  const { topic } = config.kafka;
  const last = await readLastCommit(lake);
  const outcomes = messages.map((message) => decideOutcome({ ...message, topic }, exams));
  const tally = createTally(last?.state ?? emptyState(topic));
  for (const outcome of outcomes) tally.add(outcome);
  const rows: Record<ShippedName, readonly object[]> = {
    raw_data: outcomes.map(({ raw }) => raw),
    questions_pool_data: outcomes.flatMap(({ questions }) => questions),
    grades_ID: outcomes.flatMap(({ grade }) => grade ?? []),
    quarantine: outcomes.flatMap(({ quarantine }) => quarantine),
    course_ID: tally.summaryRows().course_ID ?? [],
  };
  const staged = [await stageIndex(lake, "_tmp/frames/index", exams)];
  for (const { name, columns } of Object.values(tables)) {
    const names = columns.map((column) => column.name);
    const frame = toFrame(rows[name] as readonly Record<string, unknown>[], names);
    staged.push(await stageRows(lake, `_tmp/frames/${name}`, name, toRows(frame, tables[name])));
  }
  const files = toCommittedFiles(staged, (last?.number ?? 0) + 1);
  const state = tally.toState(staged);
  const commit = nextCommit(last, { kind: "land", run: "frames", holder: "frames", swaps: [], state, files });
  assert.equal((await writeCommit(lake, commit, "_tmp/frames/commit")).isOurs, true);
  await placeCommit(lake, commit);
  return commit;
}

test("what is landed as frames, step by step, is gone on with by land, and verified", async () => {
  const config = ownConfig("staging");
  await publishFile(someEvents(60), { config: config.kafka });
  const messages = await sampleMessages(config.kafka, 60);
  const lake = openLake(config.hdfs);
  await createLake(lake);
  await landFrames(config, messages.slice(0, 20), createExamIndex());
  const { state } = await landFrames(config, messages.slice(20, 40), await readExamIndex(lake));
  assert.equal(state.counts.consumed, 40);
  const report = await land({ config });
  assert.deepEqual([report.consumed, report.state.counts.consumed], [20, 60]);
  const { ok, checks } = await verify({ config });
  assert.ok(ok, JSON.stringify(checks));
  assert.equal((await readTable(lake, "raw_data")).length, 60);
});

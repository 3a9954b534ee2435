import assert from "node:assert/strict";
import { test } from "node:test";
import { compact } from "user-activity/dist/landing/compact";
import { land } from "user-activity/dist/landing/land";
import { verify } from "user-activity/dist/landing/verify";
import { publishFile } from "user-activity/dist/publish/publish";
import { eventsFile, ownConfig, recompute } from "../helpers/live-lake";
import { replayStrict } from "../helpers/replays";
import { shippedCounts, shippedTwice } from "../helpers/shipped";

test("landing the shipped events gives the same tables in many small commits as in one, and as over two runs, compacted", async () => {
  const config = ownConfig("small");
  await publishFile(eventsFile, { config: config.kafka });
  const report = await land({ config, batchMessages: 400 });
  assert.ok(report.commits > 3, `${report.commits} commits`);
  await publishFile(eventsFile, { config: config.kafka, again: true });
  const more = await land({ config, batchMessages: 1000 });
  assert.deepEqual(more.state.counts, shippedTwice);
  await compact({ config });
  assert.deepEqual((await recompute(config)).differences, []);
  assert.ok((await verify({ config })).ok);
});

test("replaying the shipped events lands what a corrected schema accepts, as if it had been in force from the start", async () => {
  const { before, after } = await replayStrict(eventsFile, 1000);
  assert.ok(before.quarantined > 100);
  assert.deepEqual(after, shippedCounts);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { compact } from "user-activity/dist/compact";
import { land } from "user-activity/dist/land";
import { publishFile } from "user-activity/dist/publish";
import { replay } from "user-activity/dist/replay";
import { verify } from "user-activity/dist/verify";
import { findUntruths } from "./catalogue-checks";
import { eventsFile, ownConfig, recompute } from "./live-lake";
import { strict } from "./strict-schema";

test("landing the shipped events gives the same tables in many small commits as in one, and as over two runs, compacted", async () => {
  const config = ownConfig("small");
  await publishFile(eventsFile, { config: config.kafka });
  const report = await land({ config, batchMessages: 400 });
  assert.ok(report.commits > 3, `${report.commits} commits`);
  await publishFile(eventsFile, { config: config.kafka, again: true });
  const more = await land({ config, batchMessages: 1000 });
  assert.deepEqual(more.state.counts, {
    consumed: 6560,
    graded: 3237,
    duplicates: 38 + 3275,
    quarantined: 10,
  });
  await compact({ config });
  assert.deepEqual((await recompute(config)).differences, []);
  assert.ok((await verify({ config })).ok);
});

test("replaying the shipped events lands what a corrected schema accepts, as if it had been in force from the start", async () => {
  const config = ownConfig("replay");
  await publishFile(eventsFile, { config: config.kafka });
  const { state } = await land({ config, schema: strict, batchMessages: 1000 });
  assert.ok(state.counts.quarantined > 100);
  const refused = await verify({ config });
  assert.deepEqual([refused.ok, refused.isSchemaOther], [false, true]);
  assert.equal((await verify({ config, schema: strict })).ok, true);
  const { before, after } = await replay({ config });
  assert.deepEqual(before.counts, state.counts);
  assert.deepEqual(after.counts, { consumed: 3280, graded: 3237, duplicates: 38, quarantined: 5 });
  const { ok, isSchemaOther, checks } = await verify({ config });
  assert.deepEqual([ok, isSchemaOther], [true, false], JSON.stringify(checks));
  assert.deepEqual(await findUntruths(config, checks), []);
  assert.deepEqual((await recompute(config, eventsFile)).differences, []);
  assert.equal((await replay({ config })).commit, null);
});

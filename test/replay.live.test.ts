import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compact } from "user-activity/dist/compact";
import { follow } from "user-activity/dist/follow";
import { type GradeRecord, gradeSchema } from "user-activity/dist/grades";
import { openLake, readLastCommit, readTable } from "user-activity/dist/lake";
import { land } from "user-activity/dist/land";
import { publishFile } from "user-activity/dist/publish";
import { replay } from "user-activity/dist/replay";
import type { Schema } from "user-activity/dist/schema";
import { verify } from "user-activity/dist/verify";
import { findUntruths } from "./catalogue-checks";
import { endAfter, pulled } from "./faulty-lake";
import { eventsFile, ownConfig, recompute } from "./live-lake";
import { landInSmallCommits, publishEvents } from "./small-lake";

/** Asks for a certification of true or false, which only some of the shipped events have. */
const strict: Schema<GradeRecord> = {
  ...gradeSchema,
  fields: gradeSchema.fields.map((field) =>
    field.column === "certification" ? { ...field, nullable: false } : field,
  ),
};

describe("replaying", () => {
  test("lands what a corrected schema accepts, as if it had been in force from the start", async () => {
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

  test("goes on with the landing from where it was, and with compaction", async () => {
    const config = ownConfig("replay-more");
    await publishEvents(config, 10);
    await landInSmallCommits(config);
    await replay({ config, again: true });
    await publishEvents(config, 10, "b");
    const { state, consumed } = await land({ config });
    assert.deepEqual([consumed, state.counts.consumed], [10, 20]);
    await compact({ config });
    assert.ok((await verify({ config })).ok);
    assert.deepEqual((await recompute(config)).differences, []);
  });

  test("keeps the bytes of messages that are no text, and the order of all", async () => {
    const config = ownConfig("replay-order");
    await publishFile(eventsFile, { config: config.kafka });
    await land({ config, batchMessages: 500 });
    const lake = openLake(config.hdfs);
    const before = [await readTable(lake, "quarantine"), await readTable(lake, "grades_ID")];
    await replay({ config, again: true });
    assert.deepEqual([await readTable(lake, "quarantine"), await readTable(lake, "grades_ID")], before);
  });

  test("takes the lake from a lander that follows, which stops and says so", async () => {
    const config = ownConfig("replay-follow");
    await publishEvents(config, 5);
    const stop = new AbortController();
    const following = follow({ config, signal: stop.signal, commitMs: 100 });
    const stopped = assert.rejects(following, /is another run's, which has taken over; this one stops/);
    while (((await readLastCommit(openLake(config.hdfs)))?.state.counts.consumed ?? 0) < 5);
    await replay({ config, again: true });
    await publishEvents(config, 5, "b");
    await stopped;
    const { state } = await land({ config });
    assert.equal(state.counts.consumed, 10);
    assert.ok((await verify({ config })).ok);
  });

  test("ended after any call to HDFS, leaves tables that are whole by one schema or by the other", async (t) => {
    const topic = ownConfig("cut-replay");
    await publishEvents(topic, 6);
    let isEnded = true;
    let call = 3;
    for (; isEnded; call += 17) {
      const config = { ...topic, hdfs: ownConfig("cut-replay").hdfs };
      await land({ config, schema: strict, batchMessages: 1 });
      isEnded = await replay({ config, lake: endAfter(openLake(config.hdfs), call) }).then(
        () => false,
        (error: Error) => {
          assert.equal(error.message, pulled);
          return true;
        },
      );
      await land({ config });
      const [old, corrected] = [await verify({ config, schema: strict }), await verify({ config })];
      assert.ok(old.ok !== corrected.ok, `call ${call}`);
      assert.equal(corrected.isSchemaOther, old.ok, `call ${call}`);
      assert.deepEqual(await findUntruths(config, corrected.checks), [], `call ${call}`);
      await replay({ config });
      assert.ok((await verify({ config })).ok, `call ${call}`);
    }
    t.diagnostic(`${call} calls`);
  });
});

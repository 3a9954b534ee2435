import assert from "node:assert/strict";
import { test } from "node:test";
import { openLake } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { replay } from "user-activity/dist/landing/replay";
import { verify } from "user-activity/dist/landing/verify";
import { findUntruths } from "../helpers/catalogue-checks";
import { endAfter, pulled } from "../helpers/faulty-lake";
import { ownConfig } from "../helpers/live-lake";
import { publishEvents } from "../helpers/small-lake";
import { strict } from "../helpers/strict-schema";

test("a replay that ended after any call to HDFS leaves tables that are whole by one schema or by the other", async (t) => {
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
    const isReplayed = await land({ config }).then(
      () => true,
      (error: Error) => {
        assert.match(error.message, /received one that breaks with it/); // the tables are whole by the strict schema
        return false;
      },
    );
    if (!isReplayed) await land({ config, schema: strict });
    const [old, corrected] = [await verify({ config, schema: strict }), await verify({ config })];
    assert.deepEqual([old.ok, corrected.ok], [!isReplayed, true], `call ${call}`);
    assert.equal(corrected.isSchemaOther, !isReplayed, `call ${call}`);
    if (isReplayed) assert.deepEqual(await findUntruths(config, corrected.checks), [], `call ${call}`);
    await replay({ config });
    const { ok, checks } = await verify({ config });
    assert.ok(ok, `call ${call}`);
    assert.deepEqual(await findUntruths(config, checks), [], `call ${call}`);
  }
  t.diagnostic(`${call} calls`);
});

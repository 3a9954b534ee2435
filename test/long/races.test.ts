import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { land } from "user-activity/dist/landing/land";
import { publishFile } from "user-activity/dist/publish/publish";
import { interject } from "../helpers/faulty-lake";
import { checkLake, expectTables, runDoomed } from "../helpers/kills";
import { eventsFile, ownConfig } from "../helpers/live-lake";
import { shippedTwice } from "../helpers/shipped";

test("a lander that starts while the exam index is swapped knows every exam ID", async () => {
  const topic = ownConfig("race-index");
  const at = (lakeDir: string): Config => ({ ...topic, hdfs: { ...topic.hdfs, lakeDir } });
  const config = at(`${topic.hdfs.lakeDir}/a`);
  await publishFile(eventsFile, { config: topic.kafka });
  await land({ config, batchMessages: 1000 });
  await publishFile(eventsFile, { config: topic.kafka, again: true });
  const point = { what: "^rename .*/new-_index .*/_index$", call: 1, when: "before" } as const;
  let wasKilled = false;
  const lake = interject(config, {
    what: /^list .*\/_index$/,
    when: "before",
    work: async () => {
      wasKilled = await runDoomed(config, { work: "compact", at: point }); // _index is nowhere now
    },
  });
  const { state } = await land({ config, lake });
  assert.ok(wasKilled);
  assert.deepEqual(state.counts, shippedTwice);
  const expected = await expectTables(at(`${topic.hdfs.lakeDir}/b`));
  await checkLake(config, { expected, where: "index", swept: false });
});

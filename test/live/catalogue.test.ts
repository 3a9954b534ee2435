import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ensureTopic } from "user-activity/dist/kafka/topics";
import { type Lake, openLake } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { anEvent, withoutCounts } from "../helpers/an-event";
import { untruthsOf, validate } from "../helpers/catalogue-checks";
import { ownConfig } from "../helpers/live-lake";
import { send } from "../helpers/live-topics";

describe("the catalogue is valid, and true of the files,", () => {
  test("of events that two tables refuse, of bytes that are no text, and of a tombstone", async () => {
    const config = ownConfig("catalogue");
    await ensureTopic(config.kafka);
    const badQuestions = { ...withoutCounts(), user_exam_id: "a-2", sequences: { questions: [{}] } };
    await send(config.kafka, [
      { key: "a-1", value: JSON.stringify(anEvent()), partition: 0 },
      { key: "a-1", value: JSON.stringify({ ...anEvent(), exam_name: "Other" }), partition: 0 },
      { key: "a-2", value: JSON.stringify(badQuestions), partition: 0 },
      { key: "", value: "", partition: 1 },
      { key: null, value: null, partition: 1 },
      { key: Buffer.from([0xff]).toString("latin1"), value: Buffer.from([0xff, 0xfe]), partition: 1 },
    ]);
    const { state } = await land({ config });
    assert.equal(state.rowCounts.quarantine, 6);
    assert.deepEqual(await validate(config), { found: [], rows: state.rowCounts });
  });

  test("of a topic without a message", async () => {
    const config = ownConfig("catalogue");
    await ensureTopic(config.kafka);
    const { state } = await land({ config });
    assert.equal(state.rowCounts.raw_data, 0);
    assert.deepEqual(await validate(config), { found: [], rows: state.rowCounts });
    assert.deepEqual(await untruthsOf(config), []);
  });
});

describe("a catalogue that somebody", () => {
  const cases: readonly (readonly [string, (lake: Lake) => Promise<unknown>])[] = [
    ["removed", (lake) => lake.hdfs.remove(lake.at("datapackage.json"))],
    ["changed", (lake) => lake.hdfs.write(lake.at("README.md"), Buffer.from("mine"))],
  ];
  for (const [what, spoil] of cases) {
    test(`${what} is made anew by the next landing, which has nothing else to do`, async () => {
      const config = ownConfig("catalogue");
      await ensureTopic(config.kafka);
      await send(config.kafka, [{ key: "a-1", value: JSON.stringify(anEvent()), partition: 0 }]);
      await land({ config });
      await spoil(openLake(config.hdfs));
      assert.notDeepEqual(await untruthsOf(config), []);
      assert.equal((await land({ config })).commits, 1);
      assert.deepEqual(await untruthsOf(config), []);
      assert.equal((await land({ config })).commits, 0);
    });
  }
});

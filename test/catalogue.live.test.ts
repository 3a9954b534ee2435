import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Config } from "user-activity/dist/config";
import { type Lake, openLake } from "user-activity/dist/lake";
import { land } from "user-activity/dist/land";
import { projectPath } from "user-activity/dist/paths";
import { publishFile } from "user-activity/dist/publish";
import { ensureTopic } from "user-activity/dist/stream";
import { verify } from "user-activity/dist/verify";
import { anEvent, withoutCounts } from "./an-event";
import { findUntruths } from "./catalogue-checks";
import { copyLake, eventsFile, ownConfig, python } from "./live-lake";
import { send } from "./live-topics";

interface Validation {
  readonly found: readonly string[];
  readonly rows: Readonly<Record<string, number>>;
}

/** Has the package frictionless, and pyarrow, hold a copy of the lake to its catalogue. */
async function validate(config: Config): Promise<Validation> {
  const lake = openLake(config.hdfs);
  const folder = await copyLake(config);
  writeFileSync(join(folder, "datapackage.json"), await lake.hdfs.read(lake.at("datapackage.json")));
  const script = projectPath("test", "validate_catalogue.py");
  const answer = spawnSync(python, [script, folder], { encoding: "utf8" });
  assert.equal(answer.status, 0, answer.stderr);
  return JSON.parse(answer.stdout);
}

async function untruthsOf(config: Config): Promise<string[]> {
  return findUntruths(config, (await verify({ config })).checks);
}

describe("the catalogue is valid, and true of the files,", () => {
  test("of the shipped events in several commits", async () => {
    const config = ownConfig("catalogue");
    await publishFile(eventsFile, { config: config.kafka });
    const { state } = await land({ config, batchMessages: 1500 });
    assert.deepEqual(await validate(config), { found: [], rows: state.rowCounts });
    assert.deepEqual(await untruthsOf(config), []);
  });

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

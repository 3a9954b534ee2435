import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type Config, readConfig } from "user-activity/dist/base/config";
import { ensureTopic, readOffsets } from "user-activity/dist/kafka/topics";
import { ensureEvents, eventsToReplay } from "user-activity/dist/publish/ensure-events";
import { publishFile } from "user-activity/dist/publish/publish";
import { ownConfig, ownFolder, someEvents } from "../helpers/live-lake";
import { send } from "../helpers/live-topics";
import { committed, folder, loadRunner } from "../helpers/notebook-runs";

async function countMessages({ kafka }: Config): Promise<number> {
  return (await readOffsets(kafka)).reduce((sum, { low, high }) => sum + Number(high - low), 0);
}

const withFile = (config: Config, eventsFile: string): Config => ({ ...config, eventsFile });

describe("a notebook's topic", () => {
  test("gets the file that EVENTS_FILE names, once, beside what it held", async () => {
    const config = ownConfig("ensure");
    await publishFile(someEvents(10, 5), { config: config.kafka });
    const env = {
      KAFKA_TOPIC: config.kafka.topic,
      LAKE_DIR: config.hdfs.lakeDir,
      EVENTS_FILE: someEvents(5),
    };
    const named = readConfig({ ...process.env, ...env });
    const calls: number[] = [];
    const first = await ensureEvents(named, ({ published }) => calls.push(published));
    const counts = { file: env.EVENTS_FILE, records: 5, published: 5, alreadyThere: 0, messages: 10 };
    assert.deepEqual([first, calls], [counts, [0, 5]]);
    assert.deepEqual(await ensureEvents(named), { ...counts, published: 0, alreadyThere: 5 });
  });

  test("of one's own gets nothing where no file is named", async () => {
    const config = ownConfig("ensure-own");
    await publishFile(someEvents(3), { config: config.kafka });
    const nothing = { file: null, records: 0, published: 0, alreadyThere: 0 };
    assert.deepEqual(await ensureEvents(config), { ...nothing, messages: 3 });
    assert.equal(await countMessages(config), 3);
  });

  test("that is not there, or empty, is an error that says what to do, and is not made", async () => {
    const config = ownConfig("ensure-empty");
    const expected = new RegExp(
      `^ServiceError: kafka .+ in topic "${config.kafka.topic}", received none .+ EVENTS_FILE`,
    );
    await assert.rejects(ensureEvents(config), expected);
    await assert.rejects(readOffsets(config.kafka), /no such topic/);
    await ensureTopic(config.kafka);
    await assert.rejects(ensureEvents(config), expected);
    const empty = join(ownFolder(), "none.json");
    writeFileSync(empty, "[]");
    await assert.rejects(ensureEvents(withFile(config, empty)), /received none \(\/.+none\.json has none\)/);
  });
});

describe("what a notebook replays into a topic of its own", () => {
  test("is the file that is named, else the topic's events, without what is none", async () => {
    const config = ownConfig("replayed");
    assert.equal(await eventsToReplay(withFile(config, "/data/mine.json")), "/data/mine.json");
    await assert.rejects(eventsToReplay(config), /no such topic/);
    await ensureTopic(config.kafka);
    await assert.rejects(eventsToReplay(config), /received none/);
    await publishFile(someEvents(3), { config: config.kafka });
    const others = ["{", '{"user_exam_id":"x",\n "a":1}', "[]", null];
    await send(
      config.kafka,
      others.map((value) => ({ value })),
    );
    const file = await eventsToReplay(config);
    after(() => rmSync(file));
    const ids = (path: string) =>
      (JSON.parse(readFileSync(path, "utf8")) as { user_exam_id: string }[]).map((one) => one.user_exam_id);
    assert.deepEqual(ids(file).sort(), [...ids(someEvents(3)), "x"].sort());
    assert.equal(ids(await eventsToReplay(config, { most: 2 })).length, 2);
  });
});

test("a notebook run over a topic of one's own leaves in it what it held, and tells of that", async () => {
  const config = ownConfig("ensure-notebook");
  await publishFile(someEvents(3), { config: config.kafka });
  const name = [...committed.keys()].find((one) => one.startsWith("05-")) ?? assert.fail("no notebook 5");
  const output = join(ownFolder(), name);
  const env = { KAFKA_TOPIC: config.kafka.topic, LAKE_DIR: config.hdfs.lakeDir, EVENTS_FILE: "" };
  await (await loadRunner()).runNotebook(join(folder, name), output, { env });
  assert.equal(await countMessages(config), 3);
  assert.match(readFileSync(output, "utf8"), /3 grades of 3 messages in /);
});

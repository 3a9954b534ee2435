import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { openLake, readLastCommit } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { anEvent } from "../helpers/an-event";
import { checkLake, countCalls, expectTables, forEach, runDoomed } from "../helpers/kills";
import { ownConfig } from "../helpers/live-lake";
import { createTopic, send } from "../helpers/live-topics";

const lakes = 26;

test("kill -9 while late deliveries land and are settled loses and doubles nothing, and the lowest partition counts", async (t) => {
  const topic = ownConfig("killed-conflicts");
  await createTopic(topic.kafka, 2);
  const deliver = (partition: number) => {
    const values = Array.from({ length: 10 }, (_, id) => {
      const event = { ...anEvent(), user_exam_id: `a-${id}`, exam_name: `Course ${partition}` };
      return { key: null, value: JSON.stringify(event), partition };
    });
    return send(topic.kafka, values);
  };
  const all = Array.from({ length: lakes }, (_, number): Config => {
    return { ...topic, hdfs: { ...topic.hdfs, lakeDir: `${topic.hdfs.lakeDir}/${number}` } };
  });
  const [counted, whole, ...others] = all as [Config, Config, ...Config[]];
  await deliver(1);
  for (const config of [counted, ...others]) await land({ config });
  await deliver(0);
  const expected = await expectTables(whole);
  const calls = await countCalls(counted, "land");
  await checkLake(counted, { expected, where: "undisturbed", independently: true });
  const writing = [...calls.keys()].filter((index) =>
    /^(write|rename|replace|remove) /.test(calls[index] ?? ""),
  );
  t.diagnostic(`${writing.length} calls of ${calls.length} write`);
  await forEach(others, async (config, index) => {
    const call = 1 + (writing[Math.floor((index * writing.length) / others.length)] ?? 0);
    const at = { call, when: (["before", "amid", "after"] as const)[index % 3] ?? "before" };
    const where = `${JSON.stringify(at)}: ${calls[call - 1]}`;
    assert.ok(await runDoomed(config, { work: "land", at }), where);
    await land({ config });
    await checkLake(config, { expected, where });
    const { state } = (await readLastCommit(openLake(config.hdfs))) ?? assert.fail(where);
    assert.deepEqual([state.late, state.settled, state.crossingConflicts], [10, 10, 10], where);
  });
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { compressions } from "user-activity/dist/kafka/compression";
import { readHeader } from "user-activity/dist/kafka/message";
import { land } from "user-activity/dist/landing/land";
import { verify } from "user-activity/dist/landing/verify";
import { ownConfig, recompute, someEvents } from "../helpers/live-lake";
import { createTopic, readAll } from "../helpers/live-topics";
import { listBatches } from "../helpers/log-segments";

test("messages of Kafka's own Java client are read and landed as they were sent, in every compression", async () => {
  const config = ownConfig("java");
  const { brokers, topic } = config.kafka;
  await createTopic(config.kafka, 1);
  const lines = readFileSync(someEvents(100), "utf8").split("\n").slice(0, -1);
  for (const compression of compressions) {
    const input = lines.map((line) => `compression:${compression},other:é\t${line}\n`).join("");
    const args = ["kafka-console-producer", "--topic", topic, "--compression-codec", compression];
    const reading = ["--reader-property", "parse.headers=true"];
    const env = { ...process.env, KAFKA_BROKERS: brokers.join(",") };
    const command = [projectPath("local", "kafka.mjs"), ...args, ...reading];
    const { status, stderr } = spawnSync(process.execPath, command, { env, input, encoding: "utf8" });
    assert.equal(status, 0, stderr);
  }
  const stored = new Set(listBatches(config.kafka).map(({ compression }) => compression));
  assert.deepEqual(stored, new Set(compressions));
  const held = await readAll(config.kafka);
  for (const compression of compressions) {
    const own = held.filter(({ headers }) => readHeader(headers, "compression") === compression);
    assert.deepEqual(
      own.map(({ value }) => String(value)),
      lines,
      compression,
    );
    assert.ok(own.every(({ headers }) => readHeader(headers, "other") === "é"));
  }
  assert.equal((await land({ config })).consumed, held.length);
  assert.ok((await verify({ config })).ok);
  assert.deepEqual((await recompute(config)).differences, []);
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { compressions } from "user-activity/dist/kafka/compression";
import { consumeRange } from "user-activity/dist/kafka/consume";
import { readHeader } from "user-activity/dist/kafka/message";
import { UnreadableError } from "user-activity/dist/kafka/unreadable-batch";
import { type FollowProgress, follow } from "user-activity/dist/landing/follow";
import { land } from "user-activity/dist/landing/land";
import { readLakeStatus } from "user-activity/dist/landing/status";
import { publishFile } from "user-activity/dist/publish/publish";
import { parseResult, runCli } from "../helpers/cli-process";
import { ownConfig, runPython, someEvents } from "../helpers/live-lake";
import { createTopic, readAll, readEnds, send, useTopics } from "../helpers/live-topics";
import { listBatches, overwrite } from "../helpers/log-segments";

const topics = useTopics("compression");
const file = someEvents(300);
const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);

describe("messages are read as they were sent", () => {
  for (const client of ["librdkafka", "aiokafka"])
    test(`in every compression, by ${client}`, async () => {
      const config = await topics.create(1);
      const script = projectPath("test", "python", "produce.py");
      const sent = runPython([script, client, config.brokers.join(","), config.topic, file]);
      assert.equal(sent.status, 0, sent.stderr);
      const stored = new Set(listBatches(config).map(({ compression }) => compression));
      assert.deepEqual(stored, new Set(compressions));
      const held = await readAll(config);
      for (const compression of compressions) {
        const own = held.filter(({ headers }) => readHeader(headers, "compression") === compression);
        assert.deepEqual(
          own.map(({ value }) => String(value)),
          lines,
          compression,
        );
      }
    });

  for (const compression of compressions.slice(1))
    test(`where the topic's compression.type makes ${compression} of them, and a second publish adds nothing`, async () => {
      const config = await topics.create(2, { "compression.type": compression });
      assert.equal((await publishFile(file, { config })).published, 300);
      const stored = [0, 1].flatMap((partition) => listBatches(config, partition));
      assert.deepEqual([...new Set(stored.map((one) => one.compression))], [compression]);
      const { published, alreadyThere } = await publishFile(file, { config });
      assert.deepEqual([published, alreadyThere], [0, 300]);
    });
});

/** A topic of two partitions, nine batches in the first, of which the fifth can't be read. */
async function spoil(config: Config, how: "unknown" | "broken"): Promise<void> {
  await createTopic(config.kafka, 2, { "compression.type": "lz4" });
  for (let batch = 0; batch < 9; batch++) {
    const messages = [0, 1, 2].map((number) => ({ value: `{"number":${3 * batch + number}}`, partition: 0 }));
    await send(config.kafka, messages);
  }
  await send(config.kafka, [{ value: '{"number":"other"}', partition: 1 }]);
  const batch = listBatches(config.kafka)[4];
  assert.ok(batch?.offset === 12n);
  if (how === "unknown") overwrite(batch, 21, Buffer.from([0, 5]));
  else overwrite(batch, 70, Buffer.alloc(10, 0xff));
}

/** What the lake of this topic holds of each partition, as far as it is committed. */
async function readLanded(config: Config) {
  const lake = await readLakeStatus(config);
  return { consumed: lake?.counts.consumed, holds: lake?.sumHolds };
}

describe("a batch that can't be read", () => {
  const reasons = {
    unknown: "the unknown compression 5",
    broken: String.raw`what can't be decoded \(lz4: .+\)`,
  };
  for (const how of ["unknown", "broken"] as const)
    test(`(${how}) is refused by partition and offset, and what stands before it and beside it lands`, async () => {
      const config = ownConfig("unreadable");
      await spoil(config, how);
      const where = `kafka topic "${config.kafka.topic}", partition 0`;
      const message = new RegExp(
        `^${where}: expected a batch that can be read at offset 12, received ${reasons[how]}; `,
      );
      await assert.rejects(land({ config }), { name: "ServiceError", message });
      assert.deepEqual(await readLanded(config), { consumed: 13, holds: true });
      await assert.rejects(land({ config }), { message });
      assert.deepEqual(await readLanded(config), { consumed: 13, holds: true });
      const env = { KAFKA_TOPIC: config.kafka.topic, LAKE_DIR: config.hdfs.lakeDir };
      const { beyond } = parseResult(await runCli(["verify", "--json"], { env }));
      const partitions = [{ partition: 0, from: "12", highWatermark: "27" }];
      assert.deepEqual(beyond, { topic: config.kafka.topic, offsets: 15, partitions });
      const { stdout } = await runCli(["verify"], { env });
      assert.match(stdout, /not landed, and not compared: 15 offsets of the topic \(.*\/0 from 12 on\)/);
      const refused = await runCli(["publish", file], { env });
      assert.deepEqual(
        [refused.code, message.test(refused.stderr.split("user-activity: ")[1] ?? "")],
        [1, true],
      );
    });

  test("ends a landing that follows, which commits what came before", async () => {
    const config = ownConfig("unreadable-follow");
    await spoil(config, "unknown");
    const seen: FollowProgress[] = [];
    const onProgress = (now: FollowProgress) => seen.push(now);
    const following = follow({
      config,
      signal: new AbortController().signal,
      commitMs: 3_600_000,
      onProgress,
    });
    await assert.rejects(following, /partition 0: expected a batch that can be read at offset 12, received/);
    const { consumed, holds } = await readLanded(config);
    assert.ok(holds && (consumed ?? 0) >= 12, `${consumed}`);
  });

  test("does not keep anybody from what stands after it", async () => {
    const config = ownConfig("unreadable-after");
    await spoil(config, "unknown");
    const to = await readEnds(config.kafka);
    let count = 0;
    await consumeRange(config.kafka, { from: new Map([[0, 15n]]), to }, ({ messages }) => {
      count += messages.length;
    });
    assert.equal(count, 13);
    const all = consumeRange(config.kafka, { from: new Map(), to }, () => {});
    await assert.rejects(all, (error) => error instanceof UnreadableError && error.offset === 12n);
  });
});

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Producer, Transaction } from "kafkajs";
import { Partitioners } from "kafkajs";
import { openKafka } from "user-activity/dist/kafka/client";
import { readWaiting } from "user-activity/dist/kafka/open-transactions";
import { readOffsets } from "user-activity/dist/kafka/topics";
import { type FollowProgress, follow } from "user-activity/dist/landing/follow";
import { publishFile } from "user-activity/dist/publish/publish";
import { assertFailure, parseResult, runCli } from "../helpers/cli-process";
import { ownConfig, someEvents } from "../helpers/live-lake";
import { createTopic, readEnds, send, untilReadable, useTopics } from "../helpers/live-topics";

useTopics("transactions");
const file = someEvents(20);
const config = ownConfig("transactions");
const { topic } = config.kafka;
const env = { KAFKA_TOPIC: topic, LAKE_DIR: config.hdfs.lakeDir };
const transactionalId = `tx-${randomUUID()}`;
let producer: Producer;
let transaction: Transaction;

/** Two messages that can be read; behind them, in partition 0, one of a transaction that stays open and three others. */
before(async () => {
  await createTopic(config.kafka, 2);
  await send(config.kafka, [
    { value: "first", partition: 0 },
    { value: "other", partition: 1 },
  ]);
  producer = openKafka(config.kafka).producer({
    transactionalId,
    transactionTimeout: 600_000, // longer than these tests take
    maxInFlightRequests: 1,
    idempotent: true,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ value: "open", partition: 0 }] });
  await send(
    config.kafka,
    [1, 2, 3].map((number) => ({ value: `${number}`, partition: 0 })),
  );
});
after(() => producer.disconnect());

const waits = new RegExp(
  `4 messages wait for an open transaction to end: ${topic}/0 from offset 1 on, behind "${transactionalId}" \\(open since 20..-..-..T..:..:..\\....Z\\)`,
);

describe("while a transaction is open", () => {
  test("offsets tell what can be read from where the topic ends, and whom the rest waits for", async () => {
    const offsets = await readOffsets(config.kafka);
    assert.deepEqual(offsets, [
      { partition: 0, low: 0n, high: 1n, highWatermark: 5n },
      { partition: 1, low: 0n, high: 1n, highWatermark: 1n },
    ]);
    const [waiting, ...others] = await readWaiting(config.kafka, offsets);
    assert.deepEqual(others, []);
    const { transactions, ...where } = waiting ?? assert.fail();
    assert.deepEqual(where, { partition: 0, readable: "1", highWatermark: "5", messages: 4 });
    assert.deepEqual(
      transactions.map((one) => one.transactionalId),
      [transactionalId],
    );
    const since = Date.parse(transactions[0]?.since ?? "");
    assert.ok(since <= Date.now() && since > Date.now() - 3_600_000);
  });

  test("land lands what can be read, and says what waits", async () => {
    const ended = await runCli(["land", "--json"], { env });
    const { consumed, waiting } = parseResult(ended);
    assert.deepEqual([consumed, (waiting as { messages: number }[])[0]?.messages], [2, 4]);
    assert.match(ended.stderr, waits);
  });

  test("status tells both ends", async () => {
    const told = parseResult(await runCli(["status", "--json"], { env })).topic as {
      partitions: object[];
      waiting: { transactions: { transactionalId: string }[] }[];
    };
    assert.deepEqual(told.partitions, [
      { partition: 0, low: "0", readable: "1", highWatermark: "5", waiting: 4, committed: "1", lag: 0 },
      { partition: 1, low: "0", readable: "1", highWatermark: "1", waiting: 0, committed: "1", lag: 0 },
    ]);
    assert.equal(told.waiting[0]?.transactions[0]?.transactionalId, transactionalId);
    const shown = await runCli(["status"], { env });
    assert.match(shown.stdout, /first offset │ readable up to │ high watermark/);
    assert.match(shown.stdout, waits);
  });

  test("following tells what waits, and no lag that it could take", async () => {
    const stop = new AbortController();
    const seen: FollowProgress[] = [];
    const onProgress = (now: FollowProgress) => {
      seen.push(now);
      if (now.waiting.length > 0) stop.abort();
    };
    const report = await follow({ config, signal: stop.signal, onProgress });
    assert.deepEqual([report.consumed, report.waiting[0]?.messages], [0, 4]);
    assert.deepEqual([seen.at(-1)?.lag, seen.at(-1)?.waiting[0]?.readable], [0, "1"]);
  });

  test("doctor tells it", async () => {
    const { stdout } = await runCli(["doctor", "--json"], { env });
    assert.match(JSON.stringify(JSON.parse(stdout)).replaceAll("\\", ""), waits);
  });

  test("publish refuses, as it can't see what it has sent, and sends nothing", async () => {
    const refusal = assertFailure(await runCli(["publish", file], { env }), 1);
    assert.match(
      refusal,
      /expected to read all that it holds, so that nothing is sent twice, received less: /,
    );
    assert.match(refusal, waits);
    assert.equal((await readOffsets(config.kafka))[0]?.highWatermark, 5n);
  });
});

test("once it is committed, all of that is told no more, and publishing goes on where it stood", async () => {
  await transaction.commit();
  await untilReadable(config.kafka, 7n);
  const { topic: told } = parseResult(await runCli(["status", "--json"], { env }));
  assert.deepEqual((told as { waiting: unknown }).waiting, []);
  assert.equal((await publishFile(file, { config: config.kafka })).published, 20);
  assert.equal((await publishFile(file, { config: config.kafka })).published, 0);
  const { consumed, waiting } = parseResult(await runCli(["land", "--json"], { env }));
  assert.deepEqual([consumed, waiting], [24, []]);
  assert.equal(
    [...(await readEnds(config.kafka)).values()].reduce((a, b) => a + b, 0n),
    27n,
  );
});

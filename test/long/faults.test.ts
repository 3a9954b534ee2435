import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Config, type KafkaConfig, readConfig } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import type { Retry, RetryPolicy } from "user-activity/dist/base/retry";
import { openHdfs } from "user-activity/dist/hdfs/hdfs";
import { consumeRange, followTopic } from "user-activity/dist/kafka/consume";
import type { MessageBatch } from "user-activity/dist/kafka/message";
import { ensureTopic } from "user-activity/dist/kafka/topics";
import { type Breakable, breakable, openProxy } from "../helpers/broken-servers";
import { readEnds, send } from "../helpers/live-topics";
import { beginProgram, ownEnvironment, ownServices, until } from "../helpers/own-services";

const own = ownServices();
let config: Config;
let broker: Breakable;
let nameNode: Breakable;
let dataNode: Breakable;
let ports: Readonly<Record<string, number>>;

before(async () => {
  const started = await own.run(["services", "start"]);
  assert.equal(started.code, 0, started.stderr);
  const { kafka, hdfs } = await own.status();
  config = readConfig({ KAFKA_BROKERS: kafka.brokers, WEBHDFS_URL: hdfs.webhdfsUrl });
  const take = (name: string) => breakable(own.servers().get(name) ?? assert.fail(`${name} does not run`));
  [broker, nameNode, dataNode] = [take("kafka"), take("namenode"), take("datanode")];
  ports = JSON.parse(readFileSync(own.place("hdfs", "namenode.json"), "utf8")).ports;
});

/** A policy that keeps what it told. */
function policyOf(giveUpMs = 240_000): { told: Retry[]; retry: RetryPolicy } {
  const told: Retry[] = [];
  return { told, retry: { giveUpMs, onRetry: (one) => told.push(one) } };
}

/** The hdfs command line on the HDFS of this file. */
async function dfsadmin(...args: readonly string[]): Promise<void> {
  const script = projectPath("local", "hdfs.mjs");
  const { ended } = beginProgram(process.execPath, [script, "dfsadmin", ...args], ownEnvironment(own.folder));
  const { code, stdout, stderr } = await ended;
  assert.equal(code, 0, stdout + stderr);
}

/** A topic of one partition with so many messages, whose values are their numbers. */
async function makeTopic(topic: string, count: number): Promise<KafkaConfig> {
  const kafka = { ...config.kafka, topic };
  await ensureTopic(kafka, { partitions: 1 });
  await send(kafka, toMessages(0, count));
  return kafka;
}

const toMessages = (from: number, count: number) =>
  [...Array(count).keys()].map((number) => ({ value: `${from + number}` }));

const numbersIn = (batches: readonly MessageBatch[]) =>
  batches.flatMap(({ messages }) => messages.map(({ value }) => Number(value)));

const upTo = (count: number) => [...Array(count).keys()];

describe("a handler that takes longer than the broker waits for a consumer", () => {
  for (const [name, waitFor] of [
    ["waiting", () => sleep(40_000)],
    // the consumer can send no word meanwhile, so that the broker puts it out of its group
    [
      "with the event loop blocked",
      () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40_000),
    ],
  ] as const) {
    test(`${name}, loses nothing and doubles nothing`, async () => {
      const kafka = await makeTopic(`slow-${name.length}`, 100);
      const stop = new AbortController();
      const batches: MessageBatch[] = [];
      const following = followTopic(kafka, { from: new Map(), signal: stop.signal }, async (batch) => {
        if (batches.length === 0) await waitFor();
        batches.push(batch);
      });
      await until(() => batches.length > 0, "the first batch");
      await send(kafka, toMessages(100, 100));
      await until(() => numbersIn(batches).length >= 200, "the second hundred");
      stop.abort();
      await following;
      assert.deepEqual(numbersIn(batches), upTo(200));

      const again: MessageBatch[] = [];
      const from = new Map<number, bigint>();
      await consumeRange(kafka, { from, to: await readEnds(kafka) }, async (batch) => {
        if (again.length === 0) await waitFor();
        again.push(batch);
      });
      assert.deepEqual(numbersIn(again), upTo(200));
    });
  }
});

describe("a broker", () => {
  test("that is killed again and again while a topic is followed costs nothing and doubles nothing", async () => {
    const kafka = await makeTopic("restarts", 100);
    const { told, retry } = policyOf();
    const stop = new AbortController();
    const batches: MessageBatch[] = [];
    const highs = new Map<number, bigint>();
    const options = {
      from: new Map(),
      signal: stop.signal,
      retry,
      onHighWatermark: (partition: number, high: bigint) => void highs.set(partition, high),
    };
    const following = followTopic(kafka, options, async (batch) => {
      await sleep(100);
      batches.push(batch);
    });
    for (let round = 1; round <= 4; round++) {
      await until(() => numbersIn(batches).length === 100 * round, `round ${round}`);
      await broker.kill();
      await sleep(2000 * (round - 1));
      broker.restart();
      const isUp = () =>
        readEnds(kafka).then(
          () => true,
          () => false,
        );
      await until(isUp, "the broker answers");
      await send(kafka, toMessages(100 * round, 100));
    }
    await until(() => numbersIn(batches).length >= 500, "all");
    stop.abort();
    await following;
    assert.deepEqual(numbersIn(batches), upTo(500));
    assert.deepEqual(highs, await readEnds(kafka), "the lag is zero");
    assert.ok(told.length > 0);
  });

  test("that accepts and answers nothing is noticed, told and gone on with", async () => {
    const kafka = await makeTopic("frozen", 100);
    const { told, retry } = policyOf();
    const stop = new AbortController();
    const batches: MessageBatch[] = [];
    const following = followTopic(
      kafka,
      { from: new Map(), signal: stop.signal, retry },
      (batch) => void batches.push(batch),
    );
    await until(() => numbersIn(batches).length === 100, "the first hundred");
    broker.freeze();
    try {
      await until(() => told.length > 0, "a word about the broker");
    } finally {
      broker.thaw();
    }
    await send(kafka, toMessages(100, 100));
    await until(() => numbersIn(batches).length >= 200, "the second hundred");
    stop.abort();
    await following;
    assert.deepEqual(numbersIn(batches), upTo(200));
  });
});

describe("HDFS", () => {
  const content = randomBytes(20_000_000);

  test("in safe mode is waited for, and given up with the command that says when it is over", async () => {
    const { told, retry } = policyOf();
    await dfsadmin("-safemode", "enter");
    const hasty = openHdfs(config.hdfs, { retry: { giveUpMs: 500 } });
    await assert.rejects(
      hasty.write("/safe", content),
      /SafeModeException .*dfsadmin -safemode get.*given up after/,
    );
    const once = openHdfs(config.hdfs);
    for (let round = 0; round < 50; round++) await assert.rejects(once.write("/safe", content), /SafeMode/);
    const writing = openHdfs(config.hdfs, { retry }).write("/safe", content);
    await until(() => told.length > 1, "a word about the safe mode");
    await dfsadmin("-safemode", "leave");
    assert.equal(await writing, content.length);
  });

  test("whose NameNode is killed and comes back is waited for by every function", async () => {
    const { told, retry } = policyOf();
    const hdfs = openHdfs(config.hdfs, { timeoutMs: 5000, retry });
    await hdfs.write("/gone/a", content);
    await nameNode.kill();
    const work = Promise.all([
      hdfs.write("/gone/b", content),
      hdfs.read("/gone/a"),
      hdfs.makeDirectory("/gone/c"),
      hdfs.stat("/gone/a"),
      hdfs.list("/"),
    ]);
    await until(() => new Set(told.map(({ error }) => error.message)).size >= 4, "a word about each");
    nameNode.restart();
    const [written, read, , stat, list] = await work;
    assert.equal(written, content.length);
    assert.ok(read.equals(content));
    assert.equal(stat?.bytes, content.length);
    assert.ok(list.some(({ name }) => name === "gone"));
  });

  test("whose NameNode stands still is a failure after the time allowed, and gone on with", async () => {
    const { told, retry } = policyOf();
    const hdfs = openHdfs(config.hdfs, { timeoutMs: 1000, retry });
    nameNode.freeze();
    const writing = hdfs.write("/still", content);
    try {
      await until(() => told.length > 1, "a word about the NameNode");
    } finally {
      nameNode.thaw();
    }
    assert.equal(await writing, content.length);
    assert.match(told[0]?.error.message ?? "", /^hdfs \/still: write: nothing came for 1 s/);
  });

  test("whose DataNode stands still in the middle of an upload takes it from the start again", async () => {
    const proxy = await openProxy(ports.http ?? 0, [`:${ports.dataHttp}`, () => `:${data.port}`]);
    const data = await openProxy(ports.dataHttp ?? 0);
    const place = { ...config.hdfs, url: `http://127.0.0.1:${proxy.port}` };
    const { told, retry } = policyOf();
    const hdfs = openHdfs(place, { timeoutMs: 1000, retry });
    data.whenSent(5_000_000, dataNode.freeze);
    const writing = hdfs.write("/stalled", content);
    try {
      await until(() => told.length > 0, "a word about the upload");
    } finally {
      dataNode.thaw();
    }
    assert.equal(await writing, content.length);
    assert.ok((await hdfs.read("/stalled")).equals(content));
  });
});

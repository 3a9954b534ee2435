import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { type Config, readConfig } from "user-activity/dist/base/config";
import { formatRetry, type Retry, type RetryPolicy } from "user-activity/dist/base/retry";
import { isSourceMissing } from "user-activity/dist/hdfs/errors";
import { openHdfs } from "user-activity/dist/hdfs/hdfs";
import { consumeRange, followTopic } from "user-activity/dist/kafka/consume";
import type { MessageBatch } from "user-activity/dist/kafka/message";
import { ensureTopic } from "user-activity/dist/kafka/topics";
import { type Breakable, breakable, openProxy } from "../helpers/broken-servers";
import { readEnds, send } from "../helpers/live-topics";
import { ownServices, until } from "../helpers/own-services";

const own = ownServices();
let config: Config;
let broker: Breakable;
let dataNode: Breakable;
let ports: Readonly<Record<string, number>>;

before(async () => {
  const started = await own.run(["services", "start"]);
  assert.equal(started.code, 0, started.stderr);
  const { kafka, hdfs } = await own.status();
  config = readConfig({ KAFKA_BROKERS: kafka.brokers, WEBHDFS_URL: hdfs.webhdfsUrl });
  const pidOf = (name: string) => own.servers().get(name) ?? assert.fail(`${name} does not run`);
  [broker, dataNode] = [breakable(pidOf("kafka")), breakable(pidOf("datanode"))];
  ports = JSON.parse(readFileSync(own.place("hdfs", "namenode.json"), "utf8")).ports;
});

/** A policy that keeps what it told. */
function policyOf(giveUpMs = 240_000): { told: Retry[]; retry: RetryPolicy } {
  const told: Retry[] = [];
  return { told, retry: { giveUpMs, onRetry: (one) => told.push(one) } };
}

const topicOf = (name: string) => ({ ...config.kafka, topic: name });

/** Every offset once and in order, whatever was sent twice. */
function assertEachOnce(batches: readonly MessageBatch[], ends: ReadonlyMap<number, bigint>): void {
  for (const [partition, end] of ends) {
    const ours = batches.filter((one) => one.partition === partition);
    const firsts = ours.map(({ firstOffset }) => firstOffset);
    assert.deepEqual(firsts, [0n, ...ours.map(({ nextOffset }) => nextOffset)].slice(0, ours.length));
    assert.equal(ours.at(-1)?.nextOffset ?? 0n, end);
    const offsets = ours.flatMap(({ messages }) => messages.map(({ offset }) => offset));
    assert.deepEqual(
      offsets,
      offsets.map((_, index) => BigInt(index)),
    );
    assert.equal(BigInt(offsets.length), end);
  }
}

describe("a broker that is killed and comes back", () => {
  test("in the middle of a range costs no message and doubles none", async () => {
    const kafka = topicOf("range");
    await ensureTopic(kafka);
    for (let round = 0; round < 4; round++) {
      const messages = [0, 1, 2].map((partition) => ({ partition, value: Buffer.alloc(700_000) }));
      await send(kafka, messages);
    }
    const to = await readEnds(kafka);
    const { told, retry } = policyOf();
    const batches: MessageBatch[] = [];
    await consumeRange(kafka, { from: new Map(), to, retry }, async (batch) => {
      batches.push(batch);
      if (batches.length !== 2) return;
      await broker.kill();
      setTimeout(broker.restart, 500);
    });
    assertEachOnce(batches, to);
    assert.ok(told.length > 0);
    assert.match(
      told.map(formatRetry).join("\n"),
      /ECONNREFUSED.*; trying again in [\d.]+ s \(try 2, gives up/,
    );
  });

  test("not before time is up ends the consuming with an error that says so", async () => {
    const kafka = topicOf("range");
    const gone = { ...kafka, brokers: ["127.0.0.1:1"] };
    const { told, retry } = policyOf(2000);
    const { signal } = new AbortController();
    await assert.rejects(
      followTopic(gone, { from: new Map(), signal, retry }, () => {}),
      /^ServiceError: kafka 127\.0\.0\.1:1: reading the offsets .*ECONNREFUSED.*; given up after \d tries in \d+(\.\d+)? s, the next run goes on/,
    );
    assert.ok(told.length > 0);
  });
});

describe("writing to HDFS", () => {
  const content = randomBytes(3_000_000);

  test("goes on once a DataNode that was killed in the middle is back", async () => {
    const nameNode = await openProxy(ports.http ?? 0, [`:${ports.dataHttp}`, () => `:${data.port}`]);
    const data = await openProxy(ports.dataHttp ?? 0);
    const { told, retry } = policyOf();
    const place = { ...config.hdfs, url: `http://127.0.0.1:${nameNode.port}` };
    const hdfs = openHdfs(place, { timeoutMs: 5000, retry });
    data.whenSent(1_000_000, async () => {
      await dataNode.kill();
      setTimeout(dataNode.restart, 500);
    });
    assert.equal(await hdfs.write("/killed", content), content.length);
    assert.ok((await hdfs.read("/killed")).equals(content));
    assert.ok(told.length > 0);
    for (const { error } of told) assert.match(error.message, /^hdfs \/killed: write: /);
  });

  test("tries again what is refused, reset at once or in the middle, or never answered", async () => {
    const nameNode = await openProxy(ports.http ?? 0, [`:${ports.dataHttp}`, () => `:${data.port}`]);
    const data = await openProxy(ports.dataHttp ?? 0);
    const { told, retry } = policyOf();
    const place = { ...config.hdfs, url: `http://127.0.0.1:${nameNode.port}` };
    const onRetry = (one: Retry) => {
      told.push(one);
      void Promise.all([nameNode.set("pass"), data.set("pass")]);
    };
    const hdfs = openHdfs(place, { timeoutMs: 500, retry: { ...retry, onRetry, firstWaitMs: 50 } });
    for (const [proxy, name] of [
      [nameNode, "namenode"],
      [data, "datanode"],
    ] as const) {
      for (const [mode, said] of [
        ["refuse", "connection refused by"],
        ["reset", "the connection broke"],
        ["mute", "nothing came for 0.5 s"],
      ] as const) {
        await proxy.set(mode);
        told.length = 0;
        assert.equal(await hdfs.write(`/${name}-${mode}`, content), content.length);
        assert.ok(told.length > 0 && told.every(({ error }) => error.message.includes(said)), said);
        await proxy.set(mode);
        assert.ok((await hdfs.read(`/${name}-${mode}`)).equals(content));
      }
    }
    told.length = 0;
    data.whenSent(1_000_000, () => data.set("reset"));
    assert.equal(await hdfs.write("/cut", content), content.length);
    assert.equal(told.length, 1);
    data.whenReceived(1_000_000, () => data.set("reset"));
    assert.ok((await hdfs.read("/cut")).equals(content));
    assert.equal(told.length, 2);
  });

  test("waits for a quota to be raised, and gives up with its name where it is not", async () => {
    const { told, retry } = policyOf();
    const patient = openHdfs(config.hdfs, { retry });
    await patient.makeDirectory("/narrow");
    const setQuota = async (bytes: number) => {
      const query = `op=SETQUOTA&namespacequota=9223372036854775807&storagespacequota=${bytes}`;
      const url = `${config.hdfs.url}/webhdfs/v1/narrow?${query}&user.name=${config.hdfs.user}`;
      assert.equal((await fetch(url, { method: "PUT" })).status, 200);
    };
    await setQuota(1_000_000);
    const hasty = openHdfs(config.hdfs, { retry: { giveUpMs: 300 } });
    await assert.rejects(
      hasty.write("/narrow/file", content),
      /hdfs \/narrow\/file: write: 403 DSQuotaExceededException .*have the quota raised; given up after \d tries in/,
    );
    const writing = patient.write("/narrow/file", content);
    await until(() => told.length > 0, "a word about the quota");
    await setQuota(-1);
    assert.equal(await writing, content.length);
  });

  test("tells a rename that was done though its answer got lost by its missing source", async () => {
    const nameNode = await openProxy(ports.http ?? 0);
    const { told, retry } = policyOf();
    const onRetry = (one: Retry) => {
      told.push(one);
      void nameNode.set("pass");
    };
    const place = { ...config.hdfs, url: `http://127.0.0.1:${nameNode.port}` };
    const hdfs = openHdfs(place, { retry: { ...retry, onRetry } });
    const direct = openHdfs(config.hdfs);
    await direct.write("/lost/from", content);
    await hdfs.makeDirectory("/lost"); // before its first write it tries out a rename
    nameNode.whenReceived(1, () => nameNode.set("reset"));
    const error: unknown = await hdfs.rename("/lost/from", "/lost/to").catch((reason: unknown) => reason);
    assert.equal(told.length, 1);
    assert.ok(isSourceMissing(error), String(error));
    assert.equal((await hdfs.stat("/lost/to"))?.bytes, content.length);
    nameNode.whenReceived(1, () => nameNode.set("reset"));
    assert.equal(await hdfs.remove("/lost/to"), false);
    assert.equal(told.length, 2);
    const noParent: unknown = await hdfs
      .write("/lost/a", content)
      .then(() => hdfs.rename("/lost/a", "/nowhere/b").catch((reason: unknown) => reason));
    assert.ok(!isSourceMissing(noParent), String(noParent));
  });

  test("tries no permission again", async () => {
    const { told, retry } = policyOf();
    const stranger = openHdfs({ ...config.hdfs, user: "stranger" }, { retry });
    await assert.rejects(stranger.write("/stranger/file", content), /user stranger has no WRITE access/);
    assert.deepEqual(told, []);
  });
});

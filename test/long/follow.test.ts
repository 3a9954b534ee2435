import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Partitioners } from "kafkajs";
import { type Config, readConfig } from "user-activity/dist/base/config";
import { openKafka } from "user-activity/dist/kafka/client";
import { ensureTopic, readOffsets } from "user-activity/dist/kafka/topics";
import { openLake, readTable } from "user-activity/dist/lake/lake";
import { verify } from "user-activity/dist/landing/verify";
import { anEvent } from "../helpers/an-event";
import { countLag, restartable, startFollower, untilLanded } from "../helpers/followers";
import { recompute } from "../helpers/live-lake";
import { ownServices, until } from "../helpers/own-services";
import { publishEvents } from "../helpers/small-lake";

const own = ownServices();
let place: Readonly<Record<string, string>>;
let broker: ReturnType<typeof restartable>;
let nameNode: ReturnType<typeof restartable>;

before(async () => {
  const started = await own.run(["services", "start"]);
  assert.equal(started.code, 0, started.stderr);
  const { kafka, hdfs } = await own.status();
  place = { KAFKA_BROKERS: kafka.brokers, WEBHDFS_URL: hdfs.webhdfsUrl };
  const take = (name: string) => restartable(own.servers().get(name) ?? assert.fail(`${name} does not run`));
  [broker, nameNode] = [take("kafka"), take("namenode")];
});

function configOf(name: string): Config {
  return readConfig({ ...place, KAFKA_TOPIC: name, LAKE_DIR: `/${name}` });
}

const seconds = 60;
const perSecond = 500;

/** Sends events at the pace, each once whatever the broker does; those that are late for that are sent behind. */
async function produce(config: Config, onSecond: (second: number) => void): Promise<number> {
  const { topic } = config.kafka;
  const retry = { retries: 100, maxRetryTime: 2000 };
  const producer = openKafka(config.kafka, { retry }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
    maxInFlightRequests: 1,
    retry,
  });
  await producer.connect();
  const startedMs = Date.now();
  let [sent, told] = [0, 0];
  const clock = setInterval(() => onSecond(++told), 1000); // also while a send waits for the broker
  try {
    while (sent < seconds * perSecond) {
      const passedMs = Date.now() - startedMs;
      const due = Math.min(seconds * perSecond, Math.floor((passedMs / 1000) * perSecond)) - sent;
      const messages = Array.from({ length: Math.min(due, 500) }, (_, index) => {
        const id = `a-${sent + index}`;
        return { key: id, value: JSON.stringify({ ...anEvent(), user_exam_id: id }) };
      });
      if (messages.length > 0) await producer.send({ topic, messages });
      sent += messages.length;
      await sleep(50);
    }
  } finally {
    clearInterval(clock);
  }
  await producer.disconnect();
  return sent;
}

describe("user-activity land --follow", () => {
  test(`${seconds} s at ${perSecond} events a second, a broker's restart inside: each event is landed once, and the lag comes to 0 [steady-stream]`, async (t) => {
    const config = configOf("pace");
    await ensureTopic(config.kafka);
    const follower = startFollower(config, ["--every", "2", "--compact-every", "10", "--json"]);
    await untilLanded(config, 0);
    const lags: number[] = [];
    const sent = await produce(config, (second) => {
      if (second === 20) broker.kill();
      if (second === 23) broker.restart();
      if (second % 5 === 0) {
        countLag(config).then(
          (lag) => lags.push(lag),
          () => {}, // the broker is down
        );
      }
    });
    await until(async () => (await countLag(config)) === 0, "lag 0");
    follower.kill("SIGINT");
    const { code, stdout, stderr } = await follower.ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /trying again in/);
    const report = JSON.parse(stdout);
    const { counts, memory, commits, datasets, ms } = report;
    assert.deepEqual(counts, { consumed: sent, graded: sent, duplicates: 0, quarantined: 0 });
    const highs = (await readOffsets(config.kafka)).reduce((sum, { high }) => sum + Number(high), 0);
    assert.equal(highs, sent);
    const grades = await readTable(openLake(config.hdfs), "grades_ID");
    assert.equal(new Set(grades.map((row) => row.user_exam_id)).size, sent);
    assert.ok((await verify({ config })).ok);
    assert.deepEqual((await recompute(config)).differences, []);
    const files = datasets.map((one: { files: number }) => one.files).join(", ");
    t.diagnostic(
      `${sent} events in ${Math.round(ms / 1000)} s, ${commits} commits, files ${files}, greatest lag seen ${Math.max(...lags)}, at most ${Math.round(memory.peakRssBytes / 1e6)} MB`,
    );
  });

  test("tells of an HDFS that is gone for some seconds, and goes on when it is back", async () => {
    const config = configOf("gone");
    await publishEvents(config, 11);
    const follower = startFollower(config, ["--every", "0.5"]);
    await untilLanded(config, 11);
    nameNode.kill();
    await publishEvents(config, 11, "b");
    await until(() => /hdfs .*; trying again in .* \(try 4,/.test(follower.said()), "a word about HDFS");
    nameNode.restart();
    await until(async () => (await countLag(config).catch(() => 1)) === 0, "lag 0");
    follower.kill("SIGINT");
    const { code, stdout, stderr } = await follower.ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /consumed 22 = graded 14 \+ duplicates 4 \+ quarantined 4/);
    assert.ok((await verify({ config })).ok);
  });

  test("ends at once at the second signal, with nothing lost", async () => {
    const config = configOf("twice");
    await publishEvents(config, 11);
    const follower = startFollower(config, ["--every", "86400"]);
    await untilLanded(config, 0);
    nameNode.freeze();
    try {
      follower.kill("SIGINT");
      await until(() => /SIGINT: ending in order/.test(follower.said()), "a word about the signal");
      follower.kill("SIGINT");
      assert.equal((await follower.ended).code, 130);
    } finally {
      nameNode.thaw();
    }
    const next = startFollower(config, ["--every", "0.5"]);
    await untilLanded(config, 11);
    next.kill("SIGTERM");
    assert.equal((await next.ended).code, 0);
    assert.ok((await verify({ config })).ok);
  });
});

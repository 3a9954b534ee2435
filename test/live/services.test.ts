import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readConfig } from "user-activity/dist/base/config";
import { resetTopic } from "user-activity/dist/kafka/topics";
import { openLake } from "user-activity/dist/lake/lake";
import type { ServicesStatus } from "user-activity/dist/services/services";
import { readAll } from "../helpers/live-topics";
import {
  endServer,
  listAddresses,
  type OwnServices,
  occupy,
  ownServices,
  statesOf,
  until,
} from "../helpers/own-services";

const event = JSON.stringify([{ user_exam_id: "exam-1", exam_name: "kept" }]);

function configOf({ kafka, hdfs }: ServicesStatus) {
  return readConfig({ KAFKA_BROKERS: kafka.brokers, WEBHDFS_URL: hdfs.webhdfsUrl });
}

/** A start that is killed in the moment between starting a server and recording it leaves one that nobody knows. */
async function untilAllRun(own: OwnServices): Promise<void> {
  const records = [
    own.place("kafka", "kafka.json"),
    own.place("hdfs", "namenode.json"),
    own.place("hdfs", "datanode.json"),
  ];
  await until(
    () => own.servers().size === 3 && records.every((path) => existsSync(path)),
    "Kafka, NameNode and DataNode run and are on record",
  );
}

describe("the embedded services", () => {
  const own = ownServices();
  const file = join(own.folder, "events.json");
  writeFileSync(file, event);

  test("leave nothing behind where the first start, which formats, is killed by Ctrl-C", async () => {
    const start = own.begin(["services", "start"]);
    await until(() => own.servers().size > 0, "a format runs");
    start.kill("SIGINT");
    const { code, stderr } = await start.ended;
    assert.equal(code, 130);
    assert.match(stderr, /interrupted by SIGINT/);
    assert.deepEqual(own.servers(), new Map());
    assert.deepEqual(statesOf(await own.status()), ["stopped", "stopped"]);
  });

  test("are started once by two starts at the same time, on other ports where theirs are taken", async () => {
    await occupy(9092);
    await occupy(9870);
    const outcomes = await Promise.all([own.run(["services", "start"]), own.run(["services", "start"])]);
    assert.deepEqual(
      [0, 0],
      outcomes.map(({ code }) => code),
    );
    assert.deepEqual(
      ["✓ nothing to start", "✓ started kafka and hdfs"],
      outcomes.map(({ stderr }) => stderr.split("\n").at(-2)).sort(),
    );
    assert.deepEqual([...own.servers().keys()].sort(), ["datanode", "kafka", "namenode"]);
    const { kafka, hdfs } = await own.status();
    assert.notEqual(kafka.brokers, "127.0.0.1:9092");
    assert.notEqual(hdfs.webhdfsUrl, "http://127.0.0.1:9870");
  });

  test("are found again by the next start", async () => {
    const before = own.servers();
    const { code, stdout } = await own.run(["services", "start", "--json"]);
    assert.equal(code, 0);
    assert.deepEqual(statesOf(JSON.parse(stdout)), ["running", "running"]);
    assert.deepEqual(own.servers(), before);
  });

  test("tell their state and addresses as JSON, valid as KAFKA_BROKERS and WEBHDFS_URL", async () => {
    const { kafka, hdfs, ...others } = await own.status();
    assert.deepEqual(others, {});
    assert.deepEqual(Object.keys(kafka), ["state", "brokers", "logs"]);
    assert.deepEqual(Object.keys(hdfs), ["state", "webhdfsUrl", "logs"]);
    assert.deepEqual([kafka.state, hdfs.state], ["running", "running"]);
    assert.ok(existsSync(kafka.logs ?? ""));
    const env = { KAFKA_BROKERS: kafka.brokers, WEBHDFS_URL: hdfs.webhdfsUrl };
    assert.equal((await own.run(["publish", file], env)).code, 0);
    await openLake(readConfig(env).hdfs).hdfs.write("/kept/file", Buffer.from("kept"));
  });

  test("listen on the loopback address only", () => {
    for (const pid of own.servers().values()) {
      const addresses = listAddresses(pid);
      assert.ok(addresses.length > 0);
      for (const address of addresses) assert.match(address, /^(0{16}F{4}0{4})?0100007F$/);
    }
  });

  test("are used, not started, where the environment names them", async () => {
    const { kafka, hdfs } = await own.status();
    const other = ownServices();
    const env = { KAFKA_BROKERS: kafka.brokers, WEBHDFS_URL: hdfs.webhdfsUrl };
    const start = await other.run(["services", "start", "--json"], env);
    assert.deepEqual(JSON.parse(start.stdout), {
      kafka: { state: "external", brokers: kafka.brokers },
      hdfs: { state: "external", webhdfsUrl: hdfs.webhdfsUrl },
    });
    assert.equal((await other.run(["services", "stop"], env)).code, 0);
    assert.deepEqual(other.servers(), new Map());
    assert.ok(!existsSync(other.place()));
    assert.deepEqual(statesOf(await own.status()), ["running", "running"]);
  });

  test("are seen as stopped when one of their servers is killed", async () => {
    await endServer(own, "datanode");
    assert.deepEqual(statesOf(await own.status()), ["running", "stopped"]);
  });

  test("stop gracefully, what is left of HDFS included, and leave no process and no record", async () => {
    assert.equal((await own.run(["services", "stop"])).code, 0);
    assert.deepEqual(own.servers(), new Map());
    assert.deepEqual(statesOf(await own.status()), ["stopped", "stopped"]);
    assert.ok(existsSync(own.place("kafka", "data", ".kafka_cleanshutdown")));
    const left = ["kafka", "hdfs"].flatMap((name) => readdirSync(own.place(name)));
    assert.deepEqual(
      left.filter((name) => name.endsWith(".json")),
      [],
    );
    assert.equal((await own.run(["services", "stop"])).code, 0);
  });

  test("are taken over from a start that was killed", async () => {
    const start = own.begin(["services", "start"]);
    await untilAllRun(own);
    start.kill("SIGKILL");
    await start.ended;
    const before = own.servers();
    const next = await own.run(["services", "start"]);
    assert.equal(next.code, 0, next.stderr);
    assert.deepEqual(own.servers(), before);
  });

  test("keep their data when stopped and started", async () => {
    const config = configOf(await own.status());
    assert.deepEqual(
      (await readAll(config.kafka)).map(({ key }) => String(key)),
      ["exam-1"],
    );
    assert.equal(String(await openLake(config.hdfs).hdfs.read("/kept/file")), "kept");
    await resetTopic(config.kafka);
    await own.run(["services", "stop"]);
  });

  for (const [signal, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    test(`leave nothing behind where a start is ended by ${signal}`, async () => {
      const start = own.begin(["services", "start"]);
      await untilAllRun(own);
      start.kill(signal);
      assert.equal((await start.ended).code, exitCode);
      assert.deepEqual(own.servers(), new Map());
    });
  }

  test("leave nothing behind where a start is ended at once by a second Ctrl-C", async () => {
    const start = own.begin(["services", "start"]);
    await untilAllRun(own);
    start.kill("SIGINT");
    start.kill("SIGINT");
    assert.equal((await start.ended).code, 130);
    await until(() => own.servers().size === 0, "all have ended");
  });
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { resetTopic } from "user-activity/dist/kafka/topics";
import { publishFile } from "user-activity/dist/publish/publish";
import { sparkPython } from "user-activity/dist/spark/run";
import { anEvent, withoutCounts } from "../helpers/an-event";
import { linesOf } from "../helpers/customers";
import { chooseSeed, publishFuzz } from "../helpers/fuzz-landing";
import { makeMessages } from "../helpers/fuzz-messages";
import { eventsFile, ownConfig, ownFolder } from "../helpers/live-lake";
import { createTopic, send } from "../helpers/live-topics";
import { sharedCases } from "../helpers/shared-cases";
import {
  assertAsLand,
  besides,
  delivering,
  lakeOf,
  type SparkJobOptions,
  sparkJob,
  startSpark,
  whySparkIsSkipped,
} from "../helpers/spark-jobs";

const skip = whySparkIsSkipped();
/** Where this file is asked for, it takes more messages, in more commits. */
const isWhole = Boolean(process.env.TESTS_BY_NAME);
const fuzzed = Number(process.env.FUZZ_COUNT ?? (isWhole ? 5000 : 1500));

describe("Spark lands what land does", { skip }, () => {
  /** One session for all: its start takes longer than most of what it does here. */
  let session: ReturnType<typeof startSpark> | undefined;
  after(() => session?.kill("SIGKILL"));

  /** Lands a topic in two ways and holds each table of the one to the other, row by row. */
  async function landTwice(config: Config, options: SparkJobOptions = {}) {
    session ??= startSpark(config);
    const report = await session.run(sparkJob(config, lakeOf(config), options));
    assert.equal(report.error, undefined, `${report.error}\n${session.log()}`);
    return assertAsLand(config, report, options);
  }

  test("the shipped events, in several commits", async () => {
    const config = ownConfig("spark-shipped");
    await publishFile(eventsFile, { config: config.kafka });
    const tables = await landTwice(config, { batch: 2000 });
    assert.deepEqual(
      tables.map(({ here }) => here),
      [3280, 14555, 3237, 102, 5],
    );
  });

  test("messages of every kind", { skip: sharedCases ? false : "no cases beside the project" }, async () => {
    const config = ownConfig("spark-cases");
    await createTopic(config.kafka, 1);
    await send(
      config.kafka,
      (sharedCases ?? []).map(({ bytes, timestamp }) => ({
        value: bytes,
        partition: 0,
        ...(timestamp ? { timestamp } : {}),
      })),
    );
    await landTwice(config);
  });

  test(`${fuzzed} messages of any kind`, async (t) => {
    const config = ownConfig("spark-fuzz");
    const seed = chooseSeed();
    t.diagnostic(`FUZZ_SEED=${seed}`);
    await publishFuzz(config, makeMessages(fuzzed, seed).map(withinSpark));
    const tables = await landTwice(config, { batch: Math.ceil(fuzzed / 2) });
    for (const { table, here } of tables) assert.ok(here > fuzzed / 1000, `${table} is hardly met`);
  });

  for (const name of ["xapi", "edx"])
    test(`the events of another customer: ${name}`, async () => {
      const contractFile = projectPath("data", "customers", `${name}.odcs.yaml`);
      const config: Config = { ...ownConfig(`spark-${name}`), contractFile };
      await createTopic(config.kafka, 2);
      const lines = linesOf(name);
      await send(
        config.kafka,
        lines.map((value, index) => ({ key: null, value, partition: index % 2 })),
      );
      const tables = await landTwice(config, isWhole ? { batch: Math.ceil(lines.length / 2) } : {});
      assert.ok(tables.length > 3);
      assert.ok(tables.some(({ table, here }) => table !== "raw_data" && here > 10));
    });

  test("deliveries that are late, repeated and in conflict across runs", async () => {
    const config = ownConfig("spark-late");
    await createTopic(config.kafka, 2);
    const deliver = delivering(config);
    await deliver(1, [event(1), event(2), { ...withoutCounts(), user_exam_id: "a-3" }, event(4)]);
    await landTwice(config);
    // again, another one, one that was refused before, and one that has to wait for nothing
    await deliver(1, [event(1), event(2, { exam_name: "Other" }), event(3), event(5)]);
    await landTwice(config);
    // in a lower partition: the same, another one, refused, and new
    await deliver(0, [
      event(1),
      event(2, { exam_name: "First" }),
      { ...withoutCounts(), user_exam_id: "a-4" },
      event(6),
    ]);
    await landTwice(config);
    await deliver(0, [event(5), event(3, { exam_name: "Third" })]);
    await deliver(1, [event(6), event(7)]);
    const tables = await landTwice(config);
    assert.equal(tables.find(({ table }) => table === "grades_ID")?.here, 7);
  });

  test("where the latest counts: the first to come until a replay takes the latest, across runs and partitions", async () => {
    const contractFile = join(ownFolder(), "latest.odcs.yaml");
    const counts = "counts: latest, by: grades_ID.recorded_at";
    const text = readFileSync(projectPath("data", "assessments.odcs.yaml"), "utf8");
    writeFileSync(contractFile, text.replace("counts: first", counts));
    const config: Config = { ...ownConfig("spark-latest"), contractFile };
    await createTopic(config.kafka, 2);
    const deliver = delivering(config);
    const at = (id: number, seconds: number, more: object = {}) =>
      event(id, { keen_timestamp: `${1_700_000_000 + seconds}`, ...more });
    const refused = { ...withoutCounts(), user_exam_id: "a-3" };
    await deliver(1, [at(1, 5), at(2, 5), refused, at(4, 5), at(1, 5), at(5, 5, { exam_name: "One" })]);
    await landTwice(config);
    // later, earlier, refused before, at the same time with other contents, later and refused
    await deliver(1, [
      at(1, 9),
      at(2, 3),
      at(3, 4),
      at(5, 5, { exam_name: "Other" }),
      at(4, 8, { exam_name: "" }),
    ]);
    await deliver(1, [at(1, 7)]);
    await landTwice(config);
    // in a lower partition: the same as the latest, and later ones without and with other questions
    await deliver(0, [
      at(1, 9),
      { ...at(2, 6), sequences: anEvent({ questions: [] }).sequences },
      at(4, 7),
      at(6, 1),
    ]);
    const tables = await landTwice(config, { replay: true });
    assert.equal(tables.find(({ table }) => table === "grades_ID")?.here, 6);
    await deliver(0, [at(4, 6), at(1, 10)]);
    await landTwice(config);
  });

  test("its Python is formatted, linted and typed", () => {
    const cwd = projectPath("spark");
    const run = (name: string, ...args: string[]) => {
      const program = join(dirname(sparkPython), name);
      const { status, stdout } = spawnSync(program, args, { cwd, encoding: "utf8" });
      assert.equal(status, 0, stdout);
    };
    run("ruff", "format", "--check", "--no-cache", ".");
    run("ruff", "check", "--no-cache", ".");
    run("mypy", "--cache-dir", ownFolder(), "land.py");
  });

  test("a topic that was made anew, another topic and a lake of land are refused", async () => {
    const config = ownConfig("spark-anew");
    await createTopic(config.kafka, 1);
    const deliver = (count: number) =>
      send(
        config.kafka,
        Array.from({ length: count }, (_, id) => ({
          value: JSON.stringify({ ...anEvent(), user_exam_id: `${id}` }),
        })),
      );
    await deliver(3);
    await landTwice(config);
    await resetTopic(config.kafka);
    await createTopic(config.kafka, 1);
    await deliver(7);
    const { error = "" } = (await session?.run(sparkJob(config, lakeOf(config)))) ?? {};
    assert.match(
      error,
      /expected the ID of the topic .+, received .+; it was created anew; name another lake/,
    );
    const other = ownConfig("spark-other");
    await createTopic(other.kafka, 1);
    const elsewhere = await session?.run(sparkJob(other, lakeOf(config)));
    assert.match(elsewhere?.error ?? "", /expected the topic .*anew.*, received .*other/);
    const ofLand = await session?.run(sparkJob(config, besides(config).hdfs.lakeDir));
    assert.match(ofLand?.error ?? "", /expected a lake of Spark's, received one of land/);
  });
});

const event = (id: number, more: object = {}) => ({ ...anEvent(), user_exam_id: `a-${id}`, ...more });

/** Spark's times end where its microseconds do, and its source for Kafka with them. */
function withinSpark<T extends { readonly timestamp: string }>(message: T): T {
  const isBeyond = Number(message.timestamp) > 9e15;
  return isBeyond ? { ...message, timestamp: "9000000000000000" } : message;
}

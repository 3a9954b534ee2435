import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { resetTopic } from "user-activity/dist/kafka/topics";
import { land } from "user-activity/dist/landing/land";
import { publishFile } from "user-activity/dist/publish/publish";
import { compareLakes } from "user-activity/dist/sql/against";
import { anEvent, withoutCounts } from "../helpers/an-event";
import { linesOf } from "../helpers/customers";
import { chooseSeed, publishFuzz } from "../helpers/fuzz-landing";
import { makeMessages } from "../helpers/fuzz-messages";
import { eventsFile, ownConfig } from "../helpers/live-lake";
import { createTopic, type Outgoing, send } from "../helpers/live-topics";
import { sharedCases } from "../helpers/shared-cases";
import { sparkJob, startSpark, whySparkIsSkipped } from "../helpers/spark-jobs";

const skip = whySparkIsSkipped();
const fuzzed = Number(process.env.FUZZ_COUNT ?? 5000);

describe("Spark lands what land does", { skip }, () => {
  /** One session for all: its start takes longer than most of what it does here. */
  let session: ReturnType<typeof startSpark> | undefined;
  after(() => session?.kill("SIGKILL"));
  const lakeOf = ({ hdfs }: Config) => `${hdfs.lakeDir}/spark`;

  /** Lands a topic in two ways and holds each table of the one to the other, row by row. */
  async function landTwice(config: Config, batch?: number) {
    session ??= startSpark(config);
    const report = await session.run(sparkJob(config, lakeOf(config), batch));
    assert.equal(report.error, undefined, `${report.error}\n${session.log()}`);
    const { state } = await land({ config: besides(config) });
    assert.deepEqual({ ...report.counts }, { ...state.counts });
    const { ok, tables } = await compareLakes({ config: besides(config), against: lakeOf(config) });
    assert.ok(ok, JSON.stringify(tables, null, 1));
    return tables;
  }

  /** The lake that land has, in the same directory of the test's own. */
  const besides = (config: Config): Config => ({
    ...config,
    hdfs: { ...config.hdfs, lakeDir: `${config.hdfs.lakeDir}/land` },
  });

  test("the shipped events, in several commits", async () => {
    const config = ownConfig("spark-shipped");
    await publishFile(eventsFile, { config: config.kafka });
    const tables = await landTwice(config, 2000);
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
    const tables = await landTwice(config, Math.ceil(fuzzed / 2));
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
      const tables = await landTwice(config, Math.ceil(lines.length / 2));
      assert.ok(tables.length > 3);
      assert.ok(tables.some(({ table, here }) => table !== "raw_data" && here > 10));
    });

  test("deliveries that are late, repeated and in conflict across runs", async () => {
    const config = ownConfig("spark-late");
    await createTopic(config.kafka, 2);
    const event = (id: number, more: object = {}) => ({ ...anEvent(), user_exam_id: `a-${id}`, ...more });
    const deliver = (partition: number, events: readonly object[]) =>
      send(
        config.kafka,
        events.map((one): Outgoing => ({ key: null, value: JSON.stringify(one), partition })),
      );
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

  test("kill -9 at ten moments loses and doubles nothing", async (t) => {
    const config = ownConfig("spark-killed");
    await createTopic(config.kafka, 3);
    const events = Array.from({ length: 60 }, (_, index) => {
      const id = index % 5 === 3 ? index - 1 : index;
      const event = { ...anEvent(), user_exam_id: `a-${id}`, exam_name: `Course ${id % 3}` };
      return index % 7 === 6 ? { ...event, exam_name: "" } : event;
    });
    const messages = (partition: number) => events.map((one) => ({ value: JSON.stringify(one), partition }));
    await send(config.kafka, messages(2));
    await send(config.kafka, messages(1).slice(0, 20));
    await send(config.kafka, messages(0).slice(10, 30));
    const met: string[] = [];
    for (const moment of moments) {
      const doomed = startSpark(config, projectPath("test", "python", "spark_doomed.py"), [
        projectPath("spark"),
        ...moment,
      ]);
      doomed.write(sparkJob(config, lakeOf(config), 20));
      const by = await doomed.end();
      assert.ok(by === "SIGKILL" || by === 0, `${moment.join(" ")}: ${by} ${doomed.log()}`);
      if (by === "SIGKILL") met.push(moment.join(" "));
    }
    t.diagnostic(`killed at ${met.join(", ")}`);
    assert.equal(met.length, moments.length);
    await landTwice(config, 20);
  });
});

/**
 * The steps over a lake's files, in the order of a run: of the first batch five times, of four others, and of the settling, when
 * one table has taken the other's place. The first step `place` of a run finishes what the one before it left.
 */
const moments: readonly (readonly [step: string, number: string, when: "before" | "after"])[] = [
  ["write", "1", "after"],
  ["write", "3", "before"],
  ["write", "6", "after"],
  ["commit", "1", "before"],
  ["commit", "1", "after"],
  ["place", "2", "before"],
  ["rename", "1", "after"],
  ["sweep", "2", "after"],
  ["place", "2", "after"],
  ["rename", "3", "after"],
];

/** Spark's times end where its microseconds do, and its source for Kafka with them. */
function withinSpark<T extends { readonly timestamp: string }>(message: T): T {
  const isBeyond = Number(message.timestamp) > 9e15;
  return isBeyond ? { ...message, timestamp: "9000000000000000" } : message;
}

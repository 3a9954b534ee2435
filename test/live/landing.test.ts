import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { readGroupOffsets } from "user-activity/dist/kafka/groups";
import { ensureTopic, readOffsets, resetTopic } from "user-activity/dist/kafka/topics";
import { openLake, readTable } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { readLakeStatus } from "user-activity/dist/landing/status";
import { verify } from "user-activity/dist/landing/verify";
import { publishFile } from "user-activity/dist/publish/publish";
import type { RowOf, ShippedName } from "user-activity/dist/tables/tables";
import { anEvent, withoutCounts } from "../helpers/an-event";
import { findDangling, findUntruths } from "../helpers/catalogue-checks";
import { endAfter } from "../helpers/faulty-lake";
import { eventsFile, ownConfig, ownFolder, recompute } from "../helpers/live-lake";
import { send, untilReadable, withProducer } from "../helpers/live-topics";
import { realRecords } from "../helpers/real-records";
import { shippedCounts, shippedRows } from "../helpers/shipped";

interface RealRecord {
  readonly user_exam_id: string;
  readonly keen_timestamp: string;
  readonly sequences: {
    readonly questions: { readonly id: string; readonly options: { readonly id: string }[] }[];
    readonly counts?: { correct: number; incorrect: number; total: number; all_correct: boolean };
  };
}

function rowsOf<N extends ShippedName>(config: Config, table: N): Promise<RowOf<N>[]> {
  return readTable(openLake(config.hdfs), table);
}

async function rowCounts(config: Config): Promise<Record<string, number>> {
  const lake = await readLakeStatus(config);
  return Object.fromEntries((lake?.datasets ?? []).map(({ table, rows }) => [table, rows]));
}

async function publishRecords(config: Config, records: readonly unknown[]): Promise<void> {
  const file = join(ownFolder(), "records.json");
  writeFileSync(file, JSON.stringify(records));
  await publishFile(file, { config: config.kafka });
}

describe("landing the shipped events", () => {
  test("gives the known rows, and every value that an independent recomputation gives", async () => {
    const config = ownConfig("shipped");
    await publishFile(eventsFile, { config: config.kafka });
    const report = await land({ config });
    assert.deepEqual(report.state.counts, shippedCounts);
    const { counts, differences } = await recompute(config, eventsFile);
    assert.deepEqual(differences, []);
    assert.deepEqual({ ...counts, ...shippedRows, duplicates: shippedCounts.duplicates }, counts);
    assert.ok((await verify({ config })).ok);
    const offsets = await readGroupOffsets(config.kafka, "user-activity");
    assert.equal(
      [...offsets.values()].reduce((sum, offset) => sum + offset, 0n),
      BigInt(shippedCounts.consumed),
    );
  });

  test("adds no row and changes no value when it is done again", async () => {
    const config = ownConfig("again");
    await publishFile(eventsFile, { config: config.kafka });
    await land({ config });
    const before = { grades: await rowsOf(config, "grades_ID"), courses: await rowsOf(config, "course_ID") };
    await publishFile(eventsFile, { config: config.kafka });
    const second = await land({ config });
    assert.deepEqual([second.consumed, second.commits], [0, 0]);
    assert.deepEqual(await rowsOf(config, "grades_ID"), before.grades);
    assert.deepEqual(await rowsOf(config, "course_ID"), before.courses);
  });
});

test("grades the real records as their counts say", {
  skip: realRecords ? false : "they are not at hand",
}, async () => {
  const config = ownConfig("real");
  await publishRecords(config, realRecords ?? []);
  await land({ config });
  const grades = new Map((await rowsOf(config, "grades_ID")).map((row) => [row.user_exam_id, row]));
  const questions = await rowsOf(config, "questions_pool_data");
  let withCounts = 0;
  for (const record of (realRecords ?? []) as unknown as RealRecord[]) {
    const { counts, questions: asked } = record.sequences;
    const own = questions.filter((row) => row.user_exam_id === record.user_exam_id);
    assert.deepEqual(
      own.map((row) => [row.question_index, row.question_id, row.options.map((option) => option.id)]),
      asked.map((question, index) => [index, question.id, question.options.map((option) => option.id)]),
    );
    const grade = grades.get(record.user_exam_id);
    if (!counts) {
      assert.equal(grade, undefined);
      continue;
    }
    withCounts++;
    assert.equal(grade?.score, counts.correct / counts.total);
    assert.deepEqual([grade?.incorrect, grade?.all_correct], [counts.incorrect, counts.all_correct]);
    assert.equal(grade?.recorded_at, Math.floor(Number(record.keen_timestamp) * 1000));
  }
  assert.equal(grades.size, withCounts);
});

describe("whatever is in the topic", () => {
  test("puts what is no event into quarantine with its bytes, and the sum holds", async () => {
    const config = ownConfig("odd");
    await ensureTopic(config.kafka);
    const bad = Buffer.from([0x7b, 0xff, 0xfe]);
    await send(config.kafka, [
      { key: "a-1", value: JSON.stringify(anEvent()), partition: 0 },
      { key: "a-1", value: JSON.stringify({ ...anEvent(), exam_name: "Other" }), partition: 0 },
      { key: "a-1", value: ` ${JSON.stringify(anEvent())}`, partition: 0 },
      { key: null, value: null, partition: 0 },
      { key: "x", value: bad, partition: 1 },
      { key: "x", value: "[1]", partition: 1 },
      { key: "x", value: '{"cut": ', partition: 1 },
      { key: "x", value: "{}", partition: 1 },
      { key: "y", value: `\ufeff${JSON.stringify({ ...anEvent(), user_exam_id: "a-3" })}`, partition: 2 },
      { key: "z", value: JSON.stringify({ ...withoutCounts(), user_exam_id: "a-2" }), partition: 2 },
    ]);
    const { state } = await land({ config });
    assert.deepEqual(state.counts, { consumed: 10, graded: 2, duplicates: 1, quarantined: 7 });
    const raw = await rowsOf(config, "raw_data");
    assert.equal(raw.length, 10);
    assert.ok(raw.some(({ value }) => value?.startsWith("\ufeff{")));
    const refused = new Map(
      (await rowsOf(config, "quarantine")).map((row) => [`${row.partition}@${row.offset}`, row]),
    );
    assert.equal(refused.get("0@1")?.failures.at(-1)?.rule, "duplicate");
    assert.deepEqual([refused.get("0@3")?.value, refused.get("0@3")?.value_base64], [null, null]);
    assert.equal(refused.get("1@0")?.value_base64, bad.toString("base64"));
    assert.equal(refused.get("1@1")?.table, "events");
    assert.equal(
      (await rowsOf(config, "questions_pool_data")).filter((row) => row.user_exam_id === "a-2").length,
      2,
    );
    assert.ok((await verify({ config })).ok);
  });

  test("passes transaction markers, so that nothing is left to land", async () => {
    const config = ownConfig("markers");
    await ensureTopic(config.kafka);
    await withProducer(
      config.kafka,
      async (producer) => {
        const transaction = await producer.transaction();
        const value = JSON.stringify(anEvent());
        await transaction.send({
          topic: config.kafka.topic,
          messages: [{ key: "a-1", value, partition: 0 }],
        });
        await transaction.commit();
        const aborted = await producer.transaction();
        await aborted.send({
          topic: config.kafka.topic,
          messages: [{ key: "a-2", value: "{}", partition: 1 }],
        });
        await aborted.abort();
      },
      config.kafka.topic,
    );
    await untilReadable(config.kafka, 4n);
    const { state } = await land({ config });
    assert.deepEqual(state.counts, { consumed: 1, graded: 1, duplicates: 0, quarantined: 0 });
    const ends = (await readOffsets(config.kafka)).map(({ partition, high }) => [`${partition}`, `${high}`]);
    assert.deepEqual({ 2: "0", ...state.offsets }, Object.fromEntries(ends));
    assert.equal((await land({ config })).commits, 0);
  });

  test("lands an empty topic as five empty tables", async () => {
    const config = ownConfig("empty");
    await ensureTopic(config.kafka);
    await land({ config });
    const nothing = { raw_data: 0, questions_pool_data: 0, grades_ID: 0, course_ID: 0, quarantine: 0 };
    assert.deepEqual(await rowCounts(config), nothing);
    const lake = await readLakeStatus(config);
    assert.deepEqual(
      lake?.datasets.map(({ files }) => files),
      [1, 1, 1, 1, 1],
    );
    await publishRecords(config, [anEvent()]);
    await land({ config });
    assert.deepEqual(await rowCounts(config), {
      ...nothing,
      raw_data: 1,
      questions_pool_data: 2,
      grades_ID: 1,
      course_ID: 1,
    });
  });
});

describe("a lake and its topic", () => {
  test("refuses another topic", async () => {
    const [config, other] = [ownConfig("one"), ownConfig("other")];
    await publishRecords(config, [anEvent()]);
    await publishRecords(other, [anEvent()]);
    await land({ config });
    await assert.rejects(land({ config: { ...other, hdfs: config.hdfs } }), /a lake holds one topic/);
  });

  test("refuses a topic that was created anew, and names the gap", async () => {
    const config = ownConfig("anew");
    await publishRecords(config, [anEvent(), { ...anEvent(), user_exam_id: "a-2" }]);
    await land({ config });
    await resetTopic(config.kafka);
    await ensureTopic(config.kafka);
    await assert.rejects(
      land({ config }),
      /committed up to offset \d+, but the topic ends at 0: it was created anew/,
    );
  });

  test("says what to do where the topic does not exist", async () => {
    await assert.rejects(land({ config: ownConfig("none") }), /topic .* publish/s);
  });
});

test("ended after a call to HDFS, whichever, the next run lands everything once", async (t) => {
  const topic = ownConfig("faults");
  const record = (number: number) => ({ ...anEvent(), user_exam_id: `a-${number}` });
  await publishRecords(topic, [record(0), record(1), record(0), record(2), withoutCounts()]);
  let isEnded = true;
  for (let call = 1; isEnded; call += 9) {
    const config = { ...topic, hdfs: ownConfig("faults").hdfs };
    const lake = endAfter(openLake(config.hdfs), call);
    isEnded = await land({ config, lake, batchMessages: 2 }).then(
      () => false,
      (error: Error) => {
        assert.match(error.message, /the plug was pulled/);
        return true;
      },
    );
    assert.deepEqual(await findDangling(config), [], `call ${call}`);
    const { state } = await land({ config });
    assert.deepEqual(state.counts, { consumed: 5, graded: 3, duplicates: 1, quarantined: 1 }, `call ${call}`);
    const report = await verify({ config });
    assert.ok(report.ok, `call ${call}: ${JSON.stringify(report)}`);
    assert.deepEqual(await findUntruths(config, report.checks), [], `call ${call}`);
    assert.deepEqual((await openLake(config.hdfs).hdfs.list(`${config.hdfs.lakeDir}/_tmp`)).length, 0);
    if (call % 27 === 1) assert.deepEqual((await recompute(config)).differences, []);
    t.diagnostic(`call ${call}`);
  }
});

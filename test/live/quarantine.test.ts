import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import type { Hdfs } from "user-activity/dist/hdfs/hdfs";
import { ensureTopic } from "user-activity/dist/kafka/topics";
import { openLake } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { publishFile } from "user-activity/dist/publish/publish";
import { readQuarantineGroups, readRefusedEvents } from "user-activity/dist/sql/quarantine";
import { anEvent, withoutCounts } from "../helpers/an-event";
import { assertFailure, parseResult, runCli } from "../helpers/cli-process";
import { ownConfig, ownFolder } from "../helpers/live-lake";
import { send } from "../helpers/live-topics";

const questions = [
  { id: 1, options: [] },
  { id: "q", options: [{ id: "o", checked: "\u0007yes" }] },
  { id: 2, options: [] },
];

describe("a quarantine of every kind", () => {
  const config = ownConfig("quarantine");
  const options = { config, cacheRoot: ownFolder() };
  const env = { KAFKA_TOPIC: config.kafka.topic, LAKE_DIR: config.hdfs.lakeDir };
  before(async () => {
    await ensureTopic(config.kafka);
    const refused = { ...withoutCounts(), user_exam_id: "a-2" };
    const messages = [
      { key: "a-1", value: JSON.stringify(anEvent()), partition: 0 },
      { key: "a-1", value: JSON.stringify(anEvent({ more: 1 })), partition: 0 },
      { key: "x", value: null, partition: 1 },
      { key: "x", value: Buffer.from([0xff, 0x00]), partition: 1 },
      { key: "x", value: Buffer.from([0xfe]), partition: 1 },
      { key: "a-2", value: JSON.stringify({ ...refused, sequences: { questions } }), partition: 2 },
      {
        key: "a-3",
        value: JSON.stringify({ ...anEvent({ questions }), user_exam_id: "a-3" }),
        partition: 2,
      },
    ];
    for (const message of messages) {
      await send(config.kafka, [message]);
      await land({ config });
    }
  });

  test("is counted in groups, each event once a group, over all files", async () => {
    const { groups, ...totals } = await readQuarantineGroups({}, options);
    assert.deepEqual(
      groups.map(({ table, rule, path, events }) => [table, rule, path, events]),
      [
        ["events", "utf-8", "$", 2],
        ["questions_pool_data", "type", "sequences.questions[*].id", 2],
        ["questions_pool_data", "type", "sequences.questions[*].options[*].checked", 2],
        ["events", "tombstone", "$", 1],
        ["grades_ID", "duplicate", "user_exam_id", 1],
        ["grades_ID", "required", "sequences.counts", 1],
      ],
    );
    const all = { refusals: 7, messages: 6, quarantined: 5 };
    assert.deepEqual(totals, { groupCount: 6, refusals: 7, messages: 6, all, crossingConflicts: 0 });
    assert.deepEqual(groups[1]?.example, {
      partition: 2,
      offset: 0n,
      path: "sequences.questions[0].id",
      expected: "non-empty text",
      received: "1",
    });
  });

  test("is read without any other table, but for where the events that it shows came from", async () => {
    const lake = openLake(config.hdfs);
    const reads: string[] = [];
    const read: Hdfs["read"] = (path) => {
      reads.push(path);
      return lake.hdfs.read(path);
    };
    const counted = { config, cacheRoot: ownFolder(), lake: { ...lake, hdfs: { ...lake.hdfs, read } } };
    await readQuarantineGroups({}, counted);
    const tables = reads.filter((path) => !path.includes("/_commits/"));
    assert.ok(tables.length > 0 && tables.every((path) => path.includes("/quarantine/")), reads.join());
    await readRefusedEvents({ table: "questions_pool_data" }, { ...counted, limit: 1 });
    const others = ["/grades_ID/", "/questions_pool_data/", "/course_ID/"];
    assert.ok(!reads.some((path) => others.some((other) => path.includes(other))), reads.join());
  });

  test("names file and line of what was published from a file", async () => {
    const own = ownConfig("quarantine-lines");
    const file = join(ownFolder(), "more.json");
    writeFileSync(file, `[\n${JSON.stringify(anEvent())},\n\n${JSON.stringify(withoutCounts())}\n]\n`);
    await publishFile(file, { config: own.kafka });
    await land({ config: own });
    const [event] = await readRefusedEvents({}, { config: own, cacheRoot: ownFolder(), limit: 1 });
    assert.deepEqual([event?.file, event?.line, event?.record], ["more.json", 4, 1]);
    const named = { KAFKA_TOPIC: own.kafka.topic, LAKE_DIR: own.hdfs.lakeDir };
    const { stdout } = await runCli(["quarantine", "--show", "1"], { env: named });
    assert.match(stdout, /^\S+@\d {2}more\.json:4 {2}\S+Z {2}refused by grades_ID\n/);
  });

  test("is narrowed to a table, a rule and a path, with or without indexes", async () => {
    const count = async (filter: Parameters<typeof readQuarantineGroups>[0]) => {
      const { groupCount, refusals, messages, all } = await readQuarantineGroups(filter, options);
      assert.equal(all.refusals, 7);
      return [groupCount, refusals, messages];
    };
    assert.deepEqual(await count({ table: "events" }), [2, 3, 3]);
    assert.deepEqual(await count({ rule: "type" }), [2, 2, 2]);
    assert.deepEqual(await count({ path: "sequences.questions[*].id" }), [1, 2, 2]);
    assert.deepEqual(await count({ path: "sequences.questions[2].id", rule: "type" }), [1, 2, 2]);
    assert.deepEqual(await count({ path: "sequences.questions[1].id" }), [0, 0, 0]);
    assert.deepEqual(await count({ rule: "' OR 1 = 1 --" }), [0, 0, 0]);
  });

  test("shows a group's events with all their failures and their bytes", async () => {
    const [first, ...others] = await readRefusedEvents({ rule: "type" }, { ...options, limit: 5 });
    assert.deepEqual(
      first?.failures.map(({ path }) => path),
      ["sequences.questions[0].id", "sequences.questions[1].options[0].checked", "sequences.questions[2].id"],
    );
    assert.deepEqual([first?.partition, first?.offset, others.length], [2, 0n, 1]);
    const [bytes] = await readRefusedEvents({ rule: "utf-8" }, { ...options, limit: 1 });
    assert.deepEqual([bytes?.value, bytes?.value_base64], [null, "/wA="]);
    assert.deepEqual([bytes?.file, bytes?.line, bytes?.record], [null, null, null]);
  });

  test("is told on the command line as a table and as JSON", async () => {
    const table = await runCli(["quarantine", "--limit", "2"], { env });
    assert.match(table.stdout, /│ events +│ utf-8 +│ \$ +│ +2 │ 1@1 +│ 2 bytes that are not UTF-8 │/);
    assert.match(table.stdout, /the first 2 of 6 groups\nrefusals: 7, messages: 6\n/);
    const json = parseResult(await runCli(["quarantine", "--json", "--table", "events"], { env }));
    assert.deepEqual([json.refusals, json.messages, json.groupCount], [3, 3, 2]);
    const shown = await runCli(["quarantine", "--show", "1", "--rule", "duplicate"], { env });
    assert.match(shown.stdout, /@1 {2}\S+Z {2}refused by grades_ID\n {2}field "user_exam_id": expected /);
    const events = await runCli(["quarantine", "--show", "9", "--path", "$", "--json"], { env });
    assert.deepEqual(
      (JSON.parse(events.stdout) as { value_base64: string | null }[]).map((event) => event.value_base64),
      [null, "/wA=", "/g=="],
    );
  });
});

test("an empty quarantine is told, and no lake is an error", async () => {
  const config = ownConfig("quarantine-empty");
  const env = { KAFKA_TOPIC: config.kafka.topic, LAKE_DIR: config.hdfs.lakeDir };
  assert.match(assertFailure(await runCli(["quarantine"], { env }), 1), /expected a landed table/);
  await ensureTopic(config.kafka);
  await land({ config });
  const empty = await runCli(["quarantine"], { env });
  assert.deepEqual([empty.code, empty.stdout], [0, "quarantine is empty: no event was refused\n"]);
  assert.deepEqual(parseResult(await runCli(["quarantine", "--json"], { env })).groups, []);
});

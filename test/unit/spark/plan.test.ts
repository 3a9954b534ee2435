import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readConfig } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import type { Contract, ContractColumn } from "user-activity/dist/contract/model";
import { shippedContract } from "user-activity/dist/contract/shipped";
import { compileDecider } from "user-activity/dist/spark/decide";
import { kafkaSettings, planJob } from "user-activity/dist/spark/job";
import { planSpark } from "user-activity/dist/spark/plan";
import { startSumming } from "user-activity/dist/spark/sums";
import { toExpression, toWireType } from "user-activity/dist/spark/types";
import { anEvent } from "../../helpers/an-event";
import { ownFolder } from "../../helpers/live-lake";

const plan = planSpark(shippedContract);
const names = plan.decided.split(", ").map((column) => column.replace(/ [A-Z]+$/, ""));

/** What a message is decided as, by the columns' names. */
function decide(value: string | Buffer | null, contract = shippedContract): Record<string, unknown> {
  const base64 = value === null ? "\\N" : Buffer.from(value).toString("base64");
  const [line = "", ...more] = compileDecider(contract)(["2", "7", base64]);
  assert.deepEqual(more, []);
  const fields = line.split("\t");
  assert.equal(fields.length, names.length);
  return Object.fromEntries(
    names.map((name, index) => [name, fields[index] === "\\N" ? null : fields[index]]),
  );
}

const latest: Contract = {
  ...shippedContract,
  identity: { path: "user_exam_id", counts: "latest", by: "grades_ID.recorded_at" },
};

const options = { lake: "/x", master: "local[1]", follow: false, every: "1 seconds", batch: 1 };

const textOf = (value: unknown) => JSON.stringify(value);

describe("what Spark is told", () => {
  test("the tables of whole events decide, those of their parts follow", () => {
    assert.deepEqual(
      plan.tables.map(({ name, group }) => [name, group]),
      [
        ["questions_pool_data", 1],
        ["grades_ID", 0],
      ],
    );
    assert.deepEqual(
      plan.summaries.map(({ name, group }) => [name, group]),
      [["course_ID", 0]],
    );
  });

  test("where the latest counts, the order of a rebuilding begins with the mark, and it has to be asked for", () => {
    assert.deepEqual(plan.order, ["partition", "offset", "event", "hash"]);
    assert.deepEqual(planSpark(latest).order, ["hash", "partition", "offset", "event"]);
    const settles = (contract: Contract, replay: boolean) =>
      planJob(readConfig({}), contract, { ...options, replay }).settles;
    assert.deepEqual(
      [settles(shippedContract, false), settles(latest, false), settles(latest, true)],
      [true, false, true],
    );
  });

  test("a run by another contract of the same ID leaves the executors the one that they decide by", () => {
    const { decide: command } = planJob(readConfig({}), shippedContract, options).commands;
    planJob(readConfig({}), latest, options);
    const value = Buffer.from(textOf(anEvent())).toString("base64");
    const { stdout } = spawnSync("sh", ["-c", command], { input: `2\t7\t${value}\n`, encoding: "utf8" });
    assert.deepEqual(stdout.trimEnd().split("\n"), compileDecider(shippedContract)(["2", "7", value]));
    assert.notDeepEqual(stdout.trimEnd().split("\n"), compileDecider(latest)(["2", "7", value]));
  });

  test("anything else that the contract says makes it another one", () => {
    const other = planSpark({ ...shippedContract, version: "2.0.0" });
    assert.notEqual(other.contract, plan.contract);
    assert.equal(planSpark({ ...shippedContract }).contract, plan.contract);
  });

  test("types travel as JSON has them and are Spark's own at the end", () => {
    const at: ContractColumn = { name: "at", type: "TIMESTAMP", nullable: true };
    const n: ContractColumn = { name: "n", type: "INT64", nullable: false };
    const element: ContractColumn = { name: "element", type: "STRUCT", nullable: false, fields: [at, n] };
    const list: ContractColumn = { name: "a`b", type: "LIST", nullable: false, items: element };
    assert.equal(toWireType([list]), "STRUCT<`a``b`: ARRAY<STRUCT<`at`: BIGINT, `n`: STRING>>>");
    assert.equal(
      toExpression(list, "row"),
      "transform(row.`a``b`, x0 -> if(x0 IS NULL, NULL, named_struct('at', timestamp_millis(x0.`at`), 'n', CAST(x0.`n` AS BIGINT)))) AS `a``b`",
    );
    const map: ContractColumn = { name: "m", type: "MAP", nullable: false, items: { ...at, type: "DOUBLE" } };
    assert.equal(toWireType([map]), "STRUCT<`m`: ARRAY<STRUCT<`key`: STRING, `value`: DOUBLE>>>");
    assert.equal(toExpression(map, "row"), "row.`m` AS `m`");
  });

  test("the login goes to Kafka's own client, with its quotes", () => {
    const sasl = { mechanism: "scram-sha-256", username: "me", password: 'a"b\\c' } as const;
    const to = {
      brokers: ["a:1", "b:2"],
      topic: "t",
      group: "g",
      external: true,
      ssl: false,
      caPath: undefined,
    };
    assert.deepEqual(kafkaSettings({ ...to, sasl }), {
      "bootstrap.servers": "a:1,b:2",
      "isolation.level": "read_committed",
      "security.protocol": "SASL_PLAINTEXT",
      "sasl.mechanism": "SCRAM-SHA-256",
      "sasl.jaas.config":
        'org.apache.kafka.common.security.scram.ScramLoginModule required username="me" password="a\\"b\\\\c";',
    });
  });
});

describe("what an executor makes of a message", () => {
  test("an event's rows, its hash, and what it is refused for behind another one", () => {
    const { rows_0, rows_1, refused_0, behind_0, undecoded, ...place } = decide(textOf(anEvent()));
    const { grades_ID } = JSON.parse(`${rows_0}`);
    assert.deepEqual([grades_ID[0].user_exam_id, grades_ID[0].offset], [anEvent().user_exam_id, "7"]);
    assert.ok(Array.isArray(JSON.parse(`${rows_1}`).questions_pool_data));
    assert.deepEqual([refused_0, undecoded], [null, null]);
    const [{ table, failures }] = JSON.parse(`${behind_0}`);
    assert.deepEqual([table, failures[0].rule, failures.length], ["grades_ID", "duplicate", 1]);
    assert.deepEqual([place.partition, place.offset, place.event], ["2", "7", "0"]);
    assert.match(`${place.hash}`, /^[0-9a-f]{32}$/);
  });

  test("equal events share a hash, whatever order their keys have", () => {
    const event = anEvent();
    const turned = Object.fromEntries(Object.entries(event).reverse());
    assert.equal(decide(textOf(event)).hash, decide(textOf(turned)).hash);
    assert.notEqual(decide(textOf(event)).hash, decide(textOf({ ...event, more: 1 })).hash);
  });

  test("where the latest counts, the lesser mark is the later event's, and one behind it is refused only for itself", () => {
    const at = (seconds: number, more: object = {}) => {
      const { hash, behind_0 } = decide(
        textOf({ ...anEvent(), keen_timestamp: `${seconds}`, ...more }),
        latest,
      );
      assert.equal(behind_0, null);
      return `${hash}`;
    };
    assert.ok(at(1_700_000_001) < at(1_700_000_000));
    assert.equal(at(1_700_000_000), at(1_700_000_000));
    const [one, other] = [at(1_700_000_000), at(1_700_000_000, { exam_name: "Other" })];
    assert.equal(one.slice(0, 16), other.slice(0, 16));
    assert.notEqual(one, other);
    const { behind_0, refused_0 } = decide(textOf({ ...anEvent(), exam_name: "" }), latest);
    assert.match(`${refused_0}`, /exam_name/);
    assert.equal(behind_0, refused_0);
  });

  test("why it is none: a tombstone, bytes that are no text, no JSON, something behind the first value", () => {
    const rules = [null, Buffer.from([0xed, 0xa0, 0x80]), "{", '{"a":1} 17', "[]"].map((value) => {
      return JSON.parse(`${decide(value).undecoded}`)[0].failures[0].rule;
    });
    assert.deepEqual(rules, ["tombstone", "utf-8", "json", "json", "object"]);
  });

  test("failures are text that UTF-8 holds, and no field holds a tab or a line end", () => {
    const { refused_0 } = decide('{"user_exam_id":"a\\tb\\n\\ud800"}');
    assert.doesNotMatch(`${refused_0}`, /[\t\n]/);
    const [{ failures }] = JSON.parse(`${refused_0}`);
    assert.ok(failures.length > 3);
    assert.equal(Buffer.from(`${refused_0}`).toString(), refused_0);
  });

  test("several events of a message are told apart, and one without any has a line, too", () => {
    const contract = { ...shippedContract, source: { events: "data[]" } };
    const value = JSON.stringify({ data: [anEvent(), {}] });
    const lines = compileDecider(contract)(["0", "1", Buffer.from(value).toString("base64")]);
    assert.deepEqual(
      lines.map((line) => line.split("\t")[2]),
      ["0", "1"],
    );
    assert.match(lines[1] ?? "", /"path":"data\[1\]\.user_exam_id"/);
    const [none = "", ...more] = compileDecider(contract)([
      "0",
      "1",
      Buffer.from('{"data":[]}').toString("base64"),
    ]);
    assert.deepEqual([none.split("\t")[2], none.split("\t").length, more], ["-1", names.length, []]);
  });
});

test("sums of parts, merged in any order, are the sums of all rows", () => {
  const row = (exam_name: string, score: number) => ({ exam_name, score, started_at: 1000 * score });
  const rows = [row("A", 0.5), row("B", 1), row("A", 0.25), row("A\u2028", 0), row("A", 1)];
  const sum = (lists: readonly (readonly string[])[]) => {
    const summing = startSumming(shippedContract);
    for (const fields of lists) summing.add(fields);
    return summing.end().map((line) => line.split("\t"));
  };
  const asRows = (grades_ID: readonly object[]) =>
    sum([["course_ID", "rows", JSON.stringify({ grades_ID })]]);
  const toSums = (lines: readonly (readonly string[])[]) =>
    lines.map(([name = "", , sums = ""]) => [name, "sums", sums]);
  const parts = [asRows(rows.slice(0, 2)), asRows(rows.slice(2))].flatMap(toSums);
  const [whole, merged, turned] = [asRows(rows), sum(parts), sum([...parts].reverse())].map((lines) =>
    Object.fromEntries(lines.map(([, group = "", , made = ""]) => [group, JSON.parse(made)])),
  );
  assert.deepEqual(Object.keys(merged ?? {}).sort(), Object.keys(whole ?? {}).sort());
  for (const [group, made] of Object.entries(whole ?? {}))
    for (const [name, value] of Object.entries(made as object))
      for (const other of [merged?.[group][name], turned?.[group][name]])
        if (typeof value === "number") assert.ok(Math.abs(other - value) < 1e-12, `${group} ${name}`);
        else assert.equal(other, value);
});

test("the program reads lines of any length and ends where its input does", () => {
  const file = join(ownFolder(), "contract.json");
  writeFileSync(file, JSON.stringify(shippedContract));
  const long = Buffer.from(textOf({ ...anEvent(), exam_name: `x\u2028${"y".repeat(300_000)}` }));
  const values = [long.toString("base64"), "\\N", Buffer.from("{}").toString("base64")];
  const input = values.map((value, offset) => `0\t${offset}\t${value}`).join("\n");
  const program = projectPath("src", "dist", "spark", "worker.js");
  const { stdout, status } = spawnSync(process.execPath, [program, "decide", file], {
    input,
    encoding: "utf8",
  });
  assert.equal(status, 0);
  const lines = stdout.split("\n");
  assert.deepEqual(
    lines.map((line) => line.split("\t").slice(0, 3)),
    [["0", "0", "0"], ["0", "1", "0"], ["0", "2", "0"], [""]],
  );
});

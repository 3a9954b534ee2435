import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { findHintOf } from "user-activity/dist/events/hints";
import type { OutcomeKind } from "user-activity/dist/events/shipped-outcomes";
import { ensureTopic } from "user-activity/dist/kafka/topics";
import { openLake, readTable } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { verify } from "user-activity/dist/landing/verify";
import { anEvent } from "../helpers/an-event";
import { parseResult, runCli } from "../helpers/cli-process";
import { startFollower, untilLanded } from "../helpers/followers";
import { ownConfig, recompute } from "../helpers/live-lake";
import { send } from "../helpers/live-topics";
import { type CaseOutcome, checkCase, sharedCases } from "../helpers/shared-cases";

const envOf = ({ kafka, hdfs }: Config) => ({ KAFKA_TOPIC: kafka.topic, LAKE_DIR: hdfs.lakeDir });

function eventsOf(name: string, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    value: JSON.stringify({ ...anEvent(), user_exam_id: `${name}-${index}` }),
    partition: 0,
  }));
}

/** What each message of partition 0 came to, by the landed tables. */
async function readOutcomes(config: Config): Promise<CaseOutcome[]> {
  const lake = openLake(config.hdfs);
  const [raw, grades, questions, refused] = [
    await readTable(lake, "raw_data"),
    await readTable(lake, "grades_ID"),
    await readTable(lake, "questions_pool_data"),
    await readTable(lake, "quarantine"),
  ];
  return raw.map(({ offset, value }) => {
    const isOwn = (row: { readonly offset: bigint }) => row.offset === offset;
    const [grade, refusals] = [grades.find(isOwn), refused.filter(isOwn)];
    const isRefused = refusals.some(({ table }) => table !== "questions_pool_data");
    const kind: OutcomeKind = grade ? "graded" : isRefused ? "quarantined" : "duplicate";
    const { started_at, recorded_at } = grade ?? {};
    const hint = refusals[0] && findHintOf(refusals[0]);
    return {
      kind,
      value,
      started_at,
      recorded_at,
      refusals,
      hint,
      questionRows: questions.filter(isOwn).length,
    };
  });
}

test("messages as others write them land as what is said of each, by verify and in Python too", {
  skip: !sharedCases,
}, async () => {
  const config = ownConfig("cases");
  await ensureTopic(config.kafka);
  const cases = sharedCases ?? [];
  await send(
    config.kafka,
    cases.map(({ bytes, timestamp }) => ({
      value: bytes,
      partition: 0,
      ...(timestamp ? { timestamp } : {}),
    })),
  );
  await land({ config, batchMessages: 5 });
  const outcomes = await readOutcomes(config);
  assert.equal(outcomes.length, cases.length);
  for (const [index, one] of cases.entries()) checkCase(one, outcomes[index] ?? assert.fail(one.name));
  const { checks } = await verify({ config });
  assert.deepEqual(
    checks.filter(({ ok }) => !ok),
    [],
  );
  assert.deepEqual((await recompute(config)).differences, []);
});

describe("what is refused", () => {
  const config = ownConfig("refused");
  const env = envOf(config);
  const wrapped = { value: JSON.stringify({ data: [anEvent(), anEvent()] }), partition: 0 };
  const sound = eventsOf("s", 98);
  before(() => ensureTopic(config.kafka));

  test("is told where nothing was graded, with the largest group, its reason and a hint", async () => {
    await send(config.kafka, [wrapped, { value: "{", partition: 0 }, wrapped]);
    const { code, stderr } = await runCli(["land"], { env });
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /^refused: 3 of 3 messages, and nothing was graded; 2 by grades_ID, such as 0@0: field "user_exam_id": expected non-empty text, received nothing \(hint: 2 records stand one level deeper, under data\[\]: .*; "npx user-activity quarantine" shows all$/m,
    );
  });

  test("is told where it is more than one in a hundred, and not where it is less", async () => {
    await send(config.kafka, [...sound, wrapped, wrapped]);
    const much = await runCli(["land", "--json"], { env });
    assert.match(much.stderr, /^refused: 2 of 100 messages; 2 by grades_ID, such as 0@101: /m);
    const { refused, graded } = parseResult(much) as { refused: Record<string, unknown>; graded: number };
    assert.deepEqual([refused.messages, graded], [2, 98]);
    await send(config.kafka, [...eventsOf("t", 99), wrapped]);
    const { code, stderr } = await runCli(["land"], { env });
    assert.deepEqual([code, /refused: /.test(stderr)], [0, false], stderr);
    const again = await runCli(["land"], { env });
    assert.deepEqual([again.code, /refused: /.test(again.stderr)], [0, false], again.stderr);
  });

  test("ends with exit code 1 past --max-refused, and is committed all the same", async () => {
    const other = ownConfig("refused-most");
    await ensureTopic(other.kafka);
    const messages = [...sound.slice(0, 3), wrapped];
    await send(other.kafka, messages);
    const options = { env: envOf(other) };
    const ended = await runCli(["land", "--max-refused", "24.9"], options);
    assert.equal(ended.code, 1, ended.stderr);
    assert.match(ended.stdout, /consumed 4 = graded 3 \+ duplicates 0 \+ quarantined 1/);
    assert.match(
      ended.stderr,
      /^user-activity: hdfs \S+: expected at most 24.9 % of the messages refused \(--max-refused\), received 1 of 4 messages; 1 by grades_ID/m,
    );
    await send(other.kafka, messages);
    assert.equal((await runCli(["land", "--max-refused", "25%"], options)).code, 0);
    assert.equal((await runCli(["land", "--max-refused", "101"], options)).code, 2);
    const follower = startFollower(other, ["--every", "0.1", "--max-refused", "25"]);
    await untilLanded(other, 8);
    await send(other.kafka, [wrapped]);
    await untilLanded(other, 9);
    follower.kill("SIGINT");
    assert.equal((await follower.ended).code, 1);
    assert.ok((await verify({ config: other })).ok);
  });

  test("has its hints in quarantine's output as well", async () => {
    const { stdout } = await runCli(["quarantine"], { env });
    assert.match(stdout, /^hint for 0@0: 2 records stand one level deeper, under data\[\]: /m);
    assert.match(stdout, /^hint for 0@1: a line of a document that was sent line by line: /m);
    const shown = await runCli(["quarantine", "--show", "1", "--table", "events"], { env });
    assert.match(shown.stdout, /^ {2}hint: a line of a document/m);
    const { groups } = parseResult(await runCli(["quarantine", "--json"], { env })) as {
      groups: { hint?: string }[];
    };
    assert.ok(groups.every(({ hint }) => hint !== undefined));
  });
});

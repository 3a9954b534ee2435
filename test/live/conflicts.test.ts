import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "user-activity/dist/base/config";
import { openLake, readLastCommit } from "user-activity/dist/lake/lake";
import { follow } from "user-activity/dist/landing/follow";
import { land } from "user-activity/dist/landing/land";
import { anEvent } from "../helpers/an-event";
import { parseResult, runCli } from "../helpers/cli-process";
import { endAfter, pulled } from "../helpers/faulty-lake";
import { checkLake, expectTables, type Rows } from "../helpers/kills";
import { ownConfig } from "../helpers/live-lake";
import { createTopic, send } from "../helpers/live-topics";

const topic = ownConfig("conflicts");
const conflicts = 200;

/** A lake of the topic for each name. */
function lakeOf(name: string): Config {
  return { ...topic, hdfs: { ...topic.hdfs, lakeDir: `${topic.hdfs.lakeDir}/${name}` } };
}

/** Sends to a partition what it has of every exam ID, under no key; every third one once more. */
async function deliver(partition: number, ids: readonly number[]): Promise<void> {
  const values = ids.map((id) => {
    const event = { ...anEvent(), user_exam_id: `a-${id}`, exam_name: `Course ${partition}` };
    return JSON.stringify(event);
  });
  const again = values.filter((_, index) => index % 3 === 0);
  await send(
    topic.kafka,
    [...values, ...again].map((value) => ({ key: null, value, partition })),
  );
}

/** Every exam ID is in two of three partitions, with contents of their own. */
function idsIn(partition: number): number[] {
  return Array.from({ length: conflicts }, (_, id) => id).filter((id) => id % 3 !== partition);
}

function run(config: Config, command: string) {
  const env = { KAFKA_TOPIC: config.kafka.topic, LAKE_DIR: config.hdfs.lakeDir };
  return runCli(command.split(" "), { env });
}

async function lastOf(config: Config) {
  const last = await readLastCommit(openLake(config.hdfs));
  return last ?? assert.fail("nothing is landed");
}

describe("exam IDs with other contents in other partitions", () => {
  const [grown, followed] = [lakeOf("grown"), lakeOf("followed")];
  let expected: Rows;

  before(async () => {
    await createTopic(topic.kafka, 3);
    await deliver(2, idsIn(2));
    await land({ config: grown });
    await land({ config: followed });
    await deliver(1, idsIn(1));
    await land({ config: grown, batchMessages: 40 });
    await deliver(0, idsIn(0));
    expected = await expectTables(lakeOf("whole"));
  });

  test("come to the same grades and courses, whatever was landed when, in batches of any size", async () => {
    await land({ config: grown });
    assert.equal((await lastOf(grown)).kind, "replay");
    await checkLake(grown, { expected, where: "in three goes", independently: true });
    for (const batchMessages of [1, 90, 250]) {
      const config = lakeOf(`batches-${batchMessages}`);
      await land({ config, batchMessages });
      await checkLake(config, { expected, where: `batches of ${batchMessages}` });
      assert.equal((await lastOf(config)).kind, "land", "nothing to settle where partitions came in turn");
    }
  });

  test("come to the same where landings were interrupted", async () => {
    const config = lakeOf("interrupted");
    for (const calls of [110, 70]) {
      const lake = endAfter(openLake(config.hdfs), calls);
      await assert.rejects(land({ config, lake, batchMessages: 100 }), { message: pulled });
    }
    const { consumed } = (await lastOf(config)).state.counts;
    assert.ok(consumed > 0 && consumed < (expected.raw_data?.length ?? 0), `${consumed}`);
    await land({ config });
    await checkLake(config, { expected, where: "interrupted" });
    assert.equal((await lastOf(config)).state.late, 0);
  });

  test("come to the same by a lander that follows, which settles as it compacts", async () => {
    const stop = new AbortController();
    const options = { config: followed, commitMs: 100, compactEvery: 1, signal: stop.signal };
    const following = follow(options);
    const consumed = (await lastOf(grown)).state.counts.consumed;
    for (;;) {
      const { state } = await lastOf(followed);
      if (state.counts.consumed === consumed && state.late && state.late === state.settled) break;
      await sleep(50);
    }
    stop.abort();
    await following;
    await checkLake(followed, { expected, where: "followed" });
  });

  test("are told by land, verify, status and quarantine, for people and for programs", async () => {
    for (const command of ["land", "verify", "quarantine"]) {
      const told = parseResult(await run(grown, `${command} --json`)) as { crossingConflicts: number };
      assert.equal(told.crossingConflicts, crossing, command);
      const { stdout } = await run(grown, command);
      assert.match(stdout, new RegExp(`\\b${crossing} conflicts across partitions\\b`), command);
    }
    const { lake } = parseResult(await run(grown, "status --json")) as { lake: object };
    assert.deepEqual({ ...lake, crossingConflicts: crossing, isSettled: true }, lake);
  });

  test("that a lander which followed has not settled yet are told by verify, with what settles them", async () => {
    const config = lakeOf("unsettled");
    await deliver(2, [conflicts]);
    await land({ config });
    await deliver(0, [conflicts]);
    const stop = new AbortController();
    const following = follow({ config, commitMs: 100, signal: stop.signal });
    const { consumed } = (await lastOf(config)).state.counts;
    while ((await lastOf(config)).state.counts.consumed < consumed + 2) await sleep(50);
    stop.abort();
    await following;
    const told = await run(config, "verify");
    assert.equal(told.code, 1);
    assert.match(
      told.stderr,
      /; deliveries of one exam ID came in a higher partition first: "npx user-activity land" has the lowest one count\n$/,
    );
    const landed = await run(config, "land");
    assert.equal(landed.code, 0, landed.stderr);
    assert.equal((await run(config, "verify")).code, 0);
  });
});

/** Of each exam ID the delivery in the higher partition, once more where it is sent twice. */
const crossing = [1, 2].reduce((sum, partition) => {
  const ids = idsIn(partition);
  const isHigher = (id: number) => (id % 3 === 0 ? 2 : id % 3 === 1 ? 2 : 1) === partition;
  return (
    sum + ids.filter(isHigher).length + ids.filter((id, index) => index % 3 === 0 && isHigher(id)).length
  );
}, 0);

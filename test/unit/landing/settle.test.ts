import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Hdfs } from "user-activity/dist/hdfs/hdfs";
import type { MessageBatch } from "user-activity/dist/kafka/message";
import type { CommittedFile, LakeState } from "user-activity/dist/lake/commit-file";
import { type Lake, readLastCommit, readTable } from "user-activity/dist/lake/lake";
import { closeLanding, commitBatch, sweepLanding } from "user-activity/dist/landing/hold";
import { openLanding } from "user-activity/dist/landing/open";
import { settle, settleOrGiveUp } from "user-activity/dist/landing/settle";
import { verify } from "user-activity/dist/landing/verify";
import { type ShippedName, tables } from "user-activity/dist/tables/tables";
import { anEvent, withoutCounts } from "../../helpers/an-event";
import { endAfter, pulled } from "../../helpers/faulty-lake";
import { createWholeLake } from "../../helpers/whole-hdfs";

/** By partition: the values of its messages, by their offsets. */
type Topic = readonly (readonly string[])[];
type WholeLake = ReturnType<typeof createWholeLake>;

/** What one run of a lander does: batches of so many messages of a partition, with commits between them. */
interface Run {
  readonly batches: readonly (readonly [partition: number, count: number, isCommitted: boolean])[];
  /** It ends after so many calls to HDFS, if that comes first. */
  readonly calls: number;
}

const toText = (id: string, event: Record<string, unknown>) => JSON.stringify({ ...event, user_exam_id: id });

/** Lands what the runs read, one after the other; returns what the lake holds then. */
async function landIn(whole: WholeLake, topic: Topic, runs: readonly Run[]): Promise<LakeState> {
  for (const { calls, ...run } of runs) {
    const lake = Number.isFinite(calls) ? endAfter(whole.lake, calls) : whole.lake;
    await landOnce({ ...whole, lake }, topic, run).catch((error: Error) => {
      if (!error.message.includes(pulled)) throw error;
    });
  }
  return (await readLastCommit(whole.lake))?.state as LakeState;
}

async function landOnce({ lake, config }: WholeLake, topic: Topic, { batches }: Omit<Run, "calls">) {
  const landing = await openLanding({ lake, config, check: () => {} });
  try {
    for (const [partition, count, isCommitted] of batches) {
      const from = Number(landing.batch.offsets()[partition] ?? 0);
      const values = topic[partition]?.slice(from, from + count) ?? [];
      if (values.length > 0) await landing.batch.add(toBatch(partition, from, values));
      if (isCommitted) await commitBatch(landing);
    }
    await commitBatch(landing);
    await settle(landing);
    await sweepLanding(landing);
  } finally {
    await closeLanding(landing);
  }
}

function toBatch(partition: number, from: number, values: readonly string[]): MessageBatch {
  const messages = values.map((value, index) => ({
    offset: BigInt(from + index),
    timestamp: 1_516_717_442_735n,
    key: null,
    value: Buffer.from(value),
    headers: [],
  }));
  return { partition, firstOffset: BigInt(from), nextOffset: BigInt(from + values.length), messages };
}

/** Reads each partition to its end, in the order given. */
function toEnds(topic: Topic, order: readonly number[] = [...topic.keys()]): Run {
  const batches = order.map((partition) => [partition, topic[partition]?.length ?? 0, false] as const);
  return { batches, calls: Number.POSITIVE_INFINITY };
}

/** The rows of every table in an order of their own, sums without their last digits. */
async function readAll(lake: Lake): Promise<Record<string, readonly string[]>> {
  const plain = (_: string, value: unknown) => {
    if (typeof value === "bigint") return `${value}`;
    return typeof value === "number" ? Number(value.toPrecision(12)) : value;
  };
  const all: Record<string, readonly string[]> = {};
  for (const name of Object.keys(tables) as ShippedName[])
    all[name] = (await readTable(lake, name)).map((row) => JSON.stringify(row, plain)).sort();
  return all;
}

async function gradedAt(lake: Lake): Promise<string[]> {
  const rows = await readTable(lake, "grades_ID");
  return rows.map(({ user_exam_id, partition, offset }) => `${user_exam_id} ${partition}@${offset}`).sort();
}

const someValue = fc
  .tuple(
    fc.constantFrom("a", "b", "c"),
    fc.constantFrom(
      anEvent(),
      { ...anEvent(), note: 1 },
      { ...anEvent(), exam_name: "Other" },
      withoutCounts(),
      anEvent({ questions: undefined }),
      anEvent({ questions: [{ options: [] }] }),
      { ...withoutCounts(), sequences: {} },
    ),
  )
  .map(([id, event]) => toText(id, event));
const someTopic = fc.array(fc.array(fc.oneof({ weight: 9, arbitrary: someValue }, fc.constant("no JSON"))), {
  minLength: 2,
  maxLength: 3,
});
const someRun = fc.record({
  batches: fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 3 }), fc.boolean()), { maxLength: 6 }),
  calls: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 250 })),
});

test("the tables are the same in whatever order, batches and runs that were cut a topic was read", async () => {
  const order = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });
  await fc.assert(
    fc.asyncProperty(someTopic, fc.array(someRun, { maxLength: 3 }), order, async (topic, runs, last) => {
      const [straight, other] = [createWholeLake("events"), createWholeLake("events")];
      const expected = await landIn(straight, topic, [toEnds(topic)]);
      const state = await landIn(other, topic, [...runs, toEnds(topic, last)]);
      assert.deepEqual(await readAll(other.lake), await readAll(straight.lake));
      assert.deepEqual(state.counts, expected.counts);
      assert.equal(state.crossingConflicts, expected.crossingConflicts);
      const { ok, checks, crossingConflicts } = await verify({ lake: other.lake });
      assert.ok(ok, JSON.stringify(checks));
      assert.equal(crossingConflicts, expected.crossingConflicts ?? 0);
      assert.deepEqual(await other.lake.hdfs.list("/lake/_tmp"), []);
    }),
    { numRuns: Number(process.env.FUZZ_COUNT ?? 25) },
  );
});

const [first, second] = [toText("a", anEvent()), toText("a", { ...anEvent(), exam_name: "Other" })];
/** Partition 0 holds the delivery that counts, 1 another one, that one again, and the one that counts. */
const conflicting: Topic = [[first], [second, second, first]];

test("of deliveries that differ the one in the lowest partition counts, in the courses too, whichever came first", async () => {
  const whole = createWholeLake("events");
  const state = await landIn(whole, conflicting, [toEnds(conflicting, [1]), toEnds(conflicting, [0])]);
  assert.deepEqual(await gradedAt(whole.lake), ["a 0@0"]);
  assert.deepEqual(
    Object.values(state.summaries.course_ID ?? {}).map(({ group }) => group.exam_name),
    ["Reading Tea Leaves"],
  );
  assert.deepEqual(state.counts, { consumed: 4, graded: 1, duplicates: 1, quarantined: 2 });
  assert.deepEqual([state.crossingConflicts, state.late, state.settled], [2, 1, 1]);
});

test("one event in several partitions is graded where it is first, and is no conflict", async () => {
  const topic = [[first], [first]];
  const whole = createWholeLake("events");
  const state = await landIn(whole, topic, [toEnds(topic, [1]), toEnds(topic, [0])]);
  assert.deepEqual(await gradedAt(whole.lake), ["a 0@0"]);
  assert.deepEqual(state.counts, { consumed: 2, graded: 1, duplicates: 1, quarantined: 0 });
  assert.equal(state.crossingConflicts, undefined);
});

test("nothing is rebuilt where deliveries came in their order, nor a second time", async () => {
  const whole = createWholeLake("events");
  const kindOf = async () => (await readLastCommit(whole.lake))?.kind;
  await landIn(whole, conflicting, [toEnds(conflicting, [0, 1])]);
  assert.equal(await kindOf(), "land");
  const more = [[first, second], conflicting[1] ?? []];
  await landIn(whole, more, [toEnds(more)]);
  assert.equal(await kindOf(), "replay");
  const again = [...more, [toText("b", anEvent())]];
  await landIn(whole, again, [toEnds(again)]);
  assert.equal(await kindOf(), "land");
  assert.ok((await verify({ lake: whole.lake })).ok);
});

/** Makes of a lake what a build wrote that kept neither partitions nor late deliveries. */
async function makeOld({ hdfs, at }: Lake): Promise<void> {
  for (const { path } of await hdfs.list(at("_index"))) {
    const packed = await hdfs.read(path);
    const entries = Array.from({ length: packed.length / 39 }, (_, index) => {
      const entry = packed.subarray(39 * index, 39 * index + 33);
      entry[32] = (entry[32] ?? 0) & 3;
      return entry;
    });
    await hdfs.write(path, Buffer.concat(entries));
  }
  for (const { path } of await hdfs.list(at("_commits"))) {
    const commit = JSON.parse((await hdfs.read(path)).toString());
    const { late, settled, crossingConflicts, ...state } = commit.state;
    const files = commit.files.map((file: CommittedFile) => {
      return file.table === "index" ? { ...file, bytes: (file.bytes / 39) * 33 } : file;
    });
    await hdfs.write(path, Buffer.from(JSON.stringify({ ...commit, format: 2, state, files })));
  }
}

test("a lake of a build that took what came first is settled by its next landing, with nothing new to land", async () => {
  const whole = createWholeLake("events");
  const { batches } = toEnds(conflicting, [1, 0]);
  await landIn(whole, conflicting, [{ batches, calls: Number.POSITIVE_INFINITY }]);
  const expected = await readAll(whole.lake);
  const old = createWholeLake("events");
  const landing = await openLanding({ ...old, check: () => {} });
  await landing.batch.add(toBatch(1, 0, conflicting[1] ?? []));
  await landing.batch.add(toBatch(0, 0, conflicting[0] ?? []));
  await commitBatch(landing);
  await closeLanding(landing);
  await makeOld(old.lake);
  assert.deepEqual(await gradedAt(old.lake), ["a 1@0"]);
  const before = await verify({ lake: old.lake });
  assert.deepEqual([before.ok, before.isSettled], [false, false]);
  const state = await landIn(old, conflicting, [{ batches: [], calls: Number.POSITIVE_INFINITY }]);
  assert.deepEqual(await readAll(old.lake), expected);
  assert.deepEqual([state.crossingConflicts, state.late, state.settled], [2, 1, 1]);
});

test("a lake of an earlier build with one partition goes on as it is until another one comes", async () => {
  const whole = createWholeLake("events");
  await landIn(whole, [[second]], [toEnds([[second]])]);
  await makeOld(whole.lake);
  const one = [[second, first]];
  const state = await landIn(whole, one, [toEnds(one)]);
  assert.deepEqual([state.late, (await readLastCommit(whole.lake))?.kind], [undefined, "land"]);
  const two = [...one, [first, first]];
  const after = await landIn(whole, two, [toEnds(two)]);
  assert.deepEqual([after.late, after.crossingConflicts], [0, 2]);
  assert.ok((await verify({ lake: whole.lake })).ok);
});

test("a table that can't be replaced is told, with all landed; a lander that follows goes on", async () => {
  const whole = createWholeLake("events");
  await landIn(whole, conflicting, [toEnds(conflicting, [1])]);
  const { hdfs, at } = whole.lake;
  const access: Hdfs["access"] = async (path) => {
    const found = await hdfs.access(path);
    return found && { ...found, isSnapshottable: path === at("grades_ID") };
  };
  const kept = { ...whole, lake: { ...whole.lake, at, hdfs: { ...hdfs, access } } };
  const reason =
    /^hdfs \/lake\/grades_ID: expected a directory without snapshots.*; the tables stay as they are$/;
  await assert.rejects(landIn(kept, conflicting, [toEnds(conflicting, [0])]), { message: reason });
  assert.equal((await readLastCommit(whole.lake))?.state.counts.consumed, 4);
  assert.deepEqual(await gradedAt(whole.lake), ["a 1@0"]);
  const landing = await openLanding({ ...kept, check: () => {} });
  const givenUp = await settleOrGiveUp(landing);
  assert.equal(givenUp?.table, "grades_ID");
  assert.match(givenUp?.reason ?? "", reason);
  await landing.batch.add(toBatch(2, 0, [toText("b", anEvent())]));
  await commitBatch(landing);
  await closeLanding(landing);
  await landIn(whole, conflicting, [{ batches: [], calls: Number.POSITIVE_INFINITY }]);
  assert.deepEqual(await gradedAt(whole.lake), ["a 0@0", "b 2@0"]);
});

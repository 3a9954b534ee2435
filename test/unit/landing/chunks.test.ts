import assert from "node:assert/strict";
import { describe, test } from "node:test";

import worker = require("node:worker_threads");

import { projectPath } from "user-activity/dist/base/paths";
import type { Contract } from "user-activity/dist/contract/model";
import { readContractFile } from "user-activity/dist/contract/read";
import { shippedContract } from "user-activity/dist/contract/shipped";
import { createExamIndex } from "user-activity/dist/events/exam-index";
import type { TopicMessage } from "user-activity/dist/events/outcomes";
import type { ChunkOutcome } from "user-activity/dist/landing/chunk";
import { MessagePacker, type PackedMessages, PackedReader } from "user-activity/dist/landing/chunk-wire";
import { createDecider, type Decider } from "user-activity/dist/landing/decider";
import { createSums } from "user-activity/dist/landing/sums";
import { readParquet } from "user-activity/dist/parquet/read";
import { modelOf, tableIn } from "user-activity/dist/tables/lake-model";
import { linesOf } from "../../helpers/customers";
import { makeMessages } from "../../helpers/fuzz-messages";

function toTopicMessages(
  values: readonly (Partial<TopicMessage> & Pick<TopicMessage, "value">)[],
): TopicMessage[] {
  const next: bigint[] = [];
  return values.map(({ partition = 0, ...rest }) => {
    const offset = next[partition] ?? 0n;
    next[partition] = offset + 1n;
    const none = { topic: "t", timestamp: null, key: null, headers: [] };
    return { ...none, ...rest, partition, offset };
  });
}

/** Valid, refused, broken and doubled ones, in three partitions, of all sizes. */
function fuzzed(count: number, seed: number): TopicMessage[] {
  const all = makeMessages(count, seed).map(({ timestamp, ...rest }) => ({
    ...rest,
    timestamp: BigInt.asIntN(40, BigInt(timestamp)),
    headers:
      seed % 2
        ? [
            { key: "a", value: null },
            { key: "", value: Buffer.from([255, 0]) },
          ]
        : [],
  }));
  return toTopicMessages(all);
}

/** A customer's messages, twice: all come again, every third with a value more. */
function customers(name: string): { contract: Contract; messages: TopicMessage[] } {
  const contract = readContractFile(projectPath("data", "customers", `${name}.odcs.yaml`));
  const lines = linesOf(name);
  const again = lines.map((line, index) => (index % 3 === 0 ? line.replace(/^\{/, '{"more":1,') : line));
  const values = [...lines, ...again].map((line, index) => ({
    value: Buffer.from(line),
    partition: index % 2,
  }));
  return { contract, messages: toTopicMessages(values) };
}

function packInto(packer: MessagePacker, messages: readonly TopicMessage[]): PackedMessages {
  for (const message of messages) packer.add(message);
  return packer.end();
}

interface Decided {
  readonly outcomes: readonly ChunkOutcome[];
  readonly changes: Buffer;
}

/** `sizes`: of the chunks, in turn. */
async function decideAll(
  decider: Decider,
  messages: readonly TopicMessage[],
  ...sizes: readonly number[]
): Promise<Decided> {
  const exams = createExamIndex();
  const all: Promise<ChunkOutcome>[] = [];
  for (let at = 0, end = 0; at < messages.length; at = end) {
    end = at + (sizes[all.length % sizes.length] ?? 1);
    all.push(decider.decide(packInto(decider.pack(), messages.slice(at, end)), { exams, isReplay: false }));
  }
  const outcomes = await Promise.all(all);
  return { outcomes, changes: exams.changes() };
}

/** What an outcome says, whichever way its rows are handed over. */
async function toPlain({ tables, tallied, refused }: ChunkOutcome, contract: Contract): Promise<object> {
  const { summed, ...counted } = tallied;
  const sums = createSums(contract);
  sums.addTaken(summed);
  const rows: Record<string, readonly object[]> = {};
  for (const [table, part] of Object.entries(tables))
    rows[table] =
      "file" in part ? await readParquet(part.file, tableIn(modelOf(contract), table)) : part.rows;
  return { rows, counted, refused, sums: sums.groups() };
}

async function assertSame(
  contract: Contract,
  messages: readonly TopicMessage[],
  size: number,
): Promise<number> {
  const model = modelOf(contract);
  const deciders = [createDecider(model, { threads: 0 }), createDecider(model, { threads: 2 })];
  try {
    const [here, beside] = await Promise.all(deciders.map((one) => decideAll(one, messages, size)));
    assert.ok(here && beside);
    assert.deepEqual(beside.changes, here.changes);
    for (const [index, outcome] of here.outcomes.entries()) {
      const other: ChunkOutcome = beside.outcomes[index] ?? assert.fail();
      assert.deepEqual(await toPlain(other, contract), await toPlain(outcome, contract));
      for (const [table, part] of Object.entries(outcome.tables)) {
        const own = other.tables[table] ?? assert.fail(table);
        if ("file" in part && "file" in own) assert.ok(Buffer.from(part.file).equals(own.file), table);
      }
    }
    return here.outcomes.reduce((sum, { tallied }) => sum + tallied.counts.duplicates, 0);
  } finally {
    await Promise.all(deciders.map((one) => one.close()));
  }
}

describe("chunks in two threads come to the same as in one", () => {
  for (const [seed, size] of [
    [1, 700],
    [2, 90],
  ] as const)
    test(`fuzzed messages, ${size} at a time: rows, bytes of files, counts, sums, exam IDs`, async () => {
      const duplicates = await assertSame(shippedContract, fuzzed(1400, seed), size);
      assert.ok(duplicates > 20, `${duplicates}`);
    });

  for (const name of ["edx", "xapi"])
    test(`the events of ${name}, by their own contract`, async () => {
      const { contract, messages } = customers(name);
      await assertSame(contract, messages, 17);
    });

  test("also where the latest counts", async () => {
    const by = "grades_ID.recorded_at";
    const identity = { ...(shippedContract.identity ?? assert.fail()), counts: "latest" as const, by };
    await assertSame({ ...shippedContract, identity }, fuzzed(600, 3), 150);
  });
});

test("a small chunk is not told before the large one that its thread was given before", async () => {
  const decider = createDecider(modelOf(shippedContract), { threads: 1 });
  try {
    const sizes = [900, 1, 1, 900, 2];
    const { outcomes } = await decideAll(decider, fuzzed(4 * 1804, 4), ...sizes);
    const consumed = outcomes.map(({ tallied }) => tallied.counts.consumed);
    assert.deepEqual(consumed, [...sizes, ...sizes, ...sizes, ...sizes]);
  } finally {
    await decider.close();
  }
});

test("messages that are packed come out as they were", () => {
  const messages = [...fuzzed(300, 5), ...fuzzed(300, 6)];
  const reader = new PackedReader(packInto(new MessagePacker(), messages));
  assert.equal(reader.length, messages.length);
  for (const index of [...messages.keys()].reverse()) assert.deepEqual(reader.at(index), messages[index]);
});

describe("where a thread fails", () => {
  /** Has threads start with other settings; gives back what is to be called at the end. */
  function withThreads(change: (options: worker.WorkerOptions) => worker.WorkerOptions): () => void {
    const { Worker } = worker;
    class Changed extends Worker {
      constructor(file: string, options: worker.WorkerOptions) {
        super(file, change(options));
      }
    }
    Object.assign(worker, { Worker: Changed });
    return () => void Object.assign(worker, { Worker });
  }

  test("out of memory, all that is under way and all behind it is refused, and says so", async () => {
    const restore = withThreads((options) => ({
      ...options,
      resourceLimits: { maxOldGenerationSizeMb: 12 },
    }));
    const decider = createDecider(modelOf(shippedContract), { threads: 1 });
    try {
      const many = Array.from({ length: 40 }, () => fuzzed(200, 7)).flat();
      const out =
        /^ServiceError: a thread that decides messages has ended: it had no memory left; what is not committed does not count/;
      await assert.rejects(decideAll(decider, toTopicMessages(many), 8000), out);
      await assert.rejects(decideAll(decider, fuzzed(10, 8), 5), out);
    } finally {
      restore();
      await decider.close();
    }
  });

  test("ended from outside, likewise", async () => {
    const decider = createDecider(modelOf(shippedContract), { threads: 1 });
    const deciding = decideAll(decider, fuzzed(500, 9), 100);
    deciding.catch(() => undefined);
    await decider.close();
    await assert.rejects(
      deciding,
      /^ServiceError: a thread that decides messages has ended \(exit code \d+\); what is not committed/,
    );
  });
});

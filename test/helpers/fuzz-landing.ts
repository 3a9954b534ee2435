import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "user-activity/dist/base/config";
import { localDir, projectPath } from "user-activity/dist/base/paths";
import { openKafka, withAdmin } from "user-activity/dist/kafka/client";
import { isSumRight } from "user-activity/dist/lake/counts";
import { land } from "user-activity/dist/landing/land";
import { verify } from "user-activity/dist/landing/verify";
import { type FuzzMessage, partitions } from "./fuzz-messages";
import { copyLake, ownConfig, ownFolder, runPython } from "./live-lake";
import { withProducer } from "./live-topics";

/** A seed for one run: FUZZ_SEED, or a new one. */
export function chooseSeed(): number {
  const { FUZZ_SEED } = process.env;
  return FUZZ_SEED ? Number(FUZZ_SEED) : Date.now() % 2 ** 31;
}

/** What became of the messages of one run. */
export interface FuzzReport {
  /** As recompute.py counts them: rows of each table, duplicates, quarantined. */
  readonly counts: Readonly<Record<string, number>>;
  readonly bytes: number;
}

/**
 * Publishes the messages to a new topic, lands them in batches of each size into a lake of its own, and holds every
 * lake to what was sent. What fails is narrowed down to fewer messages and written to a file that the error names.
 */
export async function fuzzLanding(
  messages: readonly FuzzMessage[],
  { batchSizes, seed }: { readonly batchSizes: readonly number[]; readonly seed: number },
): Promise<FuzzReport> {
  try {
    return await landAndCheck(messages, batchSizes);
  } catch (error) {
    const fewest = await narrow(messages, (some) => landAndCheck(some, batchSizes));
    const file = keepMessages(fewest, seed);
    const first = fewest[0]?.value?.toString("base64").slice(0, 2000);
    const what = `FUZZ_SEED=${seed}: narrowed down to ${fewest.length} messages, in ${file}; the first in base64: ${first}`;
    throw new Error(`${what}\n${(error as Error).message}`);
  }
}

async function landAndCheck(messages: readonly FuzzMessage[], batchSizes: readonly number[]) {
  const topic = ownConfig("fuzz");
  const sent = await publishFuzz(topic, messages);
  let counts: FuzzReport["counts"] = {};
  for (const [index, batchMessages] of batchSizes.entries()) {
    const config = index === 0 ? topic : { ...topic, hdfs: ownConfig("fuzz").hdfs };
    const { state } = await land({ config, batchMessages, threads: batchMessages % 2 === 0 ? 2 : 0 });
    assert.ok(isSumRight(state.counts), JSON.stringify(state.counts));
    assert.equal(state.counts.consumed, messages.length);
    const report = await verify({ config });
    assert.ok(report.ok, JSON.stringify(report.checks.filter(({ ok }) => !ok)));
    counts = await checkTables(config, sent, messages);
    const { duplicates, quarantined, grades_ID: graded } = counts;
    assert.deepEqual({ ...state.counts, duplicates, quarantined, graded }, state.counts);
  }
  return { counts, bytes: messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0) };
}

/** Holds the tables to an independent recomputation and raw_data to what was sent. */
async function checkTables(config: Config, sent: string, messages: readonly FuzzMessage[]) {
  const script = projectPath("test", "python", "recompute.py");
  const answer = runPython([script, await copyLake(config), "--sent", sent]);
  if (answer.status !== 0) throw new Error(`recompute.py: ${answer.stderr}`);
  const { counts, differences } = JSON.parse(answer.stdout) as {
    counts: Record<string, number>;
    differences: string[];
  };
  const named = differences.map((text) => `${text}\n  sent: ${showSent(text, messages)}`);
  assert.equal(differences.length, 0, named.slice(0, 5).join("\n"));
  return counts;
}

/** The bytes of the message that a difference names. */
function showSent(difference: string, messages: readonly FuzzMessage[]): string {
  const [, partition, offset] = / at (\d+)@(\d+)/.exec(difference) ?? [];
  const own = messages.filter((one) => one.partition === Number(partition));
  const value = own[Number(offset)]?.value;
  return value ? value.toString("base64").slice(0, 200) : "no value";
}

/** Makes the topic and sends in order, so that a message's offset is its place in its partition; returns the file that says so. */
export async function publishFuzz({ kafka }: Config, messages: readonly FuzzMessage[]): Promise<string> {
  const configEntries = [
    { name: "max.message.bytes", value: "20000000" },
    { name: "message.timestamp.after.max.ms", value: "9223372036854775807" },
  ];
  const topic = { topic: kafka.topic, numPartitions: partitions, replicationFactor: 1, configEntries };
  await withAdmin(openKafka(kafka), (admin) => admin.createTopics({ topics: [topic] }));
  await withProducer(kafka, async (producer) => {
    for (const chunk of toChunks(messages)) {
      await producer.send({ topic: kafka.topic, messages: chunk.map((one) => ({ ...one })) });
    }
  });
  const file = join(ownFolder(), "sent.jsonl");
  writeFileSync(file, toLines(messages));
  return file;
}

const chunkBytes = 800_000;

/** kafkajs sends what it is given in one request, and reckons with the differences of its timestamps as doubles. */
function toChunks(messages: readonly FuzzMessage[]): FuzzMessage[][] {
  const chunks: FuzzMessage[][] = [[]];
  let bytes = 0;
  let isAlone = false;
  for (const message of messages) {
    const wasAlone = isAlone;
    isAlone = !Number.isSafeInteger(Number(message.timestamp));
    const size = (message.value?.length ?? 0) + (message.key?.length ?? 0) + 100;
    if ((bytes + size > chunkBytes || isAlone || wasAlone) && bytes > 0) {
      chunks.push([]);
      bytes = 0;
    }
    chunks.at(-1)?.push(message);
    bytes += size;
  }
  return chunks;
}

function toLines(messages: readonly FuzzMessage[]): string {
  const next = new Map<number, number>();
  const lines = messages.map(({ partition, timestamp, key, value }) => {
    const offset = next.get(partition) ?? 0;
    next.set(partition, offset + 1);
    const bytes = { key: key?.toString("base64") ?? null, value: value?.toString("base64") ?? null };
    return `${JSON.stringify({ partition, offset, timestamp, ...bytes })}\n`;
  });
  return lines.join("");
}

/** Halves the messages as long as one half alone still fails. */
async function narrow(
  messages: readonly FuzzMessage[],
  check: (some: readonly FuzzMessage[]) => Promise<unknown>,
): Promise<readonly FuzzMessage[]> {
  if (messages.length <= 1) return messages;
  const middle = Math.ceil(messages.length / 2);
  for (const half of [messages.slice(0, middle), messages.slice(middle)]) {
    const fails = await check(half).then(
      () => false,
      () => true,
    );
    if (fails) return narrow(half, check);
  }
  return messages;
}

function keepMessages(messages: readonly FuzzMessage[], seed: number): string {
  const folder = join(localDir, "fuzz");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `failing-${seed}.jsonl`);
  writeFileSync(file, toLines(messages));
  return file;
}

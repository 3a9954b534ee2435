import { setTimeout as sleep } from "node:timers/promises";
import type { KafkaConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { askCluster } from "./client";
import { describeOpen, type OpenTransaction } from "./describe-transactions";
import { type PartitionOffsets, readOffsets } from "./topics";

/** Offsets of one partition that hold messages which can't be read yet: [readable, highWatermark). */
export interface Waiting {
  readonly partition: number;
  readonly readable: string;
  readonly highWatermark: string;
  /** How many; the markers that end transactions count too. */
  readonly messages: number;
  /** What they wait for, the first to begin before the others; empty where the brokers don't tell. */
  readonly transactions: readonly OpenTransaction[];
}

/** Which messages of the topic wait for a transaction, and for which; asks nothing where none does. */
export async function readWaiting(
  config: KafkaConfig,
  offsets: readonly PartitionOffsets[],
): Promise<Waiting[]> {
  const behind = offsets.filter(isWaiting);
  if (behind.length === 0) return [];
  const partitions = behind.map(({ partition }) => partition);
  // who may read a topic need not be allowed to see who writes to it
  const open = await askCluster(config, `reading the transactions of topic "${config.topic}"`, (cluster) =>
    describeOpen(cluster, config.topic, partitions),
  ).catch(() => new Map<number, OpenTransaction[]>());
  return behind.map(({ partition, high, highWatermark }) => ({
    partition,
    readable: `${high}`,
    highWatermark: `${highWatermark}`,
    messages: Number(highWatermark - high),
    transactions: open.get(partition) ?? [],
  }));
}

/** The same some time after the offsets were read: whether what waited then waits still. */
export async function readStillWaiting(
  config: KafkaConfig,
  before: readonly PartitionOffsets[],
): Promise<Waiting[]> {
  if (!before.some(isWaiting)) return [];
  return readWaiting(config, await readOffsets(config).catch(() => before));
}

/**
 * Reads the offsets once all that the topic holds now can be read: short transactions are waited for. Throws where one
 * stays open for `patienceMs` (default 5,000) with messages behind it.
 */
export async function readSettledOffsets(
  config: KafkaConfig,
  { patienceMs = 5000, signal }: { patienceMs?: number; signal?: AbortSignal | undefined } = {},
): Promise<PartitionOffsets[]> {
  const ends = new Map<number, bigint>();
  for (let tries = 1; ; tries++) {
    const offsets = await readOffsets(config);
    signal?.throwIfAborted();
    for (const { partition, highWatermark } of offsets)
      if (!ends.has(partition)) ends.set(partition, highWatermark);
    if (offsets.every(({ partition, high }) => high >= (ends.get(partition) ?? 0n))) return offsets;
    if (tries * settlingMs >= patienceMs) throw toHidden(config, await readWaiting(config, offsets));
    await sleep(settlingMs, undefined, { signal });
  }
}

const settlingMs = 250;

function toHidden({ topic }: KafkaConfig, waiting: readonly Waiting[]): ServiceError {
  const where = `kafka topic "${topic}"`;
  const expected = "expected to read all that it holds, so that nothing is sent twice";
  const advice = "run this again when it has ended, as it does by itself after its timeout";
  return new ServiceError(
    `${where}: ${expected}, received less: ${formatWaiting(topic, waiting)}; ${advice}`,
  );
}

function isWaiting({ high, highWatermark }: PartitionOffsets): boolean {
  return high < highWatermark;
}

/** What waits and for what, in one sentence; empty where nothing waits. */
export function formatWaiting(topic: string, waiting: readonly Waiting[]): string {
  if (waiting.length === 0) return "";
  const count = waiting.reduce((sum, { messages }) => sum + messages, 0);
  const places = waiting.map(
    ({ partition, readable, transactions }) =>
      `${topic}/${partition} from offset ${readable} on${transactions.map(describeTransaction).join("")}`,
  );
  const what = count === 1 ? "1 message waits" : `${count} messages wait`;
  return `${what} for an open transaction to end: ${places.join("; ")}`;
}

function describeTransaction({ producerId, transactionalId, since }: OpenTransaction): string {
  const who = transactionalId === null ? `producer ${producerId}` : `"${transactionalId}"`;
  return `, behind ${who}${since === null ? "" : ` (open since ${since})`}`;
}

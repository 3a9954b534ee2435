import { setTimeout as sleep } from "node:timers/promises";
import type { KafkaConfig } from "./config";
import { type BatchHandler, type ConsumeOptions, consume, type Message, type Progress } from "./consumer";
import { ServiceError } from "./errors";
import { askKafka, connectKafka, toKafkaError } from "./kafka";

export type { BatchHandler, Message, MessageBatch } from "./consumer";

/** Which offsets a partition holds: [low, high). */
export interface PartitionOffsets {
  readonly partition: number;
  /** The earliest offset still there (retention moves it). */
  readonly low: bigint;
  /** Exclusive: up to where all transactions are decided, which is the end of the log unless one is open. */
  readonly high: bigint;
}

export interface ConsumeRange extends ConsumeOptions {
  /** Inclusive; a partition that is not named starts at its lowest offset. */
  readonly from: ReadonlyMap<number, bigint>;
  /** Exclusive; a partition that is not named is not read. */
  readonly to: ReadonlyMap<number, bigint>;
}

/** Creates the topic if it is missing; returns how many partitions it has (one that exists keeps its own number). */
export async function ensureTopic(config: KafkaConfig, { partitions = 3 } = {}): Promise<number> {
  const { topic, external } = config;
  return askKafka(config, `creating topic "${topic}"`, async (admin) => {
    if (!(await admin.listTopics()).includes(topic)) {
      const replicationFactor = external ? -1 : 1;
      await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor }] });
    }
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length ?? 0;
  });
}

/** Reads which offsets each partition holds now, in order of partition. Throws where the topic does not exist. */
export async function readOffsets(config: KafkaConfig): Promise<PartitionOffsets[]> {
  const { topic } = config;
  const offsets = await askKafka(config, `reading the offsets of topic "${topic}"`, async (admin) =>
    (await admin.listTopics()).includes(topic) ? admin.fetchTopicOffsets(topic) : undefined,
  );
  if (!offsets) {
    const where = `kafka ${config.brokers.join(",")}`;
    const advice = 'publish a file into it with "npx user-activity publish FILE"';
    throw new ServiceError(`${where}: expected topic "${topic}", received no such topic; ${advice}`);
  }
  return offsets
    .map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }))
    .sort((a, b) => a.partition - b.partition);
}

/**
 * Consumes committed messages of [from, to) in every partition of `to` and hands them to `handleBatch`, one batch at a
 * time, in a consumer group of this call alone. Ends when all of `to` is reached, whatever stands there. Throws what
 * the handler throws, the signal's reason, or a ServiceError: `from` is no longer or not yet there, no offsets came
 * for `patienceMs` (an open transaction, say), the broker is out of reach, an unknown compression.
 */
export async function consumeRange(
  config: KafkaConfig,
  { from, to, ...options }: ConsumeRange,
  handleBatch: BatchHandler,
): Promise<void> {
  const progress = planRange(config, { from, to }, await readOffsets(config));
  const unread = progress.filter(({ seen, end }) => seen < end);
  if (unread.length > 0 && !(await consume(config, unread, handleBatch, options))) {
    const reached = new Map(unread.map(({ partition, seen }) => [partition, seen]));
    planRange(config, { from: reached, to }, await readOffsets(config));
    throw new ServiceError(`kafka topic "${config.topic}": offsets vanished while they were read; try again`);
  }
  for (const { partition, delivered, end } of unread) {
    if (delivered === end) continue;
    await handleBatch({ partition, firstOffset: delivered, nextOffset: end, messages: [] });
  }
}

function planRange(
  { topic }: KafkaConfig,
  { from, to }: Pick<ConsumeRange, "from" | "to">,
  offsets: readonly PartitionOffsets[],
): Progress[] {
  return [...to].map(([partition, end]) => {
    const where = `kafka topic "${topic}", partition ${partition}`;
    const held = offsets.find((each) => each.partition === partition);
    if (!held)
      throw new ServiceError(`${where}: expected a partition below ${offsets.length}; name one of these`);
    const start = from.get(partition) ?? held.low;
    const fault = describeGap(start, held);
    if (fault) throw new ServiceError(`${where}: ${fault}`);
    return { partition, end, delivered: start, seen: start };
  });
}

function describeGap(start: bigint, { low, high }: PartitionOffsets): string | undefined {
  if (start < low) {
    const gone = `offsets ${start} to ${low - 1n} are gone`;
    return `expected offset ${start}, received ${low} as the earliest; ${gone}, by retention or deletion`;
  }
  if (start <= high) return undefined;
  return `expected offset ${start}, received an end at ${high}; was the topic deleted and created anew?`;
}

/**
 * Consumes all that the topic holds now, from its lowest offsets up to the high watermarks at the start: one partition
 * after another, so that the order is the same each time.
 */
export async function consumeTopic(
  config: KafkaConfig,
  handleBatch: BatchHandler,
  options: ConsumeOptions = {},
): Promise<void> {
  for (const { partition, low, high } of await readOffsets(config)) {
    const range = { from: new Map([[partition, low]]), to: new Map([[partition, high]]) };
    await consumeRange(config, { ...range, ...options }, handleBatch);
  }
}

/**
 * Reads the first messages of a topic for showing: at most `count`, by offset, then partition. With transactions in
 * the topic there may be fewer, as markers count as offsets.
 */
export async function sampleMessages(
  config: KafkaConfig,
  count: number,
): Promise<(Message & { readonly partition: number })[]> {
  const offsets = await readOffsets(config);
  const most = BigInt(count);
  const to = offsets.map(
    ({ partition, low, high }) => [partition, low + most < high ? low + most : high] as const,
  );
  const sample: (Message & { partition: number })[] = [];
  await consumeRange(config, { from: new Map(), to: new Map(to) }, ({ partition, messages }) => {
    for (const message of messages) sample.push({ partition, ...message });
  });
  sample.sort((a, b) => Number(a.offset - b.offset) || a.partition - b.partition);
  return sample.slice(0, count);
}

/** Deletes the topic and waits until it is gone; false where there was none. */
export async function resetTopic(config: KafkaConfig): Promise<boolean> {
  const { topic } = config;
  return askKafka(config, `deleting topic "${topic}"`, async (admin) => {
    if (!(await admin.listTopics()).includes(topic)) return false;
    await admin.deleteTopics({ topics: [topic] });
    for (let waitMs = 10; (await admin.listTopics()).includes(topic); waitMs *= 2) {
      if (waitMs > 10_000)
        throw new ServiceError(`kafka topic "${topic}": still there after its deletion; try again`);
      await sleep(waitMs);
    }
    return true;
  });
}

/** Sets a group's offsets (the next to be read), so that monitoring shows its lag; nobody else may be in the group. */
export async function setGroupOffsets(
  config: KafkaConfig,
  groupId: string,
  offsets: ReadonlyMap<number, bigint>,
): Promise<void> {
  if (offsets.size === 0) return;
  const { topic } = config;
  // admin.setOffsets does the same and takes five seconds; a short session keeps a killed one from blocking the next
  const consumer = connectKafka(config).consumer({
    groupId,
    maxWaitTimeInMs: 50,
    sessionTimeout: 6000,
    heartbeatInterval: 2000,
    allowAutoTopicCreation: false,
    retry: { restartOnFailure: async () => false },
  });
  let crash: Error | undefined;
  consumer.on(consumer.events.GROUP_JOIN, () => consumer.pause([{ topic }]));
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    crash = payload.error;
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic] });
    await consumer.run({ autoCommit: false, eachBatch: async () => {} });
    if (crash) throw crash;
    const commits = [...offsets].map(([partition, offset]) => ({ topic, partition, offset: String(offset) }));
    await consumer.commitOffsets(commits);
  } catch (error) {
    throw toKafkaError(error, config, `setting the offsets of group "${groupId}"`);
  } finally {
    await consumer.disconnect();
  }
}

/** Reads a group's offsets by partition; a partition without one is left out. */
export async function readGroupOffsets(config: KafkaConfig, groupId: string): Promise<Map<number, bigint>> {
  const { topic } = config;
  return askKafka(config, `reading the offsets of group "${groupId}"`, async (admin) => {
    const found = await admin.fetchOffsets({ groupId, topics: [topic] });
    const offsets = found.flatMap(({ partitions }) => partitions);
    return new Map(
      offsets.filter(({ offset }) => offset !== "-1").map((one) => [one.partition, BigInt(one.offset)]),
    );
  });
}

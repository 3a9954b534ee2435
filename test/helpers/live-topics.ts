import { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type IHeaders, Partitioners, type Producer } from "kafkajs";
import { type KafkaConfig, readConfig } from "user-activity/dist/base/config";
import { openKafka, withAdmin } from "user-activity/dist/kafka/client";
import { consumeRange } from "user-activity/dist/kafka/consume";
import type { MessageBatch } from "user-activity/dist/kafka/message";
import { readOffsets, resetTopic } from "user-activity/dist/kafka/topics";
import { type ServiceName, startServices, stopServices } from "user-activity/dist/services/services";

export interface Outgoing {
  readonly key?: string | null;
  readonly value: string | Buffer | null;
  readonly partition?: number;
  readonly headers?: IHeaders;
}

/** Keeps the real broker up for the tests of this file; gives each its own topics and deletes them at the end. */
export function useTopics(prefix: string) {
  const made: KafkaConfig[] = [];
  let started: ServiceName[] = [];
  before(async () => {
    started = await startServices(["kafka"]);
  });
  after(async () => {
    for (const config of made) await resetTopic(config);
    await stopServices(started);
  });
  /** A configuration whose topic nobody else uses; the topic is not created. */
  const name = (): KafkaConfig => {
    const config = { ...readConfig().kafka, topic: `test-${prefix}-${process.pid}-${made.length}` };
    made.push(config);
    return config;
  };
  /** The same with the topic created. */
  const create = async (partitions = 1, settings: Record<string, string> = {}): Promise<KafkaConfig> => {
    const config = name();
    await createTopic(config, partitions, settings);
    return config;
  };
  return { name, create };
}

/** Creates a topic with settings of its own. */
export async function createTopic(
  config: KafkaConfig,
  partitions: number,
  settings: Record<string, string> = {},
): Promise<void> {
  const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
  const topic = { topic: config.topic, numPartitions: partitions, replicationFactor: 1, configEntries };
  await withAdmin(openKafka(config), (admin) => admin.createTopics({ topics: [topic] }));
}

/** Runs `work` with a producer; with a transactional id it can open transactions. */
export async function withProducer<T>(
  config: KafkaConfig,
  work: (producer: Producer) => Promise<T>,
  transactionalId?: string,
): Promise<T> {
  // a request that fails for one partition is sent again for all, which only an idempotent producer does without doubling
  const transactional = transactionalId ? { transactionalId } : {};
  const producer = openKafka(config).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
    maxInFlightRequests: 1,
    ...transactional,
  });
  try {
    await producer.connect();
    return await work(producer);
  } finally {
    await producer.disconnect();
  }
}

export async function send(config: KafkaConfig, messages: readonly Outgoing[]): Promise<void> {
  await withProducer(config, (producer) =>
    producer.send({ topic: config.topic, messages: messages.map((one) => ({ ...one })) }),
  );
}

/** Where each partition ends now. */
export async function readEnds(config: KafkaConfig): Promise<Map<number, bigint>> {
  return new Map((await readOffsets(config)).map(({ partition, high }) => [partition, high]));
}

/** Waits until so many offsets can be read: Kafka writes the markers that end a transaction after it has answered. */
export async function untilReadable(config: KafkaConfig, offsets: bigint): Promise<void> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await sleep(50)) {
    const ends = [...(await readEnds(config)).values()];
    if (ends.reduce((sum, end) => sum + end, 0n) >= offsets) return;
  }
  throw new Error(`topic ${config.topic}: expected ${offsets} offsets within two minutes`);
}

/** Consumes a range, by default all there is, and returns its batches. */
export async function collect(
  config: KafkaConfig,
  from: ReadonlyMap<number, bigint> = new Map(),
  to?: ReadonlyMap<number, bigint>,
): Promise<MessageBatch[]> {
  const batches: MessageBatch[] = [];
  await consumeRange(config, { from, to: to ?? (await readEnds(config)) }, (batch) => {
    batches.push(batch);
  });
  return batches;
}

/** All messages of the topic, by partition and offset. */
export async function readAll(config: KafkaConfig) {
  const batches = await collect(config);
  const messages = batches.flatMap(({ partition, messages }) =>
    messages.map((one) => ({ partition, ...one })),
  );
  return messages.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
}

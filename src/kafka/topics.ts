import { setTimeout as sleep } from "node:timers/promises";
import type { Admin } from "kafkajs";
import type { KafkaConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import type { RetryPolicy } from "../base/retry";
import { askKafka } from "./client";

/** Which offsets a partition holds: [low, high). */
export interface PartitionOffsets {
  readonly partition: number;
  /** The earliest offset still there (retention moves it). */
  readonly low: bigint;
  /** Exclusive: up to where all transactions are decided, which is the end of the log unless one is open. */
  readonly high: bigint;
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

/**
 * Reads which offsets each partition holds now, in order of partition. Throws where the topic does not exist. `retry`
 * has a broker that is gone waited for.
 */
export async function readOffsets(
  config: KafkaConfig,
  options: { readonly retry?: RetryPolicy | undefined } = {},
): Promise<PartitionOffsets[]> {
  const offsets = await findOffsets(config, options);
  if (offsets) return offsets;
  const where = `kafka ${config.brokers.join(",")}`;
  const advice = 'publish a file into it with "npx user-activity publish FILE"';
  throw new ServiceError(`${where}: expected topic "${config.topic}", received no such topic; ${advice}`);
}

/** The same, but undefined where the topic does not exist. */
export async function findOffsets(
  config: KafkaConfig,
  { retry }: { readonly retry?: RetryPolicy | undefined } = {},
): Promise<PartitionOffsets[] | undefined> {
  const { topic } = config;
  const doing = `reading the offsets of topic "${topic}"`;
  const ask = async (admin: Admin) =>
    (await admin.listTopics()).includes(topic) ? admin.fetchTopicOffsets(topic) : undefined;
  const offsets = await askKafka(config, doing, ask, retry);
  return offsets
    ?.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }))
    .sort((a, b) => a.partition - b.partition);
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

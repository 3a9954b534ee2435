import { setTimeout as sleep } from "node:timers/promises";
import type { KafkaConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import type { RetryPolicy } from "../base/retry";
import { askCluster, askKafka } from "./client";
import type { Cluster } from "./cluster";

/** Which offsets a partition holds: [low, high) can be read, [high, highWatermark) not yet. */
export interface PartitionOffsets {
  readonly partition: number;
  /** The earliest offset still there (retention moves it). */
  readonly low: bigint;
  /** Exclusive: up to where all transactions are decided, which Kafka calls the last stable offset. */
  readonly high: bigint;
  /** Exclusive: where the partition ends; above `high` only while a transaction is open. */
  readonly highWatermark: bigint;
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
  return askCluster(config, doing, (cluster) => askOffsets(cluster, topic), retry);
}

async function askOffsets(cluster: Cluster, topic: string): Promise<PartitionOffsets[] | undefined> {
  const { topicMetadata } = await cluster.metadata();
  if (!topicMetadata.some((one) => one.topic === topic)) return refuseHidden(cluster, topic);
  await cluster.addTargetTopic(topic);
  const partitions = cluster
    .findTopicPartitionMetadata(topic)
    .map(({ partitionId }) => ({ partition: partitionId }));
  const list = async (fromBeginning: boolean, isolationLevel: 0 | 1) => {
    cluster.isolationLevel = isolationLevel;
    const [found] = await cluster.fetchTopicsOffset([{ topic, fromBeginning, partitions }]);
    return new Map(found?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
  };
  const lows = await list(true, 1);
  const highs = await list(false, 1);
  const highWatermarks = await list(false, 0); // last, so that it is not below the others
  return [...highWatermarks]
    .map(([partition, highWatermark]) => {
      const high = highs.get(partition) ?? highWatermark;
      return { partition, low: lows.get(partition) ?? 0n, high, highWatermark };
    })
    .sort((a, b) => a.partition - b.partition);
}

/** A topic that this user may not describe is listed to nobody: asked for by its name, the broker refuses. */
async function refuseHidden(cluster: Cluster, topic: string): Promise<undefined> {
  const [first] = (await cluster.metadata()).brokers;
  const broker = first && (await cluster.findBroker(first));
  await broker?.metadata([topic]).catch((error) => {
    if (error.type === "TOPIC_AUTHORIZATION_FAILED") throw error;
  });
}

/** Deletes the topic and waits until it is gone; false where there was none. */
export async function resetTopic(config: KafkaConfig): Promise<boolean> {
  const { topic } = config;
  if (!(await findOffsets(config))) return false;
  return askKafka(config, `deleting topic "${topic}"`, async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    for (let waitMs = 10; (await admin.listTopics()).includes(topic); waitMs *= 2) {
      if (waitMs > 10_000)
        throw new ServiceError(`kafka topic "${topic}": still there after its deletion; try again`);
      await sleep(waitMs);
    }
    return true;
  });
}

import { randomUUID } from "node:crypto";
import type { KafkaConfig } from "../base/config";
import { type RetryPolicy, withRetries } from "../base/retry";
import { askKafka, openKafka, toKafkaError } from "./client";

/** Sets a group's offsets (the next to be read), so that monitoring shows its lag; nobody else may be in the group. */
export async function setGroupOffsets(
  config: KafkaConfig,
  groupId: string,
  offsets: ReadonlyMap<number, bigint>,
  { retry }: { readonly retry?: RetryPolicy | undefined } = {},
): Promise<void> {
  if (offsets.size > 0) await withRetries(() => commitOffsets(config, groupId, offsets), retry);
}

/** Joins a group that is this call's own and leaves it, to see whether that is allowed; a topic that is there is needed. */
export async function tryGroup(config: KafkaConfig): Promise<void> {
  const groupId = `${config.group}-try-${randomUUID()}`;
  await commitOffsets(config, groupId, new Map());
  await removeGroup(config, groupId).catch(() => {}); // an empty group vanishes by itself
}

async function commitOffsets(
  config: KafkaConfig,
  groupId: string,
  offsets: ReadonlyMap<number, bigint>,
): Promise<void> {
  const { topic } = config;
  // admin.setOffsets does the same and takes five seconds; a short session keeps a killed one from blocking the next
  const consumer = openKafka(config).consumer({
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
    if (commits.length > 0) await consumer.commitOffsets(commits);
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

/** Removes a group with its offsets; false where there was none. Throws where it has members. */
export async function removeGroup(config: KafkaConfig, groupId: string): Promise<boolean> {
  return askKafka(config, `removing group "${groupId}"`, async (admin) => {
    const { groups } = await admin.listGroups();
    if (!groups.some((group) => group.groupId === groupId)) return false;
    await admin.deleteGroups([groupId]);
    return true;
  });
}

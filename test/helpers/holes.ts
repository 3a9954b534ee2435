import type { Config } from "user-activity/dist/base/config";
import { openKafka, withAdmin } from "user-activity/dist/kafka/client";
import { readOffsets } from "user-activity/dist/kafka/topics";
import { openLake, readLastCommit } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { ownConfig } from "./live-lake";
import { publishEvents } from "./small-lake";

/** Removes what a partition holds before an offset, as retention does. */
export async function deleteBefore(kafka: Config["kafka"], partition: number, offset: bigint): Promise<void> {
  await withAdmin(openKafka(kafka), async (admin) => {
    await admin.fetchTopicOffsets(kafka.topic); // deleteTopicRecords needs the metadata loaded
    const partitions = [{ partition, offset: `${offset}` }];
    await admin.deleteTopicRecords({ topic: kafka.topic, partitions });
  });
}

/** A topic that has lost two messages of partition 0 after its lakes were begun. */
export async function ownHole(name: string, lakes: number) {
  const topic = ownConfig(name);
  const all = Array.from({ length: lakes }, (_, number): Config => {
    return { ...topic, hdfs: { ...topic.hdfs, lakeDir: `${topic.hdfs.lakeDir}/${number}` } };
  });
  await publishEvents(topic, 30, "a");
  for (const config of all) await land({ config });
  const next = (await readOffsets(topic.kafka))[0]?.high ?? 0n;
  await publishEvents(topic, 30, "b");
  await deleteBefore(topic.kafka, 0, next + 2n);
  const gap = { partition: 0, from: `${next}`, to: `${next + 2n}`, count: 2 };
  const told = `${topic.kafka.topic}/0: offsets ${next} to ${next + 1n} (2 offsets) are gone by retention or deletion and were never landed; `;
  return { topic, all, gap, told };
}

/** What the last commit has on record as gone, but for when it was skipped. */
export async function gapsOf({ hdfs }: Config) {
  const { gaps = [] } = (await readLastCommit(openLake(hdfs)))?.state ?? {};
  return gaps.map(({ skippedAt: _, ...gap }) => gap);
}

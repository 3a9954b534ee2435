// @ts-check
// A plain consumer, as a script would have it: from the beginning of each partition to where it ends now.
import { readConfig } from "user-activity/dist/base/config.js";
import { openKafka } from "user-activity/dist/kafka/client.js";

/**
 * Hands over each message of the topic that the environment names, and ends behind the last.
 * @param {(value: Buffer, place: {partition: number, offset: string}) => void} onMessage
 */
export async function consumeTopic(onMessage) {
  const { kafka: config } = readConfig();
  const kafka = openKafka(config);
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(config.topic);
  const left = new Map(
    offsets.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, Number(high)]),
  );
  const groupId = `bench-${process.pid}`;
  const consumer = kafka.consumer({ groupId });
  await consumer.connect();
  await consumer.subscribe({ topic: config.topic, fromBeginning: true });
  await new Promise((resolve, reject) => {
    const eachBatch = async (/** @type {import("kafkajs").EachBatchPayload} */ { batch }) => {
      for (const { value, offset } of batch.messages)
        onMessage(value ?? Buffer.alloc(0), { partition: batch.partition, offset });
      if (Number(batch.lastOffset()) + 1 >= (left.get(batch.partition) ?? 0)) left.delete(batch.partition);
      if (left.size === 0) resolve(undefined);
    };
    consumer.on("consumer.crash", ({ payload }) => reject(payload.error));
    consumer.run({ autoCommit: false, eachBatch }).catch(reject);
  });
  await consumer.disconnect();
  await admin.deleteGroups([groupId]);
  await admin.disconnect();
}

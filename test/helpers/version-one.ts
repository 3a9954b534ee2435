import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type Config, readConfig } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { resetTopic } from "user-activity/dist/kafka/topics";
import { openLake } from "user-activity/dist/lake/lake";
import { anEvent } from "./an-event";
import { createTopic, withProducer } from "./live-topics";

/** The topic that the lake of version 1 names. */
export const topicOfVersionOne = "lake-of-version-1";

/**
 * A lake whose tables are of version 1, as the last build that wrote that version landed it from the messages below in
 * two batches (`batchMessages: 4`): gzip over JSON, each file's path in the lake and its bytes in base64. Of ten messages
 * two have Kafka's timestamp -1, one a value and one a key that is no UTF-8, one no value, and one a byte order mark.
 */
const golden = projectPath("test", "golden", "lake-of-version-1.json.gz");

const notUtf8 = Buffer.from([0xff, 0xfe, 0x00, 0x9f]);

function toEvent(id: string, change: Record<string, unknown> = {}): string {
  return JSON.stringify({ ...anEvent(), user_exam_id: id, exam_name: "Course", ...change });
}

interface Sent {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly timestamp?: string;
}

const messages: readonly (readonly Sent[])[] = [
  [
    { key: "a", value: toEvent("a") },
    { key: "a", value: toEvent("a") },
    { key: "b", value: toEvent("b", { exam_name: "" }) },
    { key: "c", value: notUtf8 },
    { key: "d", value: toEvent("d"), timestamp: "-1" },
  ],
  [
    { key: "e", value: toEvent("e", { exam_name: "Other" }) },
    { key: "f", value: null },
    { key: notUtf8, value: toEvent("g") },
    { key: null, value: "{", timestamp: "-1" },
    { key: "h", value: `\ufeff${toEvent("h", { certification: null })}` },
  ],
];

/** Creates the topic anew with the messages that the lake of version 1 holds. */
export async function createTopicOfVersionOne(): Promise<Config["kafka"]> {
  const kafka = { ...readConfig().kafka, topic: topicOfVersionOne };
  await resetTopic(kafka);
  await createTopic(kafka, messages.length);
  await withProducer(kafka, async (producer) => {
    for (const [partition, own] of messages.entries()) {
      for (const [index, message] of own.entries()) {
        const timestamp = message.timestamp ?? String(1_700_000_000_000 + index);
        const headers = { file_sha256: "ab", record_index: String(index) };
        const one = { ...message, timestamp, partition, headers };
        await producer.send({ topic: kafka.topic, messages: [one] });
      }
    }
  });
  return kafka;
}

/** Writes the lake of version 1 to where the configuration has it. */
export async function uploadLakeOfVersionOne({ hdfs }: Config): Promise<void> {
  const lake = openLake(hdfs);
  const files = JSON.parse(gunzipSync(readFileSync(golden)).toString()) as Record<string, string>;
  for (const [path, content] of Object.entries(files)) {
    await lake.hdfs.write(lake.at(path), Buffer.from(content, "base64"));
  }
}

import { join } from "node:path";
import type { Config, KafkaConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { createFolder, writeWhole } from "../base/folders";
import { localDir } from "../base/paths";
import { decodeEvent } from "../events/decode";
import { sampleMessages } from "../kafka/consume";
import { findOffsets } from "../kafka/topics";
import { type PublishProgress, publishFile } from "./publish";

/** What a notebook finds in its topic. */
export interface EnsuredEvents {
  /** The file that was published, absolute; null where nothing is to be added to the topic. */
  readonly file: string | null;
  /** Records in the file; 0 without one, as are the next two. */
  readonly records: number;
  /** Records sent by this call. */
  readonly published: number;
  /** Records that the topic held before. */
  readonly alreadyThere: number;
  /** What the topic holds now, whoever published it. */
  readonly messages: number;
}

/**
 * Sees to it that the topic holds events: publishes the configuration's file of events, as far as it is not there, and
 * nothing where there is none. Throws a ServiceError as publishFile does, and where the topic holds nothing and nothing
 * is to be published.
 */
export async function ensureEvents(
  { kafka, eventsFile }: Config,
  onProgress?: (progress: PublishProgress) => void,
): Promise<EnsuredEvents> {
  const options = { config: kafka, ...(onProgress ? { onProgress } : {}) };
  const report = eventsFile === null ? nothing : await publishFile(eventsFile, options);
  const { records, published, alreadyThere } = report;
  const messages = await countMessages(kafka);
  if (messages === 0) throw new ServiceError(describeEmpty(kafka, eventsFile));
  return { file: eventsFile, records, published, alreadyThere, messages };
}

/**
 * A file for a notebook that publishes into a topic of its own: the configuration's file of events; where there is none,
 * one under `.local/` with the events of the first messages of the configuration's topic, at most `most`. Throws a
 * ServiceError where that topic is not there or holds no event.
 */
export async function eventsToReplay({ kafka, eventsFile }: Config, { most = 3000 } = {}): Promise<string> {
  if (eventsFile !== null) return eventsFile;
  const decoded = (await sampleMessages(kafka, most)).map(({ value }) => decodeEvent(value));
  const events = decoded.flatMap((one) => (one.ok ? [one.text] : []));
  if (events.length === 0) throw new ServiceError(describeEmpty(kafka, null));
  const folder = join(localDir, "replayed");
  createFolder(folder);
  const file = join(folder, `${kafka.topic}.json`);
  writeWhole(file, `[\n${events.join(",\n")}\n]\n`);
  return file;
}

const nothing = { records: 0, published: 0, alreadyThere: 0 } as const;

async function countMessages(config: KafkaConfig): Promise<number> {
  const offsets = (await findOffsets(config)) ?? [];
  return offsets.reduce((sum, { low, high }) => sum + Number(high - low), 0);
}

function describeEmpty({ brokers, topic }: KafkaConfig, file: string | null): string {
  const where = `kafka ${brokers.join(",")}: expected events in topic "${topic}", received none`;
  const why =
    file === null ? "a topic or lake of your own, so notebooks publish nothing" : `${file} has none`;
  return `${where} (${why}); name a file in EVENTS_FILE, or publish it with "npx user-activity publish FILE"`;
}

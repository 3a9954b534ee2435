import type { MessageBatch } from "user-activity/dist/kafka/message";
import { closeLanding, commitBatch, type Landing } from "user-activity/dist/landing/hold";
import { openLanding } from "user-activity/dist/landing/open";
import { rebuildTables } from "user-activity/dist/landing/rebuild";
import { anEvent, withoutCounts } from "./an-event";
import type { createWholeLake } from "./whole-hdfs";

/** A lake in memory, with its configuration. */
export type WholeLake = ReturnType<typeof createWholeLake>;

/** Opens a landing in it; no topic is asked. */
export function openWhole(
  { lake, config }: WholeLake,
  options: { onNoVersions?: (text: string) => void } = {},
) {
  return openLanding({ lake, config, check: () => {}, ...options });
}

/** Two messages of a partition, one graded and one refused, from where the landing is. */
export async function addSome(landing: Landing): Promise<void> {
  const from = Number(landing.batch.offsets()[0] ?? 0);
  const events = [anEvent(), withoutCounts()].map((event, index) => ({
    ...event,
    user_exam_id: `a-${from + index}`,
  }));
  const messages = events.map((event, index) => ({
    offset: BigInt(from + index),
    timestamp: 1n,
    key: null,
    value: Buffer.from(JSON.stringify(event)),
    headers: [],
  }));
  const batch: MessageBatch = {
    partition: 0,
    firstOffset: BigInt(from),
    nextOffset: BigInt(from + 2),
    messages,
  };
  await landing.batch.add(batch);
}

/** A run that lands so many commits. */
export async function landCommits(whole: WholeLake, commits: number): Promise<void> {
  const landing = await openWhole(whole);
  try {
    for (let made = 0; made < commits; made++) {
      await addSome(landing);
      await commitBatch(landing);
    }
  } finally {
    await closeLanding(landing);
  }
}

/** Rebuilds its tables from raw_data. */
export async function replayAll(whole: WholeLake): Promise<void> {
  const landing = await openWhole(whole);
  await rebuildTables(landing, {}).finally(() => closeLanding(landing));
}

import type { Config } from "../base/config";
import { findOffsets } from "../kafka/topics";
import { openLake, readLastCommit } from "../lake/lake";
import { readServices } from "../services/services";

/** What the topic holds that the lake does not. */
export interface Beyond {
  readonly topic: string;
  /** Offsets in all partitions; in a topic with transactions some hold no message. */
  readonly offsets: number;
  /** Those partitions alone that hold more, in their order. */
  readonly partitions: readonly {
    readonly partition: number;
    /** Inclusive: the first offset that is not landed. */
    readonly from: string;
    readonly highWatermark: string;
  }[];
}

/** Reads what the topic holds beyond the lake; null where Kafka is stopped, does not answer, or has no such topic. */
export async function readBeyond({ kafka, hdfs }: Config): Promise<Beyond | null> {
  if (!kafka.external && (await readServices()).kafka.state === "stopped") return null;
  const held = await findOffsets(kafka).catch(() => undefined);
  const state = (await readLastCommit(openLake(hdfs)))?.state;
  if (!held || (state && state.topic !== kafka.topic)) return null;
  const partitions = held
    .map(({ partition, low, highWatermark }) => {
      const landed = BigInt(state?.offsets[partition] ?? low);
      return { partition, from: landed > low ? landed : low, highWatermark };
    })
    .filter(({ from, highWatermark }) => from < highWatermark);
  const offsets = partitions.reduce((sum, { from, highWatermark }) => sum + Number(highWatermark - from), 0);
  const told = partitions.map(({ partition, from, highWatermark }) => ({
    partition,
    from: `${from}`,
    highWatermark: `${highWatermark}`,
  }));
  return { topic: kafka.topic, offsets, partitions: told };
}

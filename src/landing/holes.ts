import type { KafkaConfig } from "../base/config";
import type { RetryPolicy } from "../base/retry";
import type { PartitionOffsets } from "../kafka/topics";
import { findHoles, type Gap } from "../lake/gaps";
import { closeLanding, commitBatch, type Landing } from "./hold";
import { landRanges, skipHoles } from "./land";

interface Following {
  readonly skipGaps: boolean | undefined;
  readonly ranges: readonly PartitionOffsets[];
  readonly retry: RetryPolicy | undefined;
  /** Ends the landing of the other partitions, once what was gathered is committed. */
  readonly signal: AbortSignal;
}

/**
 * Sees to offsets that are gone before a topic is followed: skipped, they are committed at once, as messages may be long
 * in coming, and returned. Otherwise lands what the other partitions hold, closes the landing and throws as a landing does.
 */
export async function passHoles(
  landing: Landing,
  kafka: KafkaConfig,
  { skipGaps, ranges, retry, signal }: Following,
): Promise<readonly Gap[]> {
  const before = landing.last.state.gaps?.length ?? 0;
  const isWhole = findHoles(landing.last.state.offsets, ranges).length === 0;
  if (isWhole) return [];
  if (!skipGaps) await landRanges(landing, kafka, { ranges, signal, ...(retry ? { retry } : {}) });
  skipHoles(landing, ranges);
  await commitBatch(landing).catch(async (error) => {
    await closeLanding(landing);
    throw error;
  });
  return landing.last.state.gaps?.slice(before) ?? [];
}

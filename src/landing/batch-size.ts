import type { LandingBatch } from "./batch";

/** How large a batch may grow. */
export interface BatchSize {
  /** A commit is made after this many messages at the latest; default 50,000. */
  readonly batchMessages?: number | undefined;
  /** A commit is made after about this many bytes of values; default 256 MiB. */
  readonly batchBytes?: number | undefined;
}

const mostMessages = 50_000;
const mostBytes = 256 * 2 ** 20;

/** Whether a batch is to be committed for its size. */
export function isFull(
  batch: LandingBatch,
  { batchMessages = mostMessages, batchBytes = mostBytes }: BatchSize = {},
): boolean {
  return batch.messageCount() >= batchMessages || batch.valueBytes() >= batchBytes;
}

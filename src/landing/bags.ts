import { createHash } from "node:crypto";
import { canonicalJson } from "../base/json";
import type { Origin } from "../tables/tables";

/**
 * Rows compared without being held, whatever their order: how many, and the sums of their hashes (mod 2^64) in 4096
 * buckets by origin. Rows that stand twice count twice.
 */
export interface Bag {
  count: number;
  readonly sums: BigUint64Array;
}

const buckets = 4096;

/** Makes a bag without rows. */
export function createBag(): Bag {
  return { count: 0, sums: new BigUint64Array(buckets) };
}

/** Adds a row to the bag. */
export function addTo(bag: Bag, row: Origin): void {
  const bucket = bucketOf(row);
  const hash = createHash("sha256").update(canonicalJson(row)).digest();
  bag.count++;
  bag.sums[bucket] = (bag.sums[bucket] ?? 0n) + hash.readBigUInt64LE(0);
}

/** The bucket of a message's rows, 0 to 4095: what differs in one is found again by looking at its rows alone. */
export function bucketOf({ partition, offset }: Origin): number {
  return Number((offset + 31n * BigInt(partition)) % BigInt(buckets));
}

/** The first bucket in which two bags differ; undefined where they hold the same rows. */
export function differingBucket(a: Bag, b: Bag): number | undefined {
  const bucket = a.sums.findIndex((sum, index) => sum !== b.sums[index]);
  return bucket === -1 ? undefined : bucket;
}

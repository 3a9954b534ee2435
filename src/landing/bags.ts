import { createHash } from "node:crypto";
import { canonicalJson } from "../base/json";

/**
 * Rows compared without being held, whatever their order: how many, and the sums of their hashes (mod 2^64) in 4096
 * buckets, by their message where they say it. Rows that stand twice count twice.
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
export function addTo(bag: Bag, row: object): void {
  const hash = hashRow(row);
  const bucket = bucketOf(row, hash);
  bag.count++;
  bag.sums[bucket] = (bag.sums[bucket] ?? 0n) + hash.readBigUInt64LE(0);
}

/** The bucket of a row, 0 to 4095: what differs in one is found again by looking at its rows alone. */
export function bucketOf(row: object, hash?: Buffer): number {
  const { partition, offset } = row as { readonly partition?: unknown; readonly offset?: unknown };
  if (typeof partition === "number" && typeof offset === "bigint")
    return Number(BigInt.asUintN(64, offset + 31n * BigInt(partition)) % BigInt(buckets));
  return (hash ?? hashRow(row)).readUInt16LE(8) % buckets;
}

function hashRow(row: object): Buffer {
  return createHash("sha256").update(canonicalJson(row)).digest();
}

/** The first bucket in which two bags differ; undefined where they hold the same rows. */
export function differingBucket(a: Bag, b: Bag): number | undefined {
  const bucket = a.sums.findIndex((sum, index) => sum !== b.sums[index]);
  return bucket === -1 ? undefined : bucket;
}

import { ServiceError } from "../base/errors";
import { formatCountOf } from "../base/text";

/** Offsets of a partition that were gone before they were landed. */
export interface Hole {
  readonly partition: number;
  /** Inclusive: the offset that was to come next. */
  readonly from: string;
  /** Exclusive: the earliest offset that was still there. */
  readonly to: string;
  /** How many offsets that are; each held a message, or the marker of a transaction. */
  readonly count: number;
}

/** A hole that a landing has passed on request; a lake keeps all of its own. */
export interface Gap extends Hole {
  /** When it was found (ISO 8601, UTC). */
  readonly skippedAt: string;
}

/** By partition: the offset of the next message to land. */
type Offsets = Readonly<Record<string, string>>;

/** Which partitions begin behind what is landed of them, in order of partition. `low`: the earliest offset there is. */
export function findHoles(
  offsets: Offsets,
  ranges: readonly { readonly partition: number; readonly low: bigint }[],
): Hole[] {
  return ranges.flatMap(({ partition, low }) => {
    const next = offsets[partition];
    if (next === undefined || BigInt(next) >= low) return [];
    return [{ partition, from: next, to: `${low}`, count: Number(low - BigInt(next)) }];
  });
}

/** A hole in words: how many offsets of which partition, first and last. */
export function describeHole(topic: string, { partition, from, to, count }: Hole): string {
  const [which, are, were] = count === 1 ? ["offset", "is", "was"] : ["offsets", "are", "were"];
  return `${topic}/${partition}: ${which} ${formatRange(from, to)} (${formatCountOf(count, "offset")}) ${are} gone by retention or deletion and ${were} never landed`;
}

/** The first and the last of the offsets [from, to); one alone stands once. */
function formatRange(from: string, to: string): string {
  const last = BigInt(to) - 1n;
  return last === BigInt(from) ? from : `${from} to ${last}`;
}

/** Says which holes stand in the way of a landing, and how it goes on in the same lake. */
export function toHoleError(topic: string, holes: readonly Hole[]): ServiceError {
  const what = holes.map((hole) => describeHole(topic, hole)).join("; ");
  const them = holes.length === 1 ? "this partition is" : "these partitions are";
  const advice = `"npx user-activity land --skip-gaps" goes on behind what is gone, in the same lake, and keeps on record what is missing`;
  return new ServiceError(`${what}; ${them} not landed, others are: ${advice}`);
}

/** What landings have skipped, behind the sum that must hold; empty where that is nothing. */
export function formatGaps(topic: string, gaps: readonly Gap[]): string {
  if (gaps.length === 0) return "";
  const count = gaps.reduce((sum, gap) => sum + gap.count, 0);
  const where = gaps.map(({ partition, from, to }) => `${topic}/${partition}: ${formatRange(from, to)}`);
  return `skipped ${formatCountOf(count, "offset")}, gone before landing (${where.join("; ")})`;
}

/** The first of the offsets [from, to) that no gap accounts for, and the last one before the next gap. */
export function findUnexplained(
  gaps: readonly Hole[],
  { partition, from, to }: { readonly partition: number; readonly from: bigint; readonly to: bigint },
): { readonly first: bigint; readonly last: bigint } | undefined {
  let first = from;
  for (const gap of sortGaps(gaps.filter((one) => one.partition === partition))) {
    if (BigInt(gap.to) <= first) continue;
    if (BigInt(gap.from) > first)
      return first < to ? { first, last: least(to, BigInt(gap.from)) - 1n } : undefined;
    first = BigInt(gap.to);
  }
  return first < to ? { first, last: to - 1n } : undefined;
}

function sortGaps(gaps: readonly Hole[]): Hole[] {
  return [...gaps].sort((a, b) => (BigInt(a.from) < BigInt(b.from) ? -1 : 1));
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

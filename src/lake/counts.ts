import { formatCountOf } from "../base/text";
import { shippedContract } from "../contract/shipped";
import { fingerprintContract } from "../events/fingerprint";
import type { Outcome } from "../events/outcomes";
import { formatGaps, type Gap } from "./gaps";

/** How many messages came to what; consumed = graded + duplicates + quarantined, or events where they are counted. */
export interface Counts {
  readonly consumed: number;
  /** Events in these messages, one that can't be decoded being one; absent where a message is one event. */
  readonly events?: number;
  /** Events that landed; the shipped contract's are graded. */
  readonly graded: number;
  readonly duplicates: number;
  readonly quarantined: number;
}

/** Counts that grow. */
export type GrowingCounts = { -readonly [K in keyof Counts]: Counts[K] };

/** The counts of nothing. */
export function noCounts(): GrowingCounts {
  return { consumed: 0, graded: 0, duplicates: 0, quarantined: 0 };
}

/** Counts what a message came to; its events only where a message may be several. */
export function countOutcome(
  to: GrowingCounts,
  { counts, isOneEach }: Pick<Outcome, "counts" | "isOneEach">,
): void {
  const { graded, duplicates, quarantined } = counts;
  to.consumed++;
  if (!isOneEach) to.events = (to.events ?? 0) + graded + duplicates + quarantined;
  to.graded += graded;
  to.duplicates += duplicates;
  to.quarantined += quarantined;
}

/** Adds up two counts. */
export function addCounts(a: Counts, b: Counts): Counts {
  const isByEvents = a.events !== undefined || b.events !== undefined;
  return {
    consumed: a.consumed + b.consumed,
    ...(isByEvents ? { events: (a.events ?? 0) + (b.events ?? 0) } : {}),
    graded: a.graded + b.graded,
    duplicates: a.duplicates + b.duplicates,
    quarantined: a.quarantined + b.quarantined,
  };
}

/** Whether the sum holds: of messages, or of events where a message may be several. */
export function isSumRight({
  consumed,
  events = consumed,
  graded,
  duplicates,
  quarantined,
}: Counts): boolean {
  return events === graded + duplicates + quarantined;
}

/** The sum that must hold, as a person reads it; `landed`: the word for events that landed, by default the shipped one. */
export function formatSum(counts: Counts, landed = "graded"): string {
  const { consumed, events, graded, duplicates, quarantined } = counts;
  const sum = graded + duplicates + quarantined;
  const whole = events ?? consumed;
  const start = events === undefined ? `consumed ${consumed}` : `consumed ${consumed} with events ${events}`;
  const numbers = `${start} ${sum === whole ? "=" : "≠"} ${landed} ${graded} + duplicates ${duplicates} + quarantined ${quarantined}`;
  return sum === whole ? numbers : `${numbers} (off by ${whole - sum})`;
}

/** What the sum is made of, and what is told with it. */
export interface Whole {
  readonly topic: string;
  readonly counts: Counts;
  readonly gaps?: readonly Gap[];
  readonly crossingConflicts?: number;
  /** Fingerprint of the contract; absent for the shipped one. */
  readonly contract?: string;
}

/** The sum, and behind it how many conflicts cross partitions and what was skipped before it was landed. */
export function formatWhole({ topic, counts, gaps = [], crossingConflicts = 0, contract }: Whole): string {
  const conflicts =
    crossingConflicts > 0 ? `${formatCountOf(crossingConflicts, "conflict")} across partitions` : "";
  const sum = formatSum(counts, landedWord(contract));
  return [sum, conflicts, formatGaps(topic, gaps)].filter((part) => part !== "").join("; ");
}

/** What events that landed are called by a contract, which its fingerprint tells: the shipped one's are graded. */
export function landedWord(contract: string | undefined): string {
  return contract === undefined || contract === fingerprintContract(shippedContract) ? "graded" : "landed";
}

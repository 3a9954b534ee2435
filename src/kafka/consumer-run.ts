import type { Consumer } from "kafkajs";
import type { KafkaConfig } from "../base/config";
import type { BatchHandler } from "./message";

/** How far a partition is consumed. */
export interface Progress {
  readonly partition: number;
  /** Exclusive; undefined where the partition is followed without an end. */
  readonly end: bigint | undefined;
  /** The handler has had all offsets before it. */
  delivered: bigint;
  /** From `delivered` on there is no message to read before it. */
  seen: bigint;
}

/** What one consumer does. */
export interface Consuming {
  readonly config: KafkaConfig;
  /** Moved on by the consumer. */
  readonly progress: readonly Progress[];
  readonly handle: BatchHandler;
  readonly signal: AbortSignal | undefined;
  /** How long, while the handler is idle, nothing may come: no answer, or where an end is set no offset. */
  readonly patienceMs: number;
  /** How often it is looked whether the topic has more partitions, which ends it; undefined means never. */
  readonly partitionCheckMs: number | undefined;
  readonly onHighWatermark: ((partition: number, high: bigint) => void) | undefined;
  /** The consumer group to be a member of, which keeps what was delivered; undefined is one of this consumer alone. */
  readonly group: string | undefined;
}

/** Why a consumer ended: every end is reached, or it was told to, or what it was to read has changed, or an error. */
export type Outcome =
  | { readonly kind: "done" | "aborted" | "offsets gone" | "partitions added" }
  | { readonly kind: "failed"; readonly error: unknown }
  /** `workedMs`: from the first fetch that succeeded to the last. */
  | { readonly kind: "crashed"; readonly error: unknown; readonly workedMs: number };

/** One consumer at work. */
export interface Run extends Consuming {
  readonly consumer: Consumer;
  readonly end: (outcome: Outcome) => void;
  isEnded: boolean;
  /** The handler's current call; never rejects. */
  handling: Promise<void> | undefined;
  /** What the handler threw; it counts even where the consumer had ended for another reason before. */
  failure: Outcome | undefined;
  /** How often `watchForSilence` has looked since an answer came, and since offsets came. */
  quiet: { answers: number; offsets: number };
  /** When fetches succeeded. */
  fetched: { readonly firstMs: number; readonly lastMs: number } | undefined;
}

/** A run, and how it will have ended: its first `end` counts. */
export function openRun(given: Consuming & Pick<Run, "consumer">): { run: Run; ended: Promise<Outcome> } {
  let settle: (outcome: Outcome) => void = () => {};
  const ended = new Promise<Outcome>((resolve) => {
    settle = resolve;
  });
  const end = (outcome: Outcome) => {
    run.isEnded = true;
    settle(outcome);
  };
  const state = { isEnded: false, handling: undefined, failure: undefined, fetched: undefined };
  const run: Run = { ...given, ...state, end, quiet: { answers: 0, offsets: 0 } };
  return { run, ended };
}

/** Ends the run by an error of Kafka's, which another consumer may be spared. */
export function crash(run: Run, error: unknown): void {
  const { firstMs, lastMs } = run.fetched ?? { firstMs: 0, lastMs: 0 };
  run.end({ kind: "crashed", error, workedMs: lastMs - firstMs });
}

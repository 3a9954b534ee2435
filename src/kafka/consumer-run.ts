import type { Consumer, EachBatchPayload } from "kafkajs";
import type { KafkaConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { type BatchHandler, type Message, toMessage } from "./message";

/** How far a partition is consumed. */
export interface PartitionProgress {
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
  readonly progress: readonly PartitionProgress[];
  readonly handle: BatchHandler;
  readonly signal: AbortSignal | undefined;
  /** How long, while the handler is idle, nothing may come: no answer, or where an end is set no offset. */
  readonly patienceMs: number;
  /** How often it is looked whether the topic has more partitions, which ends it; undefined means never. */
  readonly partitionCheckMs: number | undefined;
  readonly onHighWatermark: ((partition: number, high: bigint) => void) | undefined;
  /** The consumer group to be a member of, which keeps what was delivered; undefined is one of this consumer alone. */
  readonly group: string | undefined;
  /** Whether a partition is read only when those of lower numbers have reached their ends. */
  readonly isInTurn: boolean;
}

/** Why a consumer ended: every end is reached, or it was told to, or what it was to read has changed, or an error. */
export type ConsumerEnd =
  | { readonly kind: "done" | "aborted" | "offsets gone" | "partitions added" }
  | { readonly kind: "failed"; readonly error: unknown }
  /** `workedMs`: from the first fetch that succeeded to the last. */
  | { readonly kind: "crashed"; readonly error: unknown; readonly workedMs: number };

/** One consumer at work. */
export interface Run extends Consuming {
  readonly consumer: Consumer;
  readonly end: (outcome: ConsumerEnd) => void;
  isEnded: boolean;
  /** The handler's current call; never rejects. */
  handling: Promise<void> | undefined;
  /** What the handler threw; it counts even where the consumer had ended for another reason before. */
  failure: ConsumerEnd | undefined;
  /** How often `watchForSilence` has looked since an answer came, and since offsets came. */
  quiet: { answers: number; offsets: number };
  /** When fetches succeeded. */
  fetched: { readonly firstMs: number; readonly lastMs: number } | undefined;
}

/** A run, and how it will have ended: its first `end` counts. */
export function openRun(given: Consuming & Pick<Run, "consumer">): { run: Run; ended: Promise<ConsumerEnd> } {
  let settle: (outcome: ConsumerEnd) => void = () => {};
  const ended = new Promise<ConsumerEnd>((resolve) => {
    settle = resolve;
  });
  const end = (outcome: ConsumerEnd) => {
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

/** Hands over what of a fetched batch is asked for, while the broker is told that the consumer lives. */
export async function deliver(run: Run, { batch, heartbeat }: EachBatchPayload): Promise<void> {
  const one = run.progress.find(({ partition }) => partition === batch.partition);
  if (!one) return;
  const beat = setInterval(() => heartbeat().catch(() => {}), 1000);
  try {
    while (run.handling) await run.handling; // markers that are being passed
    const nextOffset = upToEnd(one, BigInt(batch.lastOffset()) + 1n);
    if (nextOffset <= one.seen) return;
    const isWanted = ({ offset }: Message) => offset >= one.seen && offset < nextOffset;
    await handOver(run, one, nextOffset, batch.messages.map(toMessage).filter(isWanted));
  } finally {
    clearInterval(beat);
  }
}

/** Moves over offsets that hold no message to read: markers, and messages of aborted transactions. */
export async function passMarkers(run: Run, partition: number, next: bigint): Promise<void> {
  const one = run.progress.find((each) => each.partition === partition);
  if (!one || run.isEnded) return;
  const seen = upToEnd(one, next);
  if (seen <= one.seen) return;
  one.seen = seen;
  while (run.handling) await run.handling;
  if (one.seen > one.delivered) await handOver(run, one, one.seen, []);
}

/** Calls the handler, which must be idle, and moves the partition's progress on when it is done. */
async function handOver(
  run: Run,
  one: PartitionProgress,
  nextOffset: bigint,
  messages: readonly Message[],
): Promise<void> {
  if (run.isEnded) return;
  const { partition, delivered: firstOffset } = one;
  const call = async () => run.handle({ partition, firstOffset, nextOffset, messages });
  const onDone = () => {
    one.delivered = nextOffset;
    if (one.seen < nextOffset) one.seen = nextOffset;
  };
  const onFailed = (error: unknown) => {
    run.failure = { kind: "failed", error };
    run.end(run.failure);
  };
  run.handling = call().then(onDone, onFailed);
  await run.handling;
  run.handling = undefined;
  run.quiet = { answers: 0, offsets: 0 };
  if (one.delivered === one.end) finishPartition(run, one);
}

function finishPartition(run: Run, { partition }: PartitionProgress): void {
  if (run.progress.every(({ delivered, end }) => delivered === end)) run.end({ kind: "done" });
  if (run.isEnded) return;
  try {
    run.consumer.pause([{ topic: run.config.topic, partitions: [partition] }]);
    const next = nextInTurn(run);
    if (run.isInTurn && next)
      run.consumer.resume([{ topic: run.config.topic, partitions: [next.partition] }]);
  } catch {
    // it has just crashed and is about to say so
  }
}

/** The lowest partition that has not reached its end. */
export function nextInTurn({ progress }: Pick<Run, "progress">): PartitionProgress | undefined {
  const open = progress.filter(({ delivered, end }) => delivered !== end);
  return open.sort((a, b) => a.partition - b.partition)[0];
}

function upToEnd({ end }: PartitionProgress, offset: bigint): bigint {
  return end !== undefined && end < offset ? end : offset;
}

/** Ends the run where nothing comes while the handler is idle. It counts looks: a process that slept made none. */
export function watchForSilence(run: Run): () => void {
  const { config, patienceMs } = run;
  const everyMs = Math.min(patienceMs / 4, 1000);
  const look = () => {
    if (run.handling) return;
    run.quiet.answers += 1;
    run.quiet.offsets += 1;
    const late = run.progress.find(({ end, seen }) => end !== undefined && seen < end);
    if (run.quiet.answers * everyMs >= patienceMs) crash(run, toSilence(run));
    else if (late && run.quiet.offsets * everyMs >= patienceMs) {
      run.end({ kind: "failed", error: toStall(config, late, patienceMs) });
    }
  };
  const timer = setInterval(look, everyMs);
  return () => clearInterval(timer);
}

function toSilence({ config, patienceMs }: Run): ServiceError {
  const where = `kafka ${config.brokers.join(",")}: consuming topic "${config.topic}"`;
  const text = `${where}: expected answers, received none for ${patienceMs / 1000} s; is the broker up and reachable from here?`;
  return new ServiceError(text, { isPassing: true });
}

function toStall({ topic }: KafkaConfig, late: PartitionProgress, patienceMs: number): ServiceError {
  const where = `kafka topic "${topic}", partition ${late.partition}`;
  const received = `received none from ${late.seen} on for ${patienceMs / 1000} s`;
  const advice = "is a transaction still open, or the broker out of reach?";
  return new ServiceError(`${where}: expected offsets up to ${late.end} (exclusive), ${received}; ${advice}`);
}

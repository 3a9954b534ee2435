import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer, EachBatchPayload, IHeaders, KafkaMessage } from "kafkajs";
import type { KafkaConfig } from "./config";
import { ServiceError } from "./errors";
import { connectKafka, toKafkaError, withAdmin } from "./kafka";

/** What Kafka hands over, bytes untouched. */
export interface Message {
  readonly offset: bigint;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly timestamp: bigint;
  readonly key: Buffer | null;
  /** null is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: IHeaders;
}

/** Contiguous offsets of one partition: [firstOffset, nextOffset), each of them a message or known to be none. */
export interface MessageBatch {
  readonly partition: number;
  /** The nextOffset of the partition's batch before. */
  readonly firstOffset: bigint;
  /** Exclusive; passes transaction markers, aborted messages and what compaction removed. */
  readonly nextOffset: bigint;
  /** In order of offset; empty where the offsets hold no message to read. */
  readonly messages: readonly Message[];
}

/** Awaited before the next batch is handed over; never called twice at a time. */
export type BatchHandler = (batch: MessageBatch) => Promise<void> | void;

/** How far a partition is consumed. */
export interface Progress {
  readonly partition: number;
  /** Exclusive. */
  readonly end: bigint;
  /** The handler has had all offsets before it. */
  delivered: bigint;
  /** From `delivered` on there is no message to read before it. */
  seen: bigint;
}

export interface ConsumeOptions {
  /** Ends the consuming, once a running handler is done, with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long to wait for the next offsets while the handler is idle; default 30,000 ms. */
  readonly patienceMs?: number;
}

/** Why a consumer ended: all is seen, or an error of ours, or one of kafkajs, or the offsets were gone. */
type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "offsets gone" }
  | { readonly kind: "failed" | "crashed"; readonly error: unknown };

interface Run {
  readonly topic: string;
  readonly consumer: Consumer;
  readonly progress: readonly Progress[];
  readonly handle: BatchHandler;
  readonly end: (outcome: Outcome) => void;
  isEnded: boolean;
  /** The handler's current call. */
  handling: Promise<void> | undefined;
  lastMoveMs: number;
}

/**
 * Consumes until every partition has reached its end, moving `progress` on; false means that offsets which it was about
 * to read are no longer there. Errors that a broker gives while it starts are waited for, up to five times.
 */
export async function consume(
  config: KafkaConfig,
  progress: readonly Progress[],
  handle: BatchHandler,
  options: ConsumeOptions,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await consumeOnce(config, progress, handle, options);
    if (outcome.kind === "done") return true;
    if (outcome.kind === "offsets gone") return false;
    if (outcome.kind === "failed") throw outcome.error;
    if (attempt === 5 || !isPassing(outcome.error)) {
      throw toKafkaError(outcome.error, config, `consuming topic "${config.topic}"`);
    }
    await sleep(100 * 2 ** attempt);
  }
}

async function consumeOnce(
  config: KafkaConfig,
  progress: readonly Progress[],
  handle: BatchHandler,
  { signal, patienceMs = 30_000 }: ConsumeOptions,
): Promise<Outcome> {
  signal?.throwIfAborted();
  const groupId = `user-activity-run-${randomUUID()}`;
  const { topic } = config;
  const consumer = connectKafka(config).consumer({
    groupId,
    maxWaitTimeInMs: 200,
    allowAutoTopicCreation: false,
    readUncommitted: false,
    retry: { restartOnFailure: async () => false },
  });
  const { run, ended } = openRun({ topic, consumer, progress, handle });
  const onAbort = () => run.end({ kind: "failed", error: signal?.reason });
  const stopWatching = watchForStall(run, patienceMs);
  signal?.addEventListener("abort", onAbort);
  try {
    listen(run);
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch: (payload) => deliver(run, payload) });
  } catch (error) {
    run.end({ kind: "crashed", error });
  }
  const outcome = await ended;
  signal?.removeEventListener("abort", onAbort);
  stopWatching();
  await run.handling?.catch(() => {});
  await atMost(5000, leaveGroup(config, consumer, groupId));
  return outcome;
}

function openRun(given: Pick<Run, "topic" | "consumer" | "progress" | "handle">): {
  run: Run;
  ended: Promise<Outcome>;
} {
  let settle: (outcome: Outcome) => void = () => {};
  const ended = new Promise<Outcome>((resolve) => {
    settle = resolve;
  });
  const end = (outcome: Outcome) => {
    run.isEnded = true;
    settle(outcome);
  };
  const run: Run = { ...given, end, isEnded: false, handling: undefined, lastMoveMs: Date.now() };
  return { run, ended };
}

function listen(run: Run): void {
  const { consumer, topic } = run;
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    for (const partition of payload.memberAssignment[topic] ?? []) seekPartition(run, partition);
  });
  // batches of nothing but markers and aborted messages never reach eachBatch
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    const one = run.progress.find(({ partition }) => partition === payload.partition);
    if (one) pass(run, one, BigInt(payload.lastOffset) + 1n);
  });
  // with autoCommit off kafkajs commits only to start over where an offset is out of range
  consumer.on(consumer.events.REQUEST, ({ payload }) => {
    if (payload.apiName === "OffsetCommit") run.end({ kind: "offsets gone" });
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => run.end({ kind: "crashed", error: payload.error }));
}

/** Goes to where the partition is, after every (re)join; what is not asked for is not fetched. */
function seekPartition({ consumer, topic, progress }: Run, partition: number): void {
  const one = progress.find((each) => each.partition === partition);
  if (one && one.seen < one.end) consumer.seek({ topic, partition, offset: String(one.seen) });
  else consumer.pause([{ topic, partitions: [partition] }]);
}

async function deliver(run: Run, { batch, heartbeat }: EachBatchPayload): Promise<void> {
  const one = run.progress.find(({ partition }) => partition === batch.partition);
  if (run.isEnded || !one) return;
  const next = BigInt(batch.lastOffset()) + 1n;
  const nextOffset = next < one.end ? next : one.end;
  if (nextOffset <= one.seen) return;
  const messages = batch.messages
    .map(toMessage)
    .filter(({ offset }) => offset >= one.seen && offset < one.end);
  const beat = setInterval(() => heartbeat().catch(() => {}), 1000);
  try {
    const { partition, delivered: firstOffset } = one;
    run.handling = Promise.resolve(run.handle({ partition, firstOffset, nextOffset, messages }));
    await run.handling;
    one.delivered = nextOffset;
    pass(run, one, nextOffset);
  } catch (error) {
    run.end({ kind: "failed", error });
  } finally {
    clearInterval(beat);
    run.handling = undefined;
    run.lastMoveMs = Date.now();
  }
}

function pass(run: Run, one: Progress, next: bigint): void {
  if (run.isEnded || next <= one.seen) return;
  one.seen = next < one.end ? next : one.end;
  run.lastMoveMs = Date.now();
  if (one.seen < one.end) return;
  run.consumer.pause([{ topic: run.topic, partitions: [one.partition] }]);
  if (run.progress.every(({ seen, end }) => seen === end)) run.end({ kind: "done" });
}

function toMessage({ offset, timestamp, key, value, headers }: KafkaMessage): Message {
  return { offset: BigInt(offset), timestamp: BigInt(timestamp), key, value, headers: headers ?? {} };
}

function watchForStall(run: Run, patienceMs: number): () => void {
  const watch = setInterval(
    () => {
      if (run.handling || Date.now() - run.lastMoveMs < patienceMs) return;
      const late = run.progress.find(({ seen, end }) => seen < end);
      const where = `kafka topic "${run.topic}", partition ${late?.partition}`;
      const received = `received none from ${late?.seen} on for ${patienceMs / 1000} s`;
      const advice = "is a transaction still open, or the broker out of reach?";
      const text = `${where}: expected offsets up to ${late?.end} (exclusive), ${received}; ${advice}`;
      run.end({ kind: "failed", error: new ServiceError(text) });
    },
    Math.min(patienceMs / 4, 1000),
  );
  return () => clearInterval(watch);
}

/** Such as a coordinator that is loading; kafkajs has retried broken connections itself. */
function isPassing(error: unknown): boolean {
  const { name, retriable } = error as { name?: string; retriable?: boolean };
  return name === "KafkaJSProtocolError" && retriable === true;
}

async function leaveGroup(config: KafkaConfig, consumer: Consumer, groupId: string): Promise<void> {
  await consumer.disconnect();
  const kafka = connectKafka(config, {
    connectionTimeout: 1000,
    requestTimeout: 2000,
    retry: { retries: 0 },
  });
  await withAdmin(kafka, (admin) => admin.deleteGroups([groupId]));
}

/** Waits for clean-up whose failure changes nothing: an empty group vanishes by itself. */
async function atMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([
    work.catch(() => {}),
    sleep(limitMs, undefined, { signal: timer.signal }).catch(() => {}),
  ]);
  timer.abort();
}

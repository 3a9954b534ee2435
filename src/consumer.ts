import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer, EachBatchPayload } from "kafkajs";
import type { KafkaConfig } from "./config";
import { ServiceError } from "./errors";
import { connectKafka, withAdmin } from "./kafka";
import { type BatchHandler, type Message, toMessage } from "./messages";

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
}

/** Why a consumer ended: every end is reached, or it was told to, or what it was to read has changed, or an error. */
export type Outcome =
  | { readonly kind: "done" | "aborted" | "offsets gone" | "partitions added" }
  | { readonly kind: "failed"; readonly error: unknown }
  /** `workedMs`: from the first fetch that succeeded to the last. */
  | { readonly kind: "crashed"; readonly error: unknown; readonly workedMs: number };

interface Run extends Consuming {
  readonly consumer: Consumer;
  readonly end: (outcome: Outcome) => void;
  isEnded: boolean;
  /** The handler's current call; never rejects. */
  handling: Promise<void> | undefined;
  /** What the handler threw; it counts even where the consumer had ended for another reason before. */
  failure: Outcome | undefined;
  /** How often `watch` has looked since an answer came, and since offsets came. */
  quiet: { answers: number; offsets: number };
  /** When fetches succeeded. */
  fetched: { readonly firstMs: number; readonly lastMs: number } | undefined;
}

/** Consumes from where `progress` is, in a consumer group of its own, until the outcome; the handler is idle then. */
export async function consumeOnce(given: Consuming): Promise<Outcome> {
  const { config, signal, partitionCheckMs } = given;
  const groupId = `user-activity-run-${randomUUID()}`;
  const consumer = connectKafka(config).consumer({
    groupId,
    maxWaitTimeInMs: 200,
    allowAutoTopicCreation: false,
    readUncommitted: false,
    retry: { restartOnFailure: async () => false },
    ...(partitionCheckMs === undefined ? {} : { metadataMaxAge: partitionCheckMs }),
  });
  const { run, ended } = openRun({ ...given, consumer });
  const onAbort = () => run.end({ kind: "aborted" });
  const stopWatching = watch(run);
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  const started = start(run).catch((error) => crash(run, error));
  const outcome = await ended;
  signal?.removeEventListener("abort", onAbort);
  stopWatching();
  await run.handling;
  await atMost(
    5000,
    started.then(() => leaveGroup(config, consumer, groupId)),
  );
  return run.failure ?? outcome;
}

function openRun(given: Consuming & Pick<Run, "consumer">): { run: Run; ended: Promise<Outcome> } {
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

/** A consumer that was started to its end can be stopped; one that is starting would come up afterwards. */
async function start(run: Run): Promise<void> {
  const { consumer, config } = run;
  listen(run);
  if (!run.isEnded) await consumer.connect();
  if (!run.isEnded) await consumer.subscribe({ topics: [config.topic], fromBeginning: true });
  if (!run.isEnded) await consumer.run({ autoCommit: false, eachBatch: (payload) => deliver(run, payload) });
}

function listen(run: Run): void {
  const { consumer, config } = run;
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    for (const partition of payload.memberAssignment[config.topic] ?? []) seekPartition(run, partition);
  });
  consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
    if (!run.isEnded) run.onHighWatermark?.(payload.partition, BigInt(payload.highWatermark));
  });
  // batches of nothing but markers and aborted messages never reach eachBatch
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize === 0) void passMarkers(run, payload.partition, BigInt(payload.lastOffset) + 1n);
  });
  consumer.on(consumer.events.REQUEST, ({ payload }) => {
    run.quiet.answers = 0;
    // with autoCommit off kafkajs commits only to start over where an offset is out of range
    if (payload.apiName === "OffsetCommit") run.end({ kind: "offsets gone" });
  });
  consumer.on(consumer.events.FETCH, () => {
    const now = performance.now();
    run.fetched = { firstMs: run.fetched?.firstMs ?? now, lastMs: now };
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => crash(run, payload.error));
}

function crash(run: Run, error: unknown): void {
  const { firstMs, lastMs } = run.fetched ?? { firstMs: 0, lastMs: 0 };
  run.end({ kind: "crashed", error, workedMs: lastMs - firstMs });
}

/** Goes to where the partition is, after every (re)join; what is not asked for is not fetched. */
function seekPartition(run: Run, partition: number): void {
  const { consumer, progress } = run;
  const { topic } = run.config;
  const one = progress.find((each) => each.partition === partition);
  if (one && one.seen !== one.end) consumer.seek({ topic, partition, offset: String(one.seen) });
  else if (!one && run.partitionCheckMs !== undefined) run.end({ kind: "partitions added" });
  else consumer.pause([{ topic, partitions: [partition] }]);
}

async function deliver(run: Run, { batch, heartbeat }: EachBatchPayload): Promise<void> {
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

async function passMarkers(run: Run, partition: number, next: bigint): Promise<void> {
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
  one: Progress,
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

function finishPartition(run: Run, { partition }: Progress): void {
  if (run.progress.every(({ delivered, end }) => delivered === end)) run.end({ kind: "done" });
  if (run.isEnded) return;
  try {
    run.consumer.pause([{ topic: run.config.topic, partitions: [partition] }]);
  } catch {
    // it has just crashed and is about to say so
  }
}

function upToEnd({ end }: Progress, offset: bigint): bigint {
  return end !== undefined && end < offset ? end : offset;
}

/** Ends the run where nothing comes while the handler is idle. It counts looks: a process that slept made none. */
function watch(run: Run): () => void {
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

function toStall({ topic }: KafkaConfig, late: Progress, patienceMs: number): ServiceError {
  const where = `kafka topic "${topic}", partition ${late.partition}`;
  const received = `received none from ${late.seen} on for ${patienceMs / 1000} s`;
  const advice = "is a transaction still open, or the broker out of reach?";
  return new ServiceError(`${where}: expected offsets up to ${late.end} (exclusive), ${received}; ${advice}`);
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

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer } from "kafkajs";
import type { KafkaConfig } from "../base/config";
import { openKafka, withAdmin } from "./client";
import {
  type ConsumerEnd,
  type Consuming,
  crash,
  deliver,
  nextInTurn,
  openRun,
  passMarkers,
  type Run,
  watchForSilence,
} from "./consumer-run";
import type { BatchHandler } from "./message";

/** Consumes from where `progress` is, until the outcome; the handler is idle then. A group of its own is removed. */
export async function consumeOnce(given: Consuming): Promise<ConsumerEnd> {
  const { config, signal, partitionCheckMs } = given;
  const groupId = given.group ?? `${config.group}-run-${randomUUID()}`;
  const consumer = openKafka(config).consumer({
    groupId,
    maxWaitTimeInMs: 200,
    allowAutoTopicCreation: false,
    readUncommitted: false,
    retry: { restartOnFailure: async () => false },
    ...(partitionCheckMs === undefined ? {} : { metadataMaxAge: partitionCheckMs }),
  });
  const handle = given.group === undefined ? given.handle : committing(given, consumer);
  const { run, ended } = openRun({ ...given, consumer, handle });
  const onAbort = () => run.end({ kind: "aborted" });
  const stopWatching = watchForSilence(run);
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  const started = start(run).catch((error) => crash(run, error));
  const outcome = await ended;
  signal?.removeEventListener("abort", onAbort);
  stopWatching();
  await run.handling;
  await atMost(
    5000,
    started.then(() =>
      given.group === undefined ? removeOwn(config, consumer, groupId) : consumer.disconnect(),
    ),
  );
  return run.failure ?? outcome;
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
    if (payload.apiName === "OffsetCommit" && run.group === undefined) run.end({ kind: "offsets gone" });
  });
  consumer.on(consumer.events.FETCH, () => {
    const now = performance.now();
    run.fetched = { firstMs: run.fetched?.firstMs ?? now, lastMs: now };
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => crash(run, payload.error));
}

/** Goes to where the partition is, after every (re)join; what is not asked for is not fetched. */
function seekPartition(run: Run, partition: number): void {
  const { consumer, progress } = run;
  const { topic } = run.config;
  const one = progress.find((each) => each.partition === partition);
  const isOpen = one !== undefined && one.seen !== one.end;
  if (isOpen) consumer.seek({ topic, partition, offset: String(one.seen) });
  const isTurn = !run.isInTurn || one === nextInTurn(run);
  if (!one && run.partitionCheckMs !== undefined) run.end({ kind: "partitions added" });
  else if (!isOpen || !isTurn) consumer.pause([{ topic, partitions: [partition] }]);
}

/** Hands a batch over and then has the group keep where the next one begins. */
function committing({ config, handle }: Consuming, consumer: Consumer): BatchHandler {
  return async (batch) => {
    await handle(batch);
    const { partition, nextOffset } = batch;
    await consumer.commitOffsets([{ topic: config.topic, partition, offset: String(nextOffset) }]);
  };
}

async function removeOwn(config: KafkaConfig, consumer: Consumer, groupId: string): Promise<void> {
  await consumer.disconnect();
  const kafka = openKafka(config, {
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

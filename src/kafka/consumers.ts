import type { KafkaConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { countFailures, type Failures, isPassing, type Retry, type RetryPolicy } from "../base/retry";
import { isNotYet, toKafkaError } from "./client";
import { consumeOnce } from "./consumer";
import type { ConsumerEnd, PartitionProgress } from "./consumer-run";
import type { BatchHandler } from "./message";
import { findOffsets, type PartitionOffsets, readOffsets } from "./topics";
import { findUnreadable, type UnreadableError } from "./unreadable-batch";

export interface ConsumeOptions {
  /** Ends the consuming, once a running handler is done, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for the next offsets while the handler is idle; default 30,000 ms. */
  readonly patienceMs?: number | undefined;
  /**
   * Has a broker that is gone, or was restarted, waited for: a new consumer goes on from where the last one stood.
   * Failures count as in a row until offsets come again, or fetches succeed for ten seconds.
   */
  readonly retry?: RetryPolicy | undefined;
  /** Reads one partition to its end after the other, by their numbers; default: all at once. */
  readonly isInTurn?: boolean | undefined;
}

/** What is consumed, by as many consumers as it takes. */
export interface Wanted extends ConsumeOptions {
  /** Inclusive; a partition that is not named starts at its lowest offset. */
  readonly from: ReadonlyMap<number, bigint>;
  /** Exclusive; undefined follows every partition, new ones too, without an end. */
  readonly to: ReadonlyMap<number, bigint> | undefined;
  readonly partitionCheckMs?: number | undefined;
  readonly onHighWatermark?: ((partition: number, high: bigint) => void) | undefined;
  /** The consumer group that keeps how far it came; default: one of each consumer alone, which keeps nothing. */
  readonly group?: string | undefined;
}

/** A consumer whose fetches have succeeded for so long has worked, even where no offsets came. */
const workedMs = 10_000;

/**
 * Hands over what is wanted until all of it has been, or the signal aborts; throws what the handler throws. Where a
 * partition has a batch that can't be read, the others are read to their ends before that is thrown.
 */
export async function consume(
  config: KafkaConfig,
  wanted: Wanted,
  handle: BatchHandler,
): Promise<"done" | "aborted"> {
  const failures = countFailures(toPolicy(wanted));
  const stuck: UnreadableError[] = [];
  for (let progress: readonly PartitionProgress[] = []; ; ) {
    try {
      const held = await unlessAborted(readHeld(config, progress), wanted.signal);
      if (!held) return "aborted";
      progress = plan(config, wanted, progress, held);
    } catch (error) {
      if (!wanted.retry || !isPassing(error)) throw error;
      await unlessAborted(failures.wait(error), wanted.signal);
      continue;
    }
    const open = listOpen(progress, stuck);
    if (open.length === 0) return finish(stuck);
    const outcome = await consumeFrom(config, wanted, open, { handle, failures });
    if (outcome.kind === "done") return finish(stuck);
    if (outcome.kind === "aborted") return outcome.kind;
    if (outcome.kind === "failed") throw outcome.error;
    const unreadable = outcome.kind === "crashed" && findUnreadable(config, outcome.error);
    if (!unreadable) {
      await unlessAborted(recover(config, wanted, outcome, failures), wanted.signal);
      continue;
    }
    if (!wanted.to) throw unreadable;
    stuck.push(unreadable);
  }
}

/** What is left to read. */
function listOpen(progress: readonly PartitionProgress[], stuck: readonly UnreadableError[]) {
  const isStuck = (partition: number) => stuck.some((one) => one.partition === partition);
  return progress.filter(({ delivered, end, partition }) => delivered !== end && !isStuck(partition));
}

function finish([unreadable]: readonly UnreadableError[]): "done" {
  if (unreadable) throw unreadable;
  return "done";
}

interface Work {
  readonly handle: BatchHandler;
  readonly failures: Failures;
}

/** Has one consumer do what it can; where that was something, the failures before it are over. */
async function consumeFrom(
  config: KafkaConfig,
  { signal, patienceMs = 30_000, ...wanted }: Wanted,
  progress: readonly PartitionProgress[],
  { handle, failures }: Work,
): Promise<ConsumerEnd> {
  const before = progress.map(({ delivered }) => delivered);
  const { partitionCheckMs, onHighWatermark, group, isInTurn = false } = wanted;
  const how = { signal, patienceMs, partitionCheckMs, onHighWatermark, group, isInTurn };
  const outcome = await consumeOnce({ config, progress, handle, ...how });
  const hasMoved = progress.some(({ delivered }, index) => delivered !== before[index]);
  if (hasMoved || (outcome.kind === "crashed" && outcome.workedMs >= workedMs)) failures.reset();
  return outcome;
}

/** Waits until it is worth going on, where it is then seen what is gone or has come; throws where it is not. */
async function recover(
  config: KafkaConfig,
  { retry }: Wanted,
  outcome: ConsumerEnd,
  failures: Failures,
): Promise<void> {
  if (outcome.kind === "offsets gone") {
    const text = `kafka topic "${config.topic}": offsets vanished while they were read; try again`;
    await failures.wait(new ServiceError(text));
  }
  if (outcome.kind !== "crashed") return;
  const error = toKafkaError(outcome.error, config, `consuming topic "${config.topic}"`);
  if (retry ? !isPassing(error) : !isNotYet(outcome.error)) throw error;
  await failures.wait(error);
}

/**
 * Without a policy of the caller's, what a broker says while it starts is waited for; with one, that is not worth a word
 * at first.
 */
function toPolicy({ retry, signal }: Wanted): RetryPolicy {
  if (!retry) return { giveUpMs: 3000, firstWaitMs: 200, outlook: "try again", signal };
  const signals = [signal, retry.signal].filter((one) => one !== undefined);
  const onRetry = (one: Retry) => {
    if (one.attempt > 4 || !isNotYet(one.error.cause)) retry.onRetry?.(one);
  };
  return { ...retry, onRetry, signal: AbortSignal.any(signals) };
}

/** A topic that was read and is no more is a gap; before that it is a topic that was never there. */
async function readHeld(
  config: KafkaConfig,
  progress: readonly PartitionProgress[],
): Promise<PartitionOffsets[]> {
  const read = progress.find(({ seen }) => seen > 0n);
  if (!read) return readOffsets(config);
  const held = await findOffsets(config);
  if (held) return held;
  const where = `kafka topic "${config.topic}", partition ${read.partition}`;
  throw new ServiceError(`${where}: expected offset ${read.seen}, received no such topic; was it deleted?`);
}

/** What there is to consume: the progress made, checked against what the topic holds, and the partitions still missing. */
function plan(
  config: KafkaConfig,
  { from, to, onHighWatermark }: Wanted,
  progress: readonly PartitionProgress[],
  held: readonly PartitionOffsets[],
): PartitionProgress[] {
  const known = new Set(progress.map(({ partition }) => partition));
  const wanted = to
    ? [...to.keys()]
    : [...new Set([...from.keys(), ...held.map(({ partition }) => partition)])];
  const added = wanted
    .filter((partition) => !known.has(partition))
    .map((partition): PartitionProgress => {
      const start = from.get(partition) ?? held.find((each) => each.partition === partition)?.low ?? 0n;
      const end = to?.get(partition);
      return {
        partition,
        end: end !== undefined && end < start ? start : end,
        delivered: start,
        seen: start,
      };
    });
  const all = [...progress, ...added];
  checkGaps(config, all, held);
  for (const { partition, high } of held) onHighWatermark?.(partition, high);
  return all;
}

function checkGaps(
  { topic }: KafkaConfig,
  progress: readonly PartitionProgress[],
  held: readonly PartitionOffsets[],
): void {
  for (const { partition, seen } of progress) {
    const where = `kafka topic "${topic}", partition ${partition}`;
    const range = held.find((each) => each.partition === partition);
    if (!range)
      throw new ServiceError(`${where}: expected a partition below ${held.length}; name one of these`);
    const fault = describeGap(seen, range);
    if (fault) throw new ServiceError(`${where}: ${fault}`);
  }
}

function describeGap(start: bigint, { low, high }: PartitionOffsets): string | undefined {
  if (start < low) {
    const gone = `offsets ${start} to ${low - 1n} are gone`;
    return `expected offset ${start}, received ${low} as the earliest; ${gone}, by retention or deletion`;
  }
  if (start <= high) return undefined;
  return `expected offset ${start}, received an end at ${high}; was the topic deleted and created anew?`;
}

/** What the work comes to; undefined where the signal aborts before, whether the work is cut by it or not. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (!signal) return work;
  let onAbort = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined);
    signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } catch (error) {
    if (!signal.aborted) throw error;
    return undefined;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

import type { KafkaConfig } from "../base/config";
import type { RetryPolicy } from "../base/retry";
import { type ConsumeOptions, consume } from "./consumers";
import { readGroupOffsets } from "./groups";
import type { BatchHandler, Message } from "./message";
import { readOffsets } from "./topics";

export interface ConsumeRange extends ConsumeOptions {
  /** Inclusive; a partition that is not named starts at its lowest offset. */
  readonly from: ReadonlyMap<number, bigint>;
  /** Exclusive; a partition that is not named is not read. */
  readonly to: ReadonlyMap<number, bigint>;
}

/**
 * Consumes committed messages of [from, to) in every partition of `to` and hands them to `handleBatch`, one batch at a
 * time, in a consumer group of this call alone. Ends when all of `to` is reached, whatever stands there. Throws what
 * the handler throws, the signal's reason, or a ServiceError: `from` is no longer or not yet there, no offsets came
 * for `patienceMs` (an open transaction, say), the broker is out of reach (for longer than `retry` waits); an
 * UnreadableError where a batch can't be read, once all that can be is handed over.
 */
export async function consumeRange(
  config: KafkaConfig,
  range: ConsumeRange,
  handleBatch: BatchHandler,
): Promise<void> {
  range.signal?.throwIfAborted();
  if ((await consume(config, range, handleBatch)) === "aborted") throw range.signal?.reason;
}

export interface FollowTopic {
  /** Inclusive; a partition that is not named starts at its lowest offset, also one that is added later. */
  readonly from: ReadonlyMap<number, bigint>;
  /** Ends the following, once a running handler is done. */
  readonly signal: AbortSignal;
  /** As in consumeRange. */
  readonly retry?: RetryPolicy | undefined;
  /** Told where a partition ends (exclusive), as far as transactions are decided at the start, then with every batch. */
  readonly onHighWatermark?: ((partition: number, high: bigint) => void) | undefined;
  /** How often it is looked whether the topic has new partitions; default 30,000 ms. */
  readonly partitionCheckMs?: number | undefined;
}

/**
 * Consumes committed messages of every partition from `from` on, as they come, and hands them to `handleBatch` as
 * consumeRange does, until the signal aborts; returns then, once a running handler is done. A topic that brings
 * nothing is waited for; brokers that are silent for 30 s, or gone, are a failure. Throws what the handler throws, or a
 * ServiceError: offsets that were to come next are gone, or the topic itself, or the brokers for longer than `retry`
 * waits. A topic that is deleted and created anew is noticed only while it ends below where the old one was read to.
 */
export async function followTopic(
  config: KafkaConfig,
  { partitionCheckMs = 30_000, ...wanted }: FollowTopic,
  handleBatch: BatchHandler,
): Promise<void> {
  if (wanted.signal.aborted) return;
  await consume(config, { ...wanted, to: undefined, partitionCheckMs }, handleBatch);
}

/**
 * Consumes all that the topic holds now, from its lowest offsets up to the high watermarks at the start: one partition
 * after another, so that the order is the same each time.
 */
export async function consumeTopic(
  config: KafkaConfig,
  handleBatch: BatchHandler,
  options: ConsumeOptions = {},
): Promise<void> {
  for (const { partition, low, high } of await readOffsets(config)) {
    const range = { from: new Map([[partition, low]]), to: new Map([[partition, high]]) };
    await consumeRange(config, { ...range, ...options }, handleBatch);
  }
}

export interface ConsumeAs extends ConsumeOptions {
  /** Where to stop in each partition, exclusive; default: where the topic ends at the start. */
  readonly to?: ReadonlyMap<number, bigint> | undefined;
}

/**
 * Consumes as a member of a consumer group: from the offsets that the group has committed (where it has none, from the
 * lowest that there are), and commits after every batch that was handed over. Offsets before `to` that the group has
 * behind it are passed. Members of the same group elsewhere would take partitions away: then nothing comes, and it throws.
 */
export async function consumeAs(
  config: KafkaConfig,
  group: string,
  handleBatch: BatchHandler,
  options: ConsumeAs = {},
): Promise<void> {
  const held = await readOffsets(config);
  const from = await readGroupOffsets(config, group);
  const to = options.to ?? new Map(held.map(({ partition, high }) => [partition, high]));
  options.signal?.throwIfAborted();
  const outcome = await consume(config, { ...options, from, to, group }, handleBatch);
  if (outcome === "aborted") throw options.signal?.reason;
}

/**
 * Reads the first messages of a topic for showing: at most `count`, by offset, then partition. With transactions in
 * the topic there may be fewer, as markers count as offsets.
 */
export async function sampleMessages(
  config: KafkaConfig,
  count: number,
): Promise<(Message & { readonly partition: number })[]> {
  const offsets = await readOffsets(config);
  const most = BigInt(count);
  const to = offsets.map(
    ({ partition, low, high }) => [partition, low + most < high ? low + most : high] as const,
  );
  const sample: (Message & { partition: number })[] = [];
  await consumeRange(config, { from: new Map(), to: new Map(to) }, ({ partition, messages }) => {
    for (const message of messages) sample.push({ partition, ...message });
  });
  sample.sort((a, b) => Number(a.offset - b.offset) || a.partition - b.partition);
  return sample.slice(0, count);
}

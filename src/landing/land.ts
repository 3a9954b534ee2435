import { type Config, type KafkaConfig, readConfig } from "../base/config";
import { interruptible } from "../base/kernel";
import type { RetryPolicy } from "../base/retry";
import { consumeRange } from "../kafka/consume";
import { setGroupOffsets } from "../kafka/groups";
import { readStillWaiting, type Waiting } from "../kafka/open-transactions";
import { type PartitionOffsets, readOffsets } from "../kafka/topics";
import { catchUnreadable } from "../kafka/unreadable-batch";
import type { LakeState } from "../lake/commit-file";
import { findHoles, type Gap, toHoleError } from "../lake/gaps";
import { type ContractOptions, withContract } from "../lake/in-force";
import { type Lake, openLake } from "../lake/lake";
import { checkOffsets } from "../lake/offsets";
import { type BatchSize, isFull } from "./batch-size";
import { checkContinues } from "./contract-change";
import { beginCommit, closeLanding, commitBatch, isToCommit, type Landing, sweepLanding } from "./hold";
import { type LandingPlan, openLanding } from "./open";
import type { RebuildProgress } from "./rebuild";
import type { Refused } from "./refusals";
import { settle } from "./settle";
import type { UpgradeOptions } from "./upgrade";

export interface LandOptions
  extends ContractOptions,
    BatchSize,
    Pick<UpgradeOptions, "onUpgrade">,
    Pick<LandingPlan, "onNoVersions"> {
  /** Default: the lake that the configuration names. The tests put faults between the landing and HDFS. */
  readonly lake?: Lake;
  /** How long to go on trying where a server is gone or restarts; default: not at all. */
  readonly retry?: RetryPolicy;
  /**
   * A version is made of every commit that changes the tables, and so many of the last are kept, beside those younger
   * than a day and those that are pinned; 0: none are made. Default 20.
   */
  readonly keepVersions?: number;
  /**
   * Goes on behind offsets that are gone before they were landed, and keeps them on record; default: partitions that
   * lack some are left out, and once the others are landed that is thrown.
   */
  readonly skipGaps?: boolean;
  /** So many threads decide messages; 0: this one. Default: from 50,000 on one for each core, four at most; else this one. */
  readonly threads?: number | undefined;
  readonly onProgress?: (progress: LandProgress) => void;
  /** Told, at the end, where the tables are rebuilt as deliveries came in a higher partition first. */
  readonly onSettle?: (progress: RebuildProgress) => void;
  /** Ends the landing with the signal's reason, once what was gathered is committed. */
  readonly signal?: AbortSignal;
}

export interface LandProgress {
  /** Messages consumed by this run so far. */
  readonly consumed: number;
  /** Offsets that this run has to pass. */
  readonly total: number;
  /** Number of the last commit. */
  readonly commit: number;
}

export interface LandReport {
  readonly topic: string;
  readonly lakeDir: string;
  /** Messages consumed by this run. */
  readonly consumed: number;
  /** Messages graded by this run. */
  readonly graded: number;
  /** What messages of this run were refused for. */
  readonly refused: Refused;
  /** Commits of this run that landed rows. */
  readonly commits: number;
  /** What the lake holds now, this run and all before it. */
  readonly state: LakeState;
  /** Offsets that this run skipped, as they were gone before they were landed. */
  readonly skipped: readonly Gap[];
  /** What could not be read at the end of this run, as it waits for an open transaction. */
  readonly waiting: readonly Waiting[];
  readonly ms: number;
}

/**
 * Lands what the topic holds from the committed offsets up to its end at the start, in batches of bounded size: claim
 * the lake, finish what the last lander left, then per batch write files out of sight, commit in one rename, place them.
 * Ended at any point, the next run goes on from the last commit. What stands before a batch that can't be read lands.
 * At the end the tables are the same however often it was ended and in whatever order the partitions were read.
 */
export function land(options: LandOptions = {}): Promise<LandReport> {
  return interruptible(options, landAll);
}

async function landAll(options: LandOptions): Promise<LandReport> {
  const startedMs = Date.now();
  const config = options.config ?? readConfig();
  const { landing, ranges } = await claimLake(config, options);
  const before = landing.last.state;
  await landRanges(landing, config.kafka, { ...options, ranges });
  const waiting = await readStillWaiting(config.kafka, ranges);
  return toReport(landing, { before, startedMs, waiting });
}

/**
 * Lands what the partitions without a hole hold, all of them once holes are skipped. Throws, all that being committed,
 * where a partition has a hole that is not to be skipped.
 */
export async function landRanges(
  landing: Landing,
  kafka: KafkaConfig,
  { ranges, ...options }: LandOptions & { readonly ranges: readonly PartitionOffsets[] },
): Promise<void> {
  const before = landing.last.state;
  landing.batch.begin(ranges);
  if (options.skipGaps) skipHoles(landing, ranges);
  const holes = options.skipGaps ? [] : findHoles(before.offsets, ranges);
  const isWhole = ({ partition }: PartitionOffsets) => holes.every((hole) => hole.partition !== partition);
  const start = { ...before, offsets: landing.batch.offsets() };
  await landRange(landing, kafka, { ...options, ...planRange(start, ranges.filter(isWhole)), before });
  if (holes.length > 0) throw toHoleError(kafka.topic, holes);
}

/** Passes offsets that are gone; the next commit keeps them on record. */
export function skipHoles(landing: Landing, ranges: readonly PartitionOffsets[]): void {
  const skippedAt = new Date().toISOString();
  for (const hole of findHoles(landing.last.state.offsets, ranges))
    landing.batch.skip({ ...hole, skippedAt });
}

type ClaimOptions = Pick<LandOptions, "lake" | "retry" | "keepVersions" | "onNoVersions" | "threads"> &
  ContractOptions &
  UpgradeOptions;

function keeping(lake: Lake, keep?: number): Lake {
  return keep === undefined ? lake : { ...lake, versions: { keep, refusal: undefined } };
}

/** Reads which offsets the topic holds and claims the lake. Throws where the two do not go together. */
export async function claimLake(
  config: Config,
  { lake, retry, keepVersions, contract, schema, ...looking }: ClaimOptions,
): Promise<{ landing: Landing; ranges: PartitionOffsets[] }> {
  const ranges = await readOffsets(config.kafka, { retry });
  const opened = lake ? keeping(lake, keepVersions) : openLake(config.hdfs, retry, keepVersions);
  const whole = await withContract(opened, { config, contract, schema });
  const landing = await openLanding({
    ...looking,
    lake: whole,
    config,
    check: async (state) => {
      checkOffsets(state, config.kafka.topic, ranges);
      await checkContinues(whole, state);
    },
  });
  return { landing, ranges };
}

/** What a landing came to, given the state that it began with, when that was, and what waits. */
export function toReport(
  landing: Landing,
  { before, startedMs, waiting }: { before: LakeState; startedMs: number; waiting: readonly Waiting[] },
): LandReport {
  const { commits, place, last } = landing;
  const { topic, counts } = last.state;
  return {
    topic,
    lakeDir: place.lakeDir,
    consumed: counts.consumed - before.counts.consumed,
    graded: counts.graded - before.counts.graded,
    refused: landing.refusals.toRefused(),
    commits,
    state: last.state,
    skipped: last.state.gaps?.slice(before.gaps?.length ?? 0) ?? [],
    waiting,
    ms: Date.now() - startedMs,
  };
}

interface RangePlan extends LandOptions {
  readonly from: ReadonlyMap<number, bigint>;
  readonly to: ReadonlyMap<number, bigint>;
  readonly total: number;
  readonly before: LakeState;
}

/** Partitions come in turn, so that deliveries in a lower one are late only where it has grown since. */
async function landRange(landing: Landing, kafka: KafkaConfig, plan: RangePlan): Promise<void> {
  const { from, to, total, before, signal, retry } = plan;
  const tell = () =>
    plan.onProgress?.({ consumed: countConsumed(landing, before), total, commit: landing.last.number });
  try {
    tell();
    landing.decider.expect(total);
    const consuming = consumeRange(kafka, { from, to, retry, signal, isInTurn: true }, async (messages) => {
      await landing.batch.add(messages);
      if (isFull(landing.batch, plan))
        await (landing.decider.isBeside() ? beginCommit : commitBatch)(landing);
      tell();
    });
    const unreadable = await catchUnreadable(consuming).catch(async (error: unknown) => {
      if (signal?.aborted && error === signal.reason)
        await (landing.batch.hasAdvanced() ? commitBatch(landing) : landing.committing);
      throw error;
    });
    await landing.committing;
    if (await isToCommit(landing)) await commitBatch(landing);
    await settle(landing, { signal, onProgress: plan.onSettle });
    await sweepLanding(landing);
    if (unreadable) throw unreadable;
  } finally {
    await closeLanding(landing);
  }
  await setLagOffsets(kafka, landing.last.state);
}

/** Messages that this run has consumed, those of the batch at hand included. */
export function countConsumed(landing: Landing, before: LakeState): number {
  const { batch } = landing;
  return batch.before.counts.consumed - before.counts.consumed + batch.messageCount();
}

/** From the committed offsets (or the first ones that the topic has) up to where all can be read. */
export function planRange(
  state: LakeState,
  ranges: readonly PartitionOffsets[],
): { from: ReadonlyMap<number, bigint>; to: ReadonlyMap<number, bigint>; total: number } {
  const starts = ranges.map(({ partition, low }) => BigInt(state.offsets[partition] ?? low));
  return {
    from: new Map(ranges.map(({ partition }, index) => [partition, starts[index] ?? 0n])),
    to: new Map(ranges.map(({ partition, high }) => [partition, high])),
    total: ranges.reduce((sum, { high }, index) => sum + Number(high - (starts[index] ?? high)), 0),
  };
}

/**
 * Shows in Kafka how far the lake is, as the offsets of the group that KAFKA_GROUP names; HDFS is the truth. Where it
 * fails nothing is lost: only a monitor sees an older offset.
 */
export async function setLagOffsets(kafka: KafkaConfig, { offsets }: LakeState): Promise<void> {
  const committed = Object.entries(offsets).map(
    ([partition, offset]) => [Number(partition), BigInt(offset)] as const,
  );
  await setGroupOffsets(kafka, kafka.group, new Map(committed)).catch(() => undefined);
}

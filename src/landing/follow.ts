import { type Config, type KafkaConfig, readConfig } from "../base/config";
import { interruptible } from "../base/kernel";
import { followTopic } from "../kafka/consume";
import type { MessageBatch } from "../kafka/message";
import { readWaiting, type Waiting } from "../kafka/open-transactions";
import { readOffsets } from "../kafka/topics";
import { catchUnreadable, type UnreadableError } from "../kafka/unreadable-batch";
import { hasTables, type LakeState } from "../lake/commit-file";
import type { Gap } from "../lake/gaps";
import { isFull } from "./batch-size";
import { compact } from "./compact";
import { catchUp, checkHeld, closeLanding, commitBatch, type Landing, sweepLanding } from "./hold";
import { passHoles } from "./holes";
import {
  claimLake,
  countConsumed,
  type LandOptions,
  type LandReport,
  planRange,
  setLagOffsets,
  toReport,
} from "./land";
import type { GivenUp } from "./merge";
import { measureRate, type Rate } from "./rate";
import { settleOrGiveUp } from "./settle";

export interface FollowOptions extends Omit<LandOptions, "onProgress" | "onSettle" | "signal"> {
  /** Ends the following in order: what is gathered is committed, then the report is returned. */
  readonly signal: AbortSignal;
  /** A commit is made so long after the first message that it is to hold, at the latest; default 10,000 ms. */
  readonly commitMs?: number;
  /** Small files are merged, and late deliveries settled, after so many commits; 0 for never. Default 100. */
  readonly compactEvery?: number;
  readonly onProgress?: (progress: FollowProgress) => void;
  /** Told, once it is committed, of what was skipped as it was gone before it was landed. */
  readonly onSkip?: (skipped: { readonly topic: string; readonly gaps: readonly Gap[] }) => void;
  /** Told of each directory that could not be compacted or replaced. */
  readonly onGivenUp?: (givenUp: GivenUp) => void;
}

export interface FollowProgress {
  /** Messages consumed by this run so far. */
  readonly consumed: number;
  /** Messages consumed in the last seconds, per second. */
  readonly perSecond: number;
  /** Offsets that can be read and that no commit holds. */
  readonly lag: number;
  /** What can't be read, as it waits for an open transaction; as of two seconds ago at most. */
  readonly waiting: readonly Waiting[];
  /** The last commit: its number, its time (ISO 8601, UTC), the commits of this run so far. */
  readonly commit: number;
  readonly committedAt: string;
  readonly commits: number;
  /** What the lake holds by the last commit. */
  readonly state: LakeState;
}

/** How often is looked whether a commit is due, and whether this run still holds a lake that nothing comes for. */
const tickMs = 200;
const checkHeldMs = 10_000;
/** Where the topic ends is asked anew this often, for the lag: it may grow faster than it is read. */
const askHighsMs = 2_000;
/** Kafka is told of the lake's offsets, for monitors, at most so often. */
const lagOffsetsMs = 5_000;

/** A run that follows: its landing and what the ticks need to know. */
interface Following {
  readonly landing: Landing;
  readonly kafka: KafkaConfig;
  readonly config: Config;
  readonly options: FollowOptions;
  readonly before: LakeState;
  /** By partition: where this run began to read, and where the topic ends. */
  readonly from: ReadonlyMap<number, bigint>;
  readonly highs: Map<number, bigint>;
  readonly rate: Rate;
  waiting: readonly Waiting[];
  /** When the batch at hand got its first message; undefined while it has none. */
  gatheringSinceMs: number | undefined;
  lookedMs: number;
  lagOffsets: { sentMs: number; sending: Promise<void> };
}

/**
 * Lands messages as they arrive, from the committed offsets on, until the signal aborts: a commit every `batchMessages`
 * (default 10,000) or `commitMs`, whichever comes first. Then commits what is gathered and returns. Throws, everything
 * committed being kept, where another run takes the lake over, or what `retry` waits for does not pass.
 */
export function follow(options: FollowOptions): Promise<LandReport> {
  return interruptible(options, followAll);
}

async function followAll(options: FollowOptions): Promise<LandReport> {
  const startedMs = Date.now();
  const config = options.config ?? readConfig();
  const { landing, ranges } = await claimLake(config, options);
  const before = landing.last.state;
  const gaps = await passHoles(landing, config.kafka, {
    skipGaps: options.skipGaps,
    ranges,
    retry: options.retry,
    signal: options.signal,
  });
  if (gaps.length > 0) options.onSkip?.({ topic: config.kafka.topic, gaps });
  landing.batch.begin(ranges);
  const { from, total } = planRange(landing.last.state, ranges);
  const following: Following = {
    landing,
    from,
    kafka: config.kafka,
    config,
    options: { batchMessages: 10_000, ...options },
    before,
    highs: new Map(ranges.map(({ partition, high }) => [partition, high])),
    rate: measureRate(),
    waiting: await readWaiting(config.kafka, ranges),
    gatheringSinceMs: undefined,
    lookedMs: startedMs,
    lagOffsets: { sentMs: 0, sending: Promise.resolve() },
  };
  try {
    landing.decider.expect(total);
    await run(following);
    await sweepLanding(landing);
  } finally {
    await closeLanding(landing);
  }
  await following.lagOffsets.sending;
  await setLagOffsets(config.kafka, landing.last.state);
  return toReport(landing, { before: following.before, startedMs, waiting: following.waiting });
}

async function run(following: Following): Promise<void> {
  const { landing, kafka, options, from, highs } = following;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const inTurn = takeTurns();
  let isTicking = false;
  const onTick = () => {
    if (isTicking) return;
    isTicking = true;
    const ticked = inTurn(() => tick(following)).catch((error: unknown) => stop.abort(error));
    void ticked.then(() => {
      isTicking = false;
    });
  };
  if (!hasTables(landing.last)) await commit(following); // five empty tables, so that readers find them
  const ticker = setInterval(onTick, tickMs);
  const asker = setInterval(() => void askHighs(following), askHighsMs);
  let unreadable: UnreadableError | undefined;
  try {
    const onHighWatermark = (partition: number, high: bigint) => highs.set(partition, high);
    const consuming = followTopic(
      kafka,
      { from, signal, retry: options.retry, onHighWatermark },
      (messages) => inTurn(() => add(following, messages)),
    );
    unreadable = await catchUnreadable(consuming);
  } finally {
    clearInterval(ticker);
    clearInterval(asker);
  }
  await askHighs(following);
  await inTurn(async () => stop.signal.throwIfAborted());
  if (landing.batch.hasAdvanced()) await commit(following);
  if (unreadable) throw unreadable;
  tell(following);
}

/** Brokers that don't answer now are the consumer's to tell of. */
async function askHighs(following: Following): Promise<void> {
  const { kafka, highs } = following;
  const ranges = await readOffsets(kafka).catch(() => []);
  for (const { partition, high } of ranges) highs.set(partition, high);
  following.waiting = await readWaiting(kafka, ranges);
}

async function add(following: Following, messages: MessageBatch): Promise<void> {
  const { landing, options, rate } = following;
  await landing.batch.add(messages);
  following.gatheringSinceMs ??= Date.now();
  rate.add(messages.messages.length);
  if (isFull(landing.batch, options)) await commit(following);
  tell(following);
}

async function tick(following: Following): Promise<void> {
  const { landing, options, gatheringSinceMs } = following;
  const now = Date.now();
  if (gatheringSinceMs !== undefined && now - gatheringSinceMs >= (options.commitMs ?? 10_000)) {
    await commit(following);
  } else if (now - following.lookedMs >= checkHeldMs) {
    following.lookedMs = now;
    await checkHeld(landing);
  }
  tell(following);
}

async function commit(following: Following): Promise<void> {
  const { landing, options, kafka, lagOffsets } = following;
  await commitBatch(landing);
  following.gatheringSinceMs = undefined;
  following.lookedMs = Date.now();
  const { compactEvery = 100 } = options;
  if (compactEvery > 0 && landing.commits % compactEvery === 0) await compactHeld(following);
  if (Date.now() - lagOffsets.sentMs < lagOffsetsMs) return;
  const sending = lagOffsets.sending.then(() => setLagOffsets(kafka, landing.last.state));
  following.lagOffsets = { sentMs: Date.now(), sending };
}

async function compactHeld({ landing, config, options }: Following): Promise<void> {
  const { givenUp } = await compact({ lake: landing.lake, config });
  for (const one of givenUp) options.onGivenUp?.(one);
  await catchUp(landing);
  const unsettled = await settleOrGiveUp(landing);
  if (unsettled) options.onGivenUp?.(unsettled);
}

function tell(following: Following): void {
  const { landing, options, before, rate } = following;
  const { number, committedAt, state } = landing.last;
  options.onProgress?.({
    consumed: countConsumed(landing, before),
    perSecond: rate.perSecond(),
    lag: countLag(following),
    waiting: following.waiting,
    commit: number,
    committedAt,
    commits: landing.commits,
    state,
  });
}

function countLag({ from, highs, landing }: Following): number {
  let lag = 0n;
  for (const [partition, high] of highs) {
    const landed = BigInt(landing.last.state.offsets[partition] ?? from.get(partition) ?? 0);
    if (high > landed) lag += high - landed;
  }
  return Number(lag);
}

/** Lets one piece of work run at a time, in the order of the calls; after one that failed none runs any more. */
function takeTurns(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    last = last.then(work);
    return last;
  };
}

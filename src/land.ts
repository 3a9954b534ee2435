import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Commit, checkOffsets, claimAfter, emptyState, type LakeState, nextCommit } from "./commits";
import { type Config, readConfig } from "./config";
import { createExamIndex, type ExamIndex } from "./exam-index";
import { type Lake, openLake, publishFiles, readLastCommit, sweepStaged, writeCommit } from "./lake";
import { type LandingBatch, openBatch } from "./landing-batch";
import { localDir } from "./paths";
import { consumeRange, readOffsets, setGroupOffsets } from "./stream";

export interface LandOptions {
  /** Default: what the environment says. */
  readonly config?: Config;
  /** Default: the lake that the configuration names. The tests put faults between the landing and HDFS. */
  readonly lake?: Lake;
  /** A commit is made after this many messages at the latest; default 50,000. */
  readonly batchMessages?: number;
  /** A commit is made after about this many bytes of values; default 64 MiB. */
  readonly batchBytes?: number;
  readonly onProgress?: (progress: LandProgress) => void;
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
  /** Commits of this run that landed rows. */
  readonly commits: number;
  /** What the lake holds now, this run and all before it. */
  readonly state: LakeState;
  readonly ms: number;
}

/** The consumer group whose offsets show how far the lake is; HDFS is the truth, this is for lag monitoring only. */
export const lagGroup = "user-activity";

interface Landing {
  readonly lake: Lake;
  readonly run: string;
  readonly exams: ExamIndex;
  readonly spool: string;
  last: Commit;
  batch: LandingBatch;
  commits: number;
}

/**
 * Lands what the topic holds from the committed offsets up to its end at the start, in batches of bounded size: claim
 * the lake, finish what the last lander left, then per batch write files out of sight, commit in one rename, publish.
 * Ended at any point, the next run goes on from the last commit.
 */
export async function land(options: LandOptions = {}): Promise<LandReport> {
  const startedMs = Date.now();
  const { kafka, hdfs } = options.config ?? readConfig();
  const ranges = await readOffsets(kafka);
  const landing = await claimLake(options.lake ?? openLake(hdfs), kafka.topic, ranges);
  const before = landing.last.state;
  try {
    const from = new Map(
      ranges.map((one) => [one.partition, BigInt(before.offsets[one.partition] ?? one.low)]),
    );
    const to = new Map(ranges.map(({ partition, high }) => [partition, high]));
    const total = ranges.reduce(
      (sum, { partition, high }) => sum + Number(high - (from.get(partition) ?? high)),
      0,
    );
    const consumed = () =>
      landing.last.state.counts.consumed - before.counts.consumed + landing.batch.messageCount();
    const tell = () => options.onProgress?.({ consumed: consumed(), total, commit: landing.last.number });
    tell();
    const consumeOptions = { from, to, ...(options.signal ? { signal: options.signal } : {}) };
    await consumeRange(kafka, consumeOptions, async (messages) => {
      await landing.batch.add(messages);
      if (isFull(landing.batch, options)) await commitBatch(landing);
      tell();
    });
    if (landing.batch.messageCount() > 0 || landing.last.files.length === 0) await commitBatch(landing);
    await setGroupOffsets(kafka, lagGroup, toOffsets(landing.last.state)).catch(() => undefined);
    const { commits, last } = landing;
    const ms = Date.now() - startedMs;
    return {
      topic: kafka.topic,
      lakeDir: hdfs.lakeDir,
      consumed: consumed(),
      commits,
      state: last.state,
      ms,
    };
  } finally {
    await landing.batch.discard();
    rmSync(landing.spool, { recursive: true, force: true });
  }
}

/** Makes this lander the lake's only one and brings the lake to where its last commit says it is. */
async function claimLake(
  lake: Lake,
  topic: string,
  ranges: Parameters<typeof checkOffsets>[2],
): Promise<Landing> {
  const run = `${new Date().toISOString().replace(/\D/g, "").slice(0, 17)}-${randomBytes(4).toString("hex")}`;
  const before = await readLastCommit(lake);
  checkOffsets(before?.state ?? emptyState(topic), topic, ranges);
  const claim = claimAfter(before, run, topic);
  await writeCommit(lake, claim);
  await publishFiles(lake, claim.files);
  await sweepStaged(lake, run);
  const exams = await readExamIndex(lake);
  const spool = join(localDir, "spool", run);
  mkdirSync(spool, { recursive: true });
  const landing = { lake, run, exams, spool, last: claim, commits: 0 };
  return {
    ...landing,
    batch: openBatch({ ...landing, topic, number: claim.number + 1, state: claim.state }),
  };
}

async function readExamIndex(lake: Lake): Promise<ExamIndex> {
  const exams = createExamIndex();
  for (const entry of await lake.hdfs.list(lake.at("_index"))) exams.apply(await lake.hdfs.read(entry.path));
  exams.mark();
  return exams;
}

async function commitBatch(landing: Landing): Promise<void> {
  const { lake, run, exams, spool } = landing;
  const { files, state } = await landing.batch.stage();
  const commit = nextCommit(landing.last, { kind: "land", run, state, files });
  await writeCommit(lake, commit);
  await publishFiles(lake, files);
  exams.mark();
  landing.last = commit;
  landing.commits++;
  landing.batch = openBatch({
    lake,
    run,
    exams,
    spool,
    topic: state.topic,
    number: commit.number + 1,
    state,
  });
}

function isFull(
  batch: LandingBatch,
  { batchMessages = 50_000, batchBytes = 64 * 2 ** 20 }: LandOptions,
): boolean {
  return batch.messageCount() >= batchMessages || batch.valueBytes() >= batchBytes;
}

function toOffsets(state: LakeState): Map<number, bigint> {
  return new Map(
    Object.entries(state.offsets).map(([partition, offset]) => [Number(partition), BigInt(offset)]),
  );
}

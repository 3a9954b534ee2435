import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { addParts, type LakeParts } from "./catalogue";
import { type Commit, checkOffsets, claimAfter, emptyState, type LakeState, nextCommit } from "./commits";
import { type Config, type HdfsConfig, type KafkaConfig, readConfig } from "./config";
import { createExamIndex, type ExamIndex } from "./exam-index";
import { prepareFolder } from "./folders";
import {
  hasCatalogue,
  type Lake,
  openLake,
  publishFiles,
  readLakeParts,
  readLastCommit,
  stageCatalogue,
  sweepStaged,
  writeCommit,
} from "./lake";
import { type LandingBatch, openBatch } from "./landing-batch";
import { localDir } from "./paths";
import { isAlive } from "./processes";
import { consumeRange, type PartitionOffsets, readOffsets, setGroupOffsets } from "./stream";

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
  readonly place: Pick<HdfsConfig, "url" | "lakeDir">;
  readonly run: string;
  readonly exams: ExamIndex;
  readonly spool: string;
  last: Commit;
  parts: LakeParts;
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
  const landing = await claimLake(options.lake ?? openLake(hdfs), { kafka, hdfs }, ranges);
  try {
    const before = landing.last.state;
    const consumed = () =>
      landing.last.state.counts.consumed - before.counts.consumed + landing.batch.messageCount();
    await landRange(landing, kafka, { ...planRange(before, ranges), ...options, consumed });
    const { commits, last } = landing;
    const { topic, lakeDir } = { ...kafka, ...hdfs };
    return { topic, lakeDir, consumed: consumed(), commits, state: last.state, ms: Date.now() - startedMs };
  } finally {
    await landing.batch.discard();
    rmSync(landing.spool, { recursive: true, force: true });
  }
}

interface Plan extends LandOptions {
  readonly from: ReadonlyMap<number, bigint>;
  readonly to: ReadonlyMap<number, bigint>;
  readonly total: number;
  readonly consumed: () => number;
}

async function landRange(landing: Landing, kafka: KafkaConfig, plan: Plan): Promise<void> {
  const { from, to, total, signal } = plan;
  const tell = () => plan.onProgress?.({ consumed: plan.consumed(), total, commit: landing.last.number });
  tell();
  await consumeRange(kafka, { from, to, ...(signal ? { signal } : {}) }, async (messages) => {
    await landing.batch.add(messages);
    if (isFull(landing.batch, plan)) await commitBatch(landing);
    tell();
  });
  if (landing.batch.hasAdvanced() || !(await hasCatalogue(landing.lake, landing.last)))
    await commitBatch(landing);
  await landing.lake.hdfs.remove(landing.lake.at(`_tmp/${landing.run}`), { recursive: true });
  await setGroupOffsets(kafka, lagGroup, toOffsets(landing.last.state)).catch(() => undefined);
}

/** From the committed offsets (or the first ones that the topic has) up to the high watermarks. */
function planRange(
  state: LakeState,
  ranges: readonly PartitionOffsets[],
): Pick<Plan, "from" | "to" | "total"> {
  const starts = ranges.map(({ partition, low }) => BigInt(state.offsets[partition] ?? low));
  return {
    from: new Map(ranges.map(({ partition }, index) => [partition, starts[index] ?? 0n])),
    to: new Map(ranges.map(({ partition, high }) => [partition, high])),
    total: ranges.reduce((sum, { high }, index) => sum + Number(high - (starts[index] ?? high)), 0),
  };
}

/** Makes this lander the lake's only one and brings the lake to where its last commit says it is. */
async function claimLake(
  lake: Lake,
  { kafka: { topic }, hdfs: place }: Config,
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
  const parts = await readLakeParts(lake);
  const spool = makeSpool(run);
  const landing = { lake, place, run, exams, spool, last: claim, parts, commits: 0 };
  return {
    ...landing,
    batch: openBatch({ ...landing, topic, number: claim.number + 1, state: claim.state }),
  };
}

/** A local folder for files before they are uploaded; what landings that are no more left there goes. */
function makeSpool(run: string): string {
  const parent = join(localDir, "spool");
  const spool = join(parent, `${process.pid}-${run}`);
  prepareFolder(spool);
  for (const name of readdirSync(parent)) {
    if (!isAlive(Number.parseInt(name, 10))) rmSync(join(parent, name), { recursive: true, force: true });
  }
  return spool;
}

async function readExamIndex(lake: Lake): Promise<ExamIndex> {
  const exams = createExamIndex();
  for (const entry of await lake.hdfs.list(lake.at("_index"))) exams.apply(await lake.hdfs.read(entry.path));
  exams.mark();
  return exams;
}

async function commitBatch(landing: Landing): Promise<void> {
  const { lake, place, run, exams, spool } = landing;
  const { files, state } = await landing.batch.stage();
  const tablesOnly = nextCommit(landing.last, { kind: "land", run, state, files });
  const parts = addParts(landing.parts, files);
  const catalogue = await stageCatalogue(lake, run, {
    webhdfsUrl: place.url,
    lakeDir: place.lakeDir,
    commit: tablesOnly,
    state,
    parts,
  });
  const commit = { ...tablesOnly, files: [...files, ...catalogue] };
  await writeCommit(lake, commit);
  await publishFiles(lake, commit.files);
  exams.mark();
  landing.last = commit;
  landing.parts = parts;
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

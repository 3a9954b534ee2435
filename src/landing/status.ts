import { type Config, readConfig } from "../base/config";
import { fingerprintContract } from "../events/fingerprint";
import { readWaiting, type Waiting } from "../kafka/open-transactions";
import { findOffsets, type PartitionOffsets } from "../kafka/topics";
import type { Commit, UnknownPath } from "../lake/commit-file";
import { openKept } from "../lake/contract-file";
import { type Counts, isSumRight } from "../lake/counts";
import { findHoles, type Gap, toHoleError } from "../lake/gaps";
import { listTables, openLake, readLastCommit } from "../lake/lake";
import { checkOffsets } from "../lake/offsets";
import { isSettled } from "../lake/settled";
import { readServices, type ServicesStatus } from "../services/services";
import type { TableName } from "../tables/tables";
import { readVersionsStatus, type VersionsStatus } from "./history";

/** One landed dataset: what a reader finds at `path`. */
export interface DatasetStatus {
  readonly table: TableName;
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
  /** HDFS directory. */
  readonly path: string;
}

export interface LakeStatus {
  readonly lakeDir: string;
  /** The topic that it holds. */
  readonly topic: string;
  /** The contract that its tables are of. */
  readonly contract: { readonly id: string; readonly version: string; readonly fingerprint: string };
  readonly datasets: readonly DatasetStatus[];
  readonly counts: Counts;
  /** Offsets that were gone before they were landed, and skipped on request. */
  readonly gaps: readonly Gap[];
  /** Conflicts whose two deliveries came in different partitions. */
  readonly crossingConflicts: number;
  /** Whether the lowest partition counts everywhere; until then deliveries in a higher one that came first do. */
  readonly isSettled: boolean;
  /** Whether consumed = graded + duplicates + quarantined, and raw_data holds as many rows as were consumed. */
  readonly sumHolds: boolean;
  /** How often landed rows broke each rule of severity warning, by its name. */
  readonly warnings: Readonly<Record<string, number>>;
  /** Paths that the contract does not know, by path: events, the first one's partition and offset, an example. */
  readonly unknown: Readonly<Record<string, UnknownPath>>;
  /** Events that came after the one that counts and should count in its place: a replay takes them. */
  readonly later: number;
  /** Number of the last commit and when it was made (ISO 8601, UTC). */
  readonly commit: number;
  readonly committedAt: string;
  readonly versions: VersionsStatus;
}

export interface TopicStatus {
  readonly topic: string;
  readonly partitions: readonly {
    readonly partition: number;
    /** First offset, inclusive. */
    readonly low: string;
    /** Exclusive: up to where all transactions are decided, and where the partition ends. */
    readonly readable: string;
    readonly highWatermark: string;
    /** Offsets between the two, which wait for an open transaction to end. */
    readonly waiting: number;
    /** Offset up to which the lake holds the partition; null where nothing of this topic is committed. */
    readonly committed: string | null;
    /** Offsets that can be read and are not landed yet. */
    readonly lag: number;
  }[];
  /** Where messages wait, and for which transactions. */
  readonly waiting: readonly Waiting[];
}

export interface Status {
  readonly services: ServicesStatus;
  /** null where Kafka is stopped or has no such topic. */
  readonly topic: TopicStatus | null;
  /** null where HDFS is stopped or nothing has been landed. */
  readonly lake: LakeStatus | null;
  /** Why topic and lake do not go together, so that landing would fail; null where nothing is in the way. */
  readonly problem: string | null;
}

/** What the lake holds; null where nothing has been landed. */
export async function readLakeStatus(config: Config = readConfig()): Promise<LakeStatus | null> {
  const commit = await readLastCommit(openLake(config.hdfs));
  return commit ? toLakeStatus(config, commit) : null;
}

async function toLakeStatus(config: Config, commit: Commit): Promise<LakeStatus> {
  const { topic, counts, rowCounts, gaps = [], crossingConflicts = 0 } = commit.state;
  const { warnings = {}, unknown = {}, later = 0 } = commit.state;
  const lake = await openKept(openLake(config.hdfs));
  const datasets = (await listTables(lake)).map(({ table, ...rest }) => ({
    table,
    rows: rowCounts[table] ?? 0,
    ...rest,
  }));
  const sumHolds = isSumRight(counts) && rowCounts.raw_data === counts.consumed;
  const { number, committedAt } = commit;
  const { lakeDir } = config.hdfs;
  const { id, version } = lake.model.contract;
  const contract = { id, version, fingerprint: fingerprintContract(lake.model.contract) };
  const noted = { warnings, unknown, later };
  const held = { counts, gaps, crossingConflicts, isSettled: isSettled(commit.state), sumHolds };
  const versions = await readVersionsStatus(lake);
  return { lakeDir, topic, contract, datasets, ...held, ...noted, commit: number, committedAt, versions };
}

/** Services, topic and lake; throws where a service that isn't stopped does not answer. */
export async function readStatus(config: Config = readConfig()): Promise<Status> {
  const services = await readServices();
  const { topic } = config.kafka;
  const commit = services.hdfs.state === "stopped" ? undefined : await readLastCommit(openLake(config.hdfs));
  const lake = commit ? await toLakeStatus(config, commit) : null;
  const ranges = services.kafka.state === "stopped" ? undefined : await findOffsets(config.kafka);
  if (!ranges) return { services, topic: null, lake, problem: null };
  const problem = commit ? findProblem(() => checkAll(commit, topic, ranges)) : null;
  const waiting = await readWaiting(config.kafka, ranges);
  return { services, topic: { ...toTopicStatus(topic, ranges, commit), waiting }, lake, problem };
}

function checkAll({ state }: Commit, topic: string, ranges: readonly PartitionOffsets[]): void {
  checkOffsets(state, topic, ranges);
  const holes = findHoles(state.offsets, ranges);
  if (holes.length > 0) throw toHoleError(topic, holes);
}

function findProblem(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function toTopicStatus(
  topic: string,
  ranges: readonly PartitionOffsets[],
  commit?: Commit,
): Omit<TopicStatus, "waiting"> {
  const offsets = commit?.state.topic === topic ? commit.state.offsets : {};
  const partitions = ranges.map(({ partition, low, high, highWatermark }) => {
    const committed = offsets[partition] ?? null;
    const landed = BigInt(committed ?? low);
    return {
      partition,
      low: `${low}`,
      readable: `${high}`,
      highWatermark: `${highWatermark}`,
      waiting: Number(highWatermark - high),
      committed,
      lag: high > landed ? Number(high - landed) : 0,
    };
  });
  return { topic, partitions };
}

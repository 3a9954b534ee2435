import { type Counts, isSumRight } from "./commits";
import { type Config, readConfig } from "./config";
import { listTables, openLake, readLastCommit } from "./lake";
import { readServices, type ServicesStatus } from "./services";
import { readOffsets } from "./stream";
import type { TableName } from "./tables";

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
  readonly datasets: readonly DatasetStatus[];
  readonly counts: Counts;
  /** Whether consumed = graded + duplicates + quarantined, and raw_data holds as many rows as were consumed. */
  readonly sumHolds: boolean;
  /** Number of the last commit and when it was made (ISO 8601, UTC). */
  readonly commit: number;
  readonly committedAt: string;
}

export interface TopicStatus {
  readonly topic: string;
  readonly partitions: readonly {
    readonly partition: number;
    /** First offset, inclusive, and the high watermark, exclusive. */
    readonly low: string;
    readonly high: string;
    /** Offset up to which the lake holds the partition; null where nothing is committed. */
    readonly committed: string | null;
    /** Offsets that are not landed yet. */
    readonly lag: number;
  }[];
}

export interface Status {
  readonly services: ServicesStatus;
  readonly topic: TopicStatus | null;
  readonly lake: LakeStatus | null;
}

/** What the lake holds; null where nothing has been landed. */
export async function readLakeStatus(config: Config = readConfig()): Promise<LakeStatus | null> {
  const lake = openLake(config.hdfs);
  const commit = await readLastCommit(lake);
  if (!commit) return null;
  const { counts, rowCounts } = commit.state;
  const datasets = (await listTables(lake)).map(({ table, ...rest }) => ({
    table,
    rows: rowCounts[table],
    ...rest,
  }));
  const sumHolds = isSumRight(counts) && rowCounts.raw_data === counts.consumed;
  const { number, committedAt } = commit;
  return { lakeDir: config.hdfs.lakeDir, datasets, counts, sumHolds, commit: number, committedAt };
}

/** Services, topic and lake. Topic and lake are null where their service is stopped or they do not exist. */
export async function readStatus(config: Config = readConfig()): Promise<Status> {
  const services = await readServices();
  const lake = services.hdfs.state === "stopped" ? null : await readLakeStatus(config);
  const topic = services.kafka.state === "stopped" ? null : await readTopicStatus(config, lake);
  return { services, topic, lake };
}

async function readTopicStatus(config: Config, lake: LakeStatus | null): Promise<TopicStatus | null> {
  const ranges = await readOffsets(config.kafka).catch((error: Error) => {
    if (/topic/i.test(error.message) && /not exist|no such/i.test(error.message)) return null;
    throw error;
  });
  if (!ranges) return null;
  const committed = lake ? ((await readLastCommit(openLake(config.hdfs)))?.state.offsets ?? {}) : {};
  const partitions = ranges.map(({ partition, low, high }) => {
    const at = committed[partition] ?? null;
    return {
      partition,
      low: `${low}`,
      high: `${high}`,
      committed: at,
      lag: Number(high - BigInt(at ?? low)),
    };
  });
  return { topic: config.kafka.topic, partitions };
}

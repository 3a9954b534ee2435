import { join } from "node:path";
import { type Config, readConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { interruptible } from "../base/kernel";
import { createExamIndex } from "../events/exam-index";
import type { GradeValues } from "../events/grades";
import { fingerprintSchemas, type TopicMessage } from "../events/outcomes";
import type { Schema } from "../events/schema";
import type { MessageBatch } from "../kafka/message";
import { checkReplaceable, makeTwin, openStaging } from "../lake/access";
import type { PartFile } from "../lake/catalogue";
import {
  type Commit,
  emptyState,
  hasTables,
  isOfOldVersion,
  type LakeState,
  toPartNumber,
} from "../lake/commit-file";
import { type Lake, openLake, readLastCommit } from "../lake/lake";
import { placeCommit } from "../lake/placing";
import type { StagedFile } from "../lake/staging";
import { createTableFile } from "../parquet/write";
import { LandingBatch, type StagedBatch } from "./batch";
import { closeLanding, commitHeld, type Landing, sweepLanding } from "./hold";
import { openLanding } from "./open";
import { readMessages } from "./recompute";
import type { UpgradeOptions } from "./upgrade";

export interface ReplayOptions extends UpgradeOptions {
  /** Default: what the environment says. */
  readonly config?: Config;
  /** Default: the lake that the configuration names. */
  readonly lake?: Lake;
  /** The corrected schema; default the project's. */
  readonly schema?: Schema<GradeValues>;
  /** Rebuilds tables that are held to this schema already, too. */
  readonly again?: boolean;
  readonly onProgress?: (progress: { readonly replayed: number; readonly total: number }) => void;
  /** Ends the replay with the signal's reason; the tables stay as they were. */
  readonly signal?: AbortSignal;
}

export interface ReplayReport {
  readonly lakeDir: string;
  readonly before: Pick<LakeState, "counts" | "rowCounts">;
  readonly after: Pick<LakeState, "counts" | "rowCounts">;
  /** Number of the commit; null where the tables were held to this schema already. */
  readonly commit: number | null;
  readonly ms: number;
}

const rebuilt = ["questions_pool_data", "grades_ID", "quarantine"] as const;
/** Messages that make one file of each table, at most; a row group's worth more may come. */
const chunkMessages = 50_000;
const chunkBytes = 64 * 2 ** 20;

/**
 * Holds every message of raw_data to the schema anew and puts tables in the place of the landed ones that are as if it
 * had been in force from the start: what a corrected schema accepts leaves quarantine and is graded, in the order in
 * which it came. One commit; until then readers find the tables as they were. Takes the lake over: a lander that runs,
 * with the old schema, stops and says so. Kafka is not needed.
 */
export function replay(options: ReplayOptions = {}): Promise<ReplayReport> {
  return interruptible(options, replayAll);
}

async function replayAll(options: ReplayOptions): Promise<ReplayReport> {
  const startedMs = Date.now();
  const config = options.config ?? readConfig();
  const lake = options.lake ?? openLake(config.hdfs);
  const { lakeDir } = config.hdfs;
  const landed = await readLanded(lake);
  const { state: before } = landed;
  const isRight = before.schema === fingerprintSchemas(options.schema) && !isOfOldVersion(landed);
  if (isRight && !options.again) {
    return { lakeDir, before, after: before, commit: null, ms: Date.now() - startedMs };
  }
  await checkReplaceable(lake, [...rebuilt, "_index"]); // before a lander that runs is stopped
  const kafka = { ...config.kafka, topic: before.topic };
  const { schema, onUpgrade, signal } = options;
  const plan = { lake, config: { ...config, kafka }, check: () => {}, schema, onUpgrade, signal };
  const landing = await openLanding(plan);
  try {
    const rebuild = await stageRebuild(landing, options);
    await checkReplaceable(lake, [...rebuilt, "_index"]);
    const commit = await commitRebuild(landing, rebuild);
    await placeCommit(lake, commit);
    await sweepLanding(landing);
    return { lakeDir, before, after: commit.state, commit: commit.number, ms: Date.now() - startedMs };
  } finally {
    await closeLanding(landing);
  }
}

/** The last commit of a lake. Throws where nothing is landed. */
async function readLanded(lake: Lake): Promise<Commit> {
  const last = await readLastCommit(lake);
  if (last && hasTables(last)) return last;
  throw new ServiceError(
    `hdfs ${lake.at("_commits")}: expected a landed lake, received none; land first with "npx user-activity land"`,
  );
}

/** What is staged for the commit. */
interface Rebuild {
  readonly state: LakeState;
  readonly course: StagedFile;
  readonly parts: Readonly<Record<(typeof rebuilt)[number], PartFile[]>>;
}

async function stageRebuild(landing: Landing, options: ReplayOptions): Promise<Rebuild> {
  const { last } = landing;
  await stageTwins(landing);
  const total = last.state.counts.consumed;
  const parts: Rebuild["parts"] = { questions_pool_data: [], grades_ID: [], quarantine: [] };
  const exams = createExamIndex();
  let chunk = openChunk(emptyState(last.state.topic));
  let course: Rebuild["course"] | undefined;
  let state = emptyState(last.state.topic);
  let number = 0;

  function openChunk(from: LakeState) {
    return new LandingBatch({ ...landing, exams, state: from, isReplay: true });
  }

  async function endChunk(): Promise<void> {
    const staged = await chunk.stage();
    course = await placeChunk(landing, { staged, number: ++number, parts });
    exams.mark();
    state = staged.state;
    chunk = openChunk(state);
  }

  try {
    for await (const messages of readMessages(landing.lake)) {
      options.signal?.throwIfAborted();
      for (const batch of toBatches(messages)) await chunk.add(batch);
      if (chunk.messageCount() >= chunkMessages || chunk.valueBytes() >= chunkBytes) await endChunk();
      options.onProgress?.({ replayed: state.counts.consumed + chunk.messageCount(), total });
    }
    if (number === 0 || chunk.messageCount() > 0) await endChunk();
  } finally {
    await chunk.discard();
  }
  if (state.counts.consumed !== total || !course) {
    throw new ServiceError(
      `hdfs ${landing.place.lakeDir}/raw_data: expected ${total} rows, received ${state.counts.consumed}; see "npx user-activity verify"; nothing is changed`,
    );
  }
  return completeRebuild(landing, { state, course, parts });
}

/** Stages directories like those that the rebuilt ones replace. Throws where none can take the place of one. */
async function stageTwins({ lake, run }: Landing): Promise<void> {
  for (const directory of [...rebuilt, "_index"]) {
    const twin = await makeTwin(lake, directory, `_tmp/${run}/new-${directory}`);
    if ("refusal" in twin) throw new ServiceError(`${twin.refusal}; nothing is replayed`);
  }
}

/** Adds an empty part to a table that has none, and what a replay leaves as it was. */
async function completeRebuild(landing: Landing, { state, course, parts }: Rebuild): Promise<Rebuild> {
  for (const table of rebuilt)
    if (parts[table].length === 0) parts[table].push(await placeEmpty(landing, table));
  const { offsets, rowCounts, gaps } = landing.last.state;
  return {
    state: {
      ...state,
      offsets,
      rowCounts: { ...state.rowCounts, raw_data: rowCounts.raw_data },
      ...(gaps ? { gaps } : {}),
    },
    course,
    parts,
  };
}

/** Neighbours of one partition, as a consumer would have brought them. */
function* toBatches(messages: readonly TopicMessage[]): Generator<MessageBatch> {
  for (let start = 0; start < messages.length; ) {
    const first = messages[start] as TopicMessage;
    let end = start;
    while (messages[end]?.partition === first.partition) end++;
    const run = messages.slice(start, end).map(toMessage);
    yield {
      partition: first.partition,
      firstOffset: first.offset,
      nextOffset: (run.at(-1)?.offset ?? 0n) + 1n,
      messages: run,
    };
    start = end;
  }
}

function toMessage({ timestamp, ...message }: TopicMessage): MessageBatch["messages"][number] {
  return { ...message, timestamp: timestamp === null ? null : BigInt(timestamp) };
}

interface Chunk {
  readonly staged: StagedBatch;
  readonly number: number;
  readonly parts: Rebuild["parts"];
}

/** Moves a chunk's files into the staged directories and notes them; returns course_ID's, which stays where it is. */
async function placeChunk(
  { lake, run, last }: Landing,
  { staged, number, parts }: Chunk,
): Promise<Rebuild["course"]> {
  let course: Rebuild["course"] | undefined;
  const base = `${toPartNumber(last.number)}-${String(number).padStart(6, "0")}`;
  for (const file of staged.files) {
    const { table, bytes } = file;
    if (table === "course_ID") course = file;
    if (table === "course_ID" || table === "raw_data") continue;
    const directory = table === "index" ? "_index" : table;
    const name = table === "index" ? base : `part-${base}.parquet`;
    await lake.hdfs.rename(lake.at(file.staged), lake.at(`_tmp/${run}/new-${directory}/${name}`));
    if (table !== "index") parts[table].push({ path: `${table}/${name}`, bytes });
  }
  if (!course) throw new RangeError("expected a file of course_ID");
  return course;
}

/** A table that nothing is left of is one empty file. */
async function placeEmpty(
  { lake, run, spool, last }: Landing,
  table: (typeof rebuilt)[number],
): Promise<PartFile> {
  const local = join(spool, `empty-${table}.parquet`);
  const { bytes } = await (await createTableFile(local, table)).close();
  const name = `part-${toPartNumber(last.number)}-000000.parquet`;
  const { path, mode } = await openStaging(lake, table, `_tmp/${run}/new-${table}`);
  await lake.hdfs.write(lake.at(`${path}/${name}`), { file: local }, { mode });
  return { path: `${table}/${name}`, bytes };
}

/** The rebuilt tables and the index take the place of those that are there, in one commit. */
async function commitRebuild(landing: Landing, { state, course, parts }: Rebuild): Promise<Commit> {
  const swaps = [...rebuilt, "_index" as const].map((directory) => ({
    directory,
    staged: `_tmp/${landing.run}/new-${directory}`,
    retired: `_tmp/${landing.run}/old-${directory}`,
    replaced: "all" as const,
    added: directory === "_index" ? [] : parts[directory],
  }));
  return (await commitHeld(landing, { kind: "replay", state, files: [course], swaps })).commit;
}

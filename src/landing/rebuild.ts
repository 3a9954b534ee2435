import { join } from "node:path";
import { ServiceError } from "../base/errors";
import { countsLatest } from "../contract/model";
import { createExamIndex, type ExamIndex } from "../events/exam-index";
import type { TopicMessage } from "../events/outcomes";
import type { MessageBatch } from "../kafka/message";
import { checkReplaceable, openStaging } from "../lake/access";
import type { PartFile } from "../lake/catalogue";
import { type Commit, emptyState, type LakeState, toPartNumber } from "../lake/commit-file";
import type { StagedFile } from "../lake/staging";
import { finishCommit } from "../lake/versions";
import { createTableFile } from "../parquet/write";
import { type LakeModel, tableIn } from "../tables/lake-model";
import { LandingBatch, type StagedBatch } from "./batch";
import { asHolder, commitHeld, type Landing, sweepLanding } from "./hold";
import { choosing, messageTables, readFirsts, readMessages } from "./recompute";
import { Refusals } from "./refusals";
import { stageTwin, toWholeSwap } from "./whole-swaps";

/** The directories that others take the place of. */
export function rebuiltDirectories(model: LakeModel): string[] {
  return [...messageTables(model), "_index"];
}

/** Messages that make one file of each table, at most; a row group's worth more may come. */
const chunkMessages = 50_000;
const chunkBytes = 64 * 2 ** 20;

export interface RebuildOptions {
  readonly onProgress?: ((progress: RebuildProgress) => void) | undefined;
  /** Ends it with the signal's reason; the tables stay as they were. */
  readonly signal?: AbortSignal | undefined;
}

/** Messages that were decided anew so far, of all. */
export interface RebuildProgress {
  readonly replayed: number;
  readonly total: number;
}

/**
 * Puts new tables in the place of those that a run holds, and sweeps what it has staged. Returns the commit, the files of
 * the tables after it and the exam IDs, which are other ones. Throws where another run has claimed the lake.
 */
export function rebuildTables(
  landing: Landing,
  options: RebuildOptions,
): Promise<Pick<Landing, "parts" | "exams"> & { readonly commit: Commit }> {
  const { lake, run } = landing;
  return asHolder(lake, run, async () => {
    await sweepLanding(landing);
    const rebuild = await stageRebuild(landing, options);
    await checkReplaceable(lake, rebuiltDirectories(lake.model));
    const { commit, parts } = await commitRebuild(landing, rebuild);
    await finishCommit(lake, commit);
    await sweepLanding(landing);
    return { commit, parts, exams: rebuild.exams };
  });
}

/** What is staged for the commit. */
interface Rebuild {
  readonly state: LakeState;
  readonly exams: ExamIndex;
  readonly summaries: readonly StagedFile[];
  readonly parts: Readonly<Record<string, PartFile[]>>;
}

async function stageRebuild(landing: Landing, options: RebuildOptions): Promise<Rebuild> {
  const { last, lake } = landing;
  const { topic } = last.state;
  const empty = emptyState(topic, lake.model);
  await stageTwins(landing);
  const total = last.state.counts.consumed;
  const parts = Object.fromEntries(
    messageTables(lake.model).map((table): [string, PartFile[]] => [table, []]),
  );
  const exams = createExamIndex();
  const firsts = await readFirsts(lake, choosing(lake.model, last.state), options.signal);
  const refusals = new Refusals();
  landing.decider.expect(total);
  let chunk = openChunk(empty);
  let summaries: Rebuild["summaries"] = [];
  let state = empty;
  let number = 0;

  function openChunk(from: LakeState) {
    return new LandingBatch({ ...landing, exams, firsts, refusals, state: from, isReplay: true });
  }

  async function endChunk(): Promise<void> {
    const staged = await chunk.stage();
    summaries = await placeChunk(landing, { staged, number: ++number, parts });
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
  if (state.counts.consumed !== total) {
    throw new ServiceError(
      `hdfs ${landing.place.lakeDir}/raw_data: expected ${total} rows, received ${state.counts.consumed}; see "npx user-activity verify"; nothing is changed`,
    );
  }
  return completeRebuild(landing, { state, exams, summaries, parts });
}

/** Stages directories like those that the rebuilt ones replace. Throws where none can take the place of one. */
async function stageTwins({ lake, run }: Landing): Promise<void> {
  for (const directory of rebuiltDirectories(lake.model)) {
    await stageTwin(lake, run, directory);
  }
}

/** Adds an empty part to a table that has none, and what a replay leaves as it was. */
async function completeRebuild(landing: Landing, rebuild: Rebuild): Promise<Rebuild> {
  const { state, parts } = rebuild;
  for (const [table, own] of Object.entries(parts))
    if (own.length === 0) own.push(await placeEmpty(landing, table));
  const { offsets, rowCounts, gaps, dropped = [] } = landing.last.state;
  const { model } = landing.lake;
  const gone = [...Object.keys(rowCounts), ...dropped].filter((name) => !Object.hasOwn(model.tables, name));
  return {
    ...rebuild,
    state: {
      ...state,
      ...(state.late ? { settled: state.late } : {}),
      offsets,
      rowCounts: { ...state.rowCounts, raw_data: rowCounts.raw_data ?? 0 },
      ...(countsLatest(model.contract) ? { chosenUpTo: offsets } : {}),
      ...(gone.length > 0 ? { dropped: [...new Set(gone)] } : {}),
      ...(gaps ? { gaps } : {}),
    },
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

/** Moves a chunk's files into the staged directories and notes them; returns those of summaries, which stay where they are. */
async function placeChunk(
  { lake, run, last }: Landing,
  { staged, number, parts }: Chunk,
): Promise<Rebuild["summaries"]> {
  const base = `${toPartNumber(last.number)}-${String(number).padStart(6, "0")}`;
  for (const file of staged.files) {
    const { table, bytes } = file;
    if (table === "raw_data" || lake.model.summaries.includes(table)) continue;
    const directory = table === "index" ? "_index" : table;
    const name = table === "index" ? base : `part-${base}.parquet`;
    await lake.hdfs.rename(lake.at(file.staged), lake.at(`_tmp/${run}/new-${directory}/${name}`));
    parts[table]?.push({ path: `${table}/${name}`, bytes });
  }
  return staged.files.filter(({ table }) => lake.model.summaries.includes(table));
}

/** A table that nothing is left of is one empty file. */
async function placeEmpty({ lake, run, spool, last }: Landing, table: string): Promise<PartFile> {
  const local = join(spool, `empty-${table}.parquet`);
  const { bytes } = await (await createTableFile(local, tableIn(lake.model, table))).close();
  const name = `part-${toPartNumber(last.number)}-000000.parquet`;
  const { path, mode } = await openStaging(lake, table, `_tmp/${run}/new-${table}`);
  await lake.hdfs.write(lake.at(`${path}/${name}`), { file: local }, { mode });
  return { path: `${table}/${name}`, bytes };
}

/** The rebuilt tables and the index take the place of those that are there, in one commit. */
function commitRebuild(landing: Landing, { state, summaries, parts }: Rebuild) {
  const swaps = rebuiltDirectories(landing.lake.model).map((directory) =>
    toWholeSwap(landing.run, directory, parts[directory] ?? []),
  );
  return commitHeld(landing, { kind: "replay", state, files: summaries, swaps });
}

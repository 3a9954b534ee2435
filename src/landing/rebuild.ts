import { join } from "node:path";
import { ServiceError } from "../base/errors";
import { countsLatest } from "../contract/model";
import { createExamIndex } from "../events/exam-index";
import { checkReplaceable, openStaging } from "../lake/access";
import type { PartFile } from "../lake/catalogue";
import { type Commit, emptyState, type LakeState, toPartNumber } from "../lake/commit-file";
import { finishCommit } from "../lake/versions";
import { createTableFile } from "../parquet/write";
import { type LakeModel, tableIn } from "../tables/lake-model";
import { asHolder, commitHeld, type Landing, sweepLanding } from "./hold";
import { Chunks, type Rebuilt } from "./rebuild-chunks";
import { choosing, messageTables, readFirsts, readMessages } from "./recompute";
import { stageTwin, toWholeSwap } from "./whole-swaps";

/** The directories that others take the place of. */
export function rebuiltDirectories(model: LakeModel): string[] {
  return [...messageTables(model), "_index"];
}

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
interface Rebuild extends Rebuilt {
  readonly state: LakeState;
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
  const firsts = await readFirsts(lake, choosing(lake.model, last.state), { signal: options.signal });
  landing.decider.expect(total);
  const chunks = new Chunks(landing, { exams, firsts, parts, state: empty });
  try {
    for await (const messages of readMessages(landing.lake)) {
      options.signal?.throwIfAborted();
      await chunks.add(messages);
      options.onProgress?.({ replayed: chunks.messageCount(), total });
    }
    await chunks.end();
  } finally {
    await chunks.close();
  }
  const { state, summaries } = chunks;
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

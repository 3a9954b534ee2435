import { rmSync } from "node:fs";
import { join } from "node:path";
import { ServiceError } from "../base/errors";
import { createExamIndex } from "../events/exam-index";
import type { HdfsEntry } from "../hdfs/hdfs";
import { makeTwin, type StagingFolder } from "../lake/access";
import type { Swap } from "../lake/commit-file";
import type { Lake } from "../lake/lake";
import { explainSnapshots, readSnapshots } from "../lake/snapshots";
import { readRowCount } from "../parquet/read";
import { createMergedFile } from "../parquet/write";
import { type LakeModel, tableIn, tableNames } from "../tables/lake-model";

/** What grows by a file with each commit: a table that is no summary, or `_index`. */
export type CompactedDirectory = string;

/** The directories that grow by a file with each commit. */
export function growingDirectories(model: LakeModel): CompactedDirectory[] {
  return [...tableNames(model).filter((name) => !model.summaries.includes(name)), "_index"];
}

/** A file that may be merged with its neighbours. */
export type SmallFile = Pick<HdfsEntry, "name" | "path" | "bytes">;

/** Files of one directory that stand next to each other in the order of landing, and the name of what they become. */
export interface Merge {
  readonly directory: CompactedDirectory;
  readonly files: readonly SmallFile[];
  /** What the merged file's name begins with: it sorts where the first of the files did. */
  readonly stem: string;
}

/**
 * Plans which files to merge: runs of neighbours of at most `targetBytes` together. A file of half of that and more is
 * left alone, so that no row is rewritten again and again.
 */
export function planMerges(
  directory: CompactedDirectory,
  files: readonly SmallFile[],
  targetBytes: number,
): Merge[] {
  const groups: SmallFile[][] = [[]];
  let bytes = 0;
  for (const file of files) {
    const isLarge = file.bytes * 2 >= targetBytes;
    if (isLarge || bytes + file.bytes > targetBytes) {
      groups.push([]);
      bytes = 0;
    }
    if (isLarge) continue;
    groups.at(-1)?.push(file);
    bytes += file.bytes;
  }
  return groups
    .filter((group) => group.length > 1)
    .map((group) => ({ directory, files: group, stem: stemOf(group[0]?.name ?? "") }));
}

/** The name of a file without its ending and without what an earlier merge has added to it. */
function stemOf(name: string): string {
  return name.replace(/\.parquet$/, "").replace(/-m[0-9a-f]+$/, "");
}

/** Where files are merged. */
export interface MergeWork {
  readonly lake: Lake;
  /** What the names of merged files end with, in hexadecimal digits; no earlier merge had the same. */
  readonly tag: string;
  readonly spool: string;
}

/** A merge and the directory that is staged for its file. */
export interface PlannedMerge extends Merge {
  readonly staging: StagingFolder;
}

/** A directory that is not compacted, and why, with what to do. */
export interface GivenUp {
  readonly table: CompactedDirectory;
  readonly reason: string;
}

/** Stages a directory for each that is to be replaced; what none can replace is given up, whole. */
export async function stageTwins(
  lake: Lake,
  folder: string,
  merges: readonly Merge[],
): Promise<{ readonly planned: PlannedMerge[]; readonly givenUp: GivenUp[] }> {
  const planned: PlannedMerge[] = [];
  const givenUp: GivenUp[] = [];
  for (const table of new Set(merges.map(({ directory }) => directory))) {
    const twin = await makeTwin(lake, table, `${folder}/new-${table}`);
    const own = merges.filter(({ directory }) => directory === table);
    if ("refusal" in twin) givenUp.push({ table, reason: `${twin.refusal}; it is not compacted` });
    else planned.push(...own.map((merge) => ({ ...merge, staging: twin })));
  }
  return { planned, givenUp };
}

/** Says of directories that were staged in vain why they stay as they are. */
export async function explainLeft(lake: Lake, swaps: readonly Swap[]): Promise<GivenUp[]> {
  const givenUp: GivenUp[] = [];
  for (const { directory } of swaps) {
    const reason = explainSnapshots(await readSnapshots(lake.hdfs, lake.at(directory)));
    givenUp.push({ table: directory as CompactedDirectory, reason: `${reason}; it is not compacted` });
  }
  return givenUp;
}

/** Writes the merged file into its staged directory; returns its final path, relative to the lake, and its bytes. */
export async function mergeFiles(
  work: MergeWork,
  merge: PlannedMerge,
): Promise<{ path: string; bytes: number }> {
  const { lake, tag } = work;
  const { directory, stem } = merge;
  const { path, mode } = merge.staging;
  const name = `${stem}-m${tag}`;
  if (directory === "_index") {
    const content = await mergeIndex(lake, merge);
    await lake.hdfs.write(lake.at(`${path}/${name}`), content, { mode });
    return { path: `${directory}/${name}`, bytes: content.length };
  }
  const local = join(work.spool, `${name}.parquet`);
  const bytes = await mergeParts(work, merge, local);
  await lake.hdfs.write(lake.at(`${path}/${name}.parquet`), { file: local }, { mode });
  rmSync(local);
  return { path: `${directory}/${name}.parquet`, bytes };
}

async function mergeParts({ lake }: MergeWork, { directory, files }: Merge, local: string): Promise<number> {
  const table = tableIn(lake.model, directory);
  const merged = await createMergedFile(local, table);
  let rowCount = 0;
  try {
    for await (const bytes of readAhead(lake, files)) rowCount += await merged.appendFile(bytes);
    const written = await merged.close();
    const held = await readRowCount(local);
    if (held === rowCount) return written.bytes;
    throw new ServiceError(`${local}: expected ${rowCount} rows, received ${held}; run it again`);
  } finally {
    await merged.discard();
  }
}

async function mergeIndex(lake: Lake, { files }: Merge): Promise<Buffer> {
  const exams = createExamIndex();
  for await (const bytes of readAhead(lake, files)) exams.apply(bytes);
  return Buffer.concat([...exams.entries()]);
}

/** Of files that are read before their turn: no more of them, and together no more bytes but for the next one. */
const mostAhead = 4;
const mostBytesAhead = 2 ** 20;

/** Reads files in their order, the next ones while one is worked on: of small files most of the time is asking for them. */
async function* readAhead(lake: Lake, files: readonly SmallFile[]): AsyncGenerator<Buffer> {
  const waiting = [...files];
  const ahead: { readonly bytes: number; readonly reading: Promise<Buffer> }[] = [];
  const sizeOf = () => ahead.reduce((sum, { bytes }) => sum + bytes, 0);
  const begin = () => {
    for (let next = waiting[0]; next; next = waiting[0]) {
      if (ahead.length === mostAhead || (ahead.length > 0 && sizeOf() + next.bytes > mostBytesAhead)) return;
      waiting.shift();
      const reading = lake.hdfs.read(next.path);
      reading.catch(() => undefined); // thrown once its turn comes
      ahead.push({ bytes: next.bytes, reading });
    }
  };
  begin();
  for (let next = ahead.shift(); next; next = ahead.shift()) {
    const bytes = await next.reading;
    begin();
    yield bytes;
  }
}

/** Whether one of the files to merge is no longer there. */
export async function isMissing(lake: Lake, { directory, files }: Merge): Promise<boolean> {
  const there = new Set((await lake.hdfs.list(lake.at(directory))).map(({ name }) => name));
  return files.some(({ name }) => !there.has(name));
}

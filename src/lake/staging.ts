import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExamIndex } from "../events/exam-index";
import { createTableFile } from "../parquet/write";
import { type LakeModel, shippedModel, tableIn } from "../tables/lake-model";
import type { RowOf, TableName } from "../tables/tables";
import { type CommittedFile, toPartNumber } from "./commit-file";
import type { Lake } from "./lake";

/** A file that is written out of sight; which commit it belongs to, and so its final path, comes later. */
export type StagedFile = Omit<CommittedFile, "path"> & { readonly table: TableName | "index" };

/** A local Parquet file that is closed, and where in the lake it is to be staged. */
export interface LocalFile {
  readonly table: TableName;
  readonly path: string;
  readonly rowCount: number;
  readonly bytes: number;
  /** Below `_tmp`, relative to the lake. */
  readonly staged: string;
  /** In octal digits; default "644". */
  readonly mode?: string;
}

/** Uploads a local file to where it is out of sight. */
export async function stageFile(
  lake: Lake,
  { table, path, rowCount, bytes, staged, mode = "644" }: LocalFile,
): Promise<StagedFile> {
  await lake.hdfs.write(lake.at(staged), { file: path }, { mode });
  return { table, staged, rowCount, bytes };
}

/** Writes rows as one Parquet file of their table to `staged`, by way of a local file that goes again. */
export async function stageRows<N extends TableName>(
  lake: Lake,
  staged: string,
  table: N,
  rows: readonly RowOf<N>[],
): Promise<StagedFile> {
  const path = join(tmpdir(), `${randomBytes(8).toString("hex")}-${table}.parquet`);
  const file = await createTableFile(path, tableIn(lake.model, table));
  try {
    await file.append(rows);
    return await stageFile(lake, { table, path, ...(await file.close()), staged });
  } finally {
    await rm(path, { force: true });
  }
}

/** Writes what the index has learnt since it was last marked to `staged`. */
export function stageIndex(lake: Lake, staged: string, exams: ExamIndex, mode?: string): Promise<StagedFile> {
  return stageEntries(lake, staged, exams.changes(), mode);
}

/** Writes entries of an index to `staged`, as `changes` gave them. */
export async function stageEntries(
  lake: Lake,
  staged: string,
  changes: Buffer,
  mode = "644",
): Promise<StagedFile> {
  await lake.hdfs.write(lake.at(staged), changes, { mode });
  return { table: "index", staged, rowCount: 0, bytes: changes.length };
}

/** The staged files as the commit with this number is to place them. */
export function toCommittedFiles(
  staged: readonly StagedFile[],
  number: number,
  model: LakeModel = shippedModel,
): CommittedFile[] {
  return staged.map((file) => ({ ...file, path: toFinalPath(file.table, number, model) }));
}

/** Final path of a file, relative to the lake: its name sorts by the number of its commit; a summary has one file. */
export function toFinalPath(table: StagedFile["table"], number: number, { summaries }: LakeModel): string {
  if (table === "index") return `_index/${toPartNumber(number)}`;
  return `${table}/part-${toPartNumber(summaries.includes(table) ? 0 : number)}.parquet`;
}

import { basename } from "node:path/posix";
import type { Hdfs } from "../hdfs/hdfs";
import type { DataFile } from "../iceberg/manifests";
import { readRowCountOf } from "../parquet/read";
import type { TableName } from "../tables/tables";
import type { Commit } from "./commit-file";
import { type Lake, listParts, type Part } from "./lake";

/** Rows by a file's name and length: a file is written once, and compaction and replay give new names. */
export type KnownCounts = Map<string, number>;

function keyOf(name: string, bytes: number): string {
  return `${basename(name)} ${bytes}`;
}

/** Notes how many rows files have, so that those of the next version need not be asked. */
export function noteCounts(
  known: KnownCounts,
  files: readonly Pick<DataFile, "path" | "rowCount" | "bytes">[],
) {
  for (const { path, rowCount, bytes } of files) known.set(keyOf(path, bytes), rowCount);
}

const readAtOnce = 8;

/** The files of a table in a version, by their addresses; `known` is asked first, and learns. */
export async function listDataFiles(
  version: Lake,
  { table, commit, address, known }: FilesPlan,
): Promise<DataFile[]> {
  const parts = await listParts(version, table);
  noteCounts(
    known,
    commit.files.filter((file) => file.table === table),
  );
  const waiting = [...parts.entries()];
  const files: DataFile[] = [];
  const next = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const [index, part] = one;
      // a summary such as course_ID is one file that each commit replaces under its name
      const whole = parts.length === 1 ? commit.state.rowCounts[table] : undefined;
      const rowCount = whole ?? (await countRows(version.hdfs, part, known));
      files[index] = { path: `${address}${part.path}`, rowCount, bytes: part.bytes };
    }
  };
  await Promise.all(Array.from({ length: readAtOnce }, next));
  noteCounts(known, files);
  return files;
}

/** What tells the files of a table in a version. */
export interface FilesPlan {
  readonly table: TableName;
  /** The version's. */
  readonly commit: Commit;
  readonly address: string;
  readonly known: KnownCounts;
}

async function countRows(hdfs: Hdfs, { path, bytes }: Part, known: KnownCounts): Promise<number> {
  const found = known.get(keyOf(path, bytes));
  if (found !== undefined) return found;
  return readRowCountOf({
    byteLength: bytes,
    slice: async (start, end = bytes) =>
      new Uint8Array(await hdfs.readRange(path, { start, end })).buffer as ArrayBuffer,
  });
}

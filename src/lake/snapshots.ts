import { ServiceError } from "../base/errors";
import { isRemoteError } from "../hdfs/errors";
import type { Hdfs, HdfsEntry } from "../hdfs/hdfs";

/** Where a directory that can't be moved or removed for its snapshots is, and what is in the way. */
export interface Snapshots {
  readonly path: string;
  /** Names of its snapshots; none where they are merely allowed, which is enough to keep it from being moved. */
  readonly names: readonly string[];
}

/** The snapshots of a directory; none where they are not allowed. */
export async function listSnapshots(hdfs: Hdfs, path: string): Promise<HdfsEntry[]> {
  try {
    return await hdfs.list(`${path}/.snapshot`);
  } catch (error) {
    if (isRemoteError((error as Error).cause ?? {}, "SnapshotException")) return [];
    throw error;
  }
}

/** What is in the way of moving or removing a directory. */
export async function readSnapshots(hdfs: Hdfs, path: string): Promise<Snapshots> {
  return { path, names: (await listSnapshots(hdfs, path)).map(({ name }) => name) };
}

/** Says why a directory can't be replaced, and how to change that. */
export function explainSnapshots({ path, names }: Snapshots): string {
  const received = names.length > 0 ? listNames(names) : "one that allows them";
  return `hdfs ${path}: expected a directory without snapshots, since HDFS moves none that has or allows them, received ${received}; take them of the lake's directory instead, and here: ${adviseRemoval({ path, names })}`;
}

/** Says what it means that a lake to be deleted has snapshots of others, and how to remove them. */
export function keptBySnapshots(snapshots: Snapshots): ServiceError {
  const { path, names } = snapshots;
  return new ServiceError(
    `hdfs ${path}: expected a directory without snapshots of others, received ${listNames(names)}: each keeps what was there when it was taken, and HDFS deletes nothing that has one; nothing is deleted, the topic neither. If they may go: ${listRemovals(snapshots).join(", ")}; then run it again`,
  );
}

/** The commands of Hadoop; the last one is a superuser's. */
function adviseRemoval(snapshots: Snapshots): string {
  return [...listRemovals(snapshots), `hdfs dfsadmin -disallowSnapshot ${snapshots.path}`].join(", ");
}

function listRemovals({ path, names }: Snapshots): string[] {
  const removals = names.map((name) => `hdfs dfs -deleteSnapshot ${path} ${name}`);
  return removals.length > 3 ? [...removals.slice(0, 3), "and so on"] : removals;
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return `${names.length} (${shown}${names.length > 5 ? ", ..." : ""})`;
}

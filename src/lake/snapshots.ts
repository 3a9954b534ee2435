import { ServiceError } from "../base/errors";
import type { Hdfs } from "../hdfs/hdfs";

/** Where a directory that can't be moved or removed for its snapshots is, and what is in the way. */
export interface Snapshots {
  readonly path: string;
  /** Names of its snapshots; none where they are merely allowed, which is enough to keep it from being moved. */
  readonly names: readonly string[];
}

/** The snapshots of a directory that may have some. */
export async function readSnapshots(hdfs: Hdfs, path: string): Promise<Snapshots> {
  return { path, names: (await hdfs.list(`${path}/.snapshot`)).map(({ name }) => name) };
}

/** Says why a directory can't be replaced, and how to change that. */
export function explainSnapshots({ path, names }: Snapshots): string {
  const received = names.length > 0 ? listNames(names) : "one that allows them";
  return `hdfs ${path}: expected a directory without snapshots, since HDFS moves none that has or allows them, received ${received}; take them of the lake's directory instead, and here: ${adviseRemoval({ path, names })}`;
}

/** Says what it means that a lake to be deleted has snapshots, and how to remove them. */
export function keptBySnapshots(snapshots: Snapshots): ServiceError {
  const { path, names } = snapshots;
  return new ServiceError(
    `hdfs ${path}: expected a directory without snapshots, received ${listNames(names)}: each keeps what was there when it was taken, and HDFS deletes nothing that has one; nothing is deleted, the topic neither. If they may go: ${adviseRemoval(snapshots)}; then run it again`,
  );
}

/** The commands of Hadoop; the last one is a superuser's. */
function adviseRemoval({ path, names }: Snapshots): string {
  const removals = names.map((name) => `hdfs dfs -deleteSnapshot ${path} ${name}`);
  const shown = removals.length > 3 ? [...removals.slice(0, 3), "and so on"] : removals;
  return [...shown, `hdfs dfsadmin -disallowSnapshot ${path}`].join(", ");
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return `${names.length} (${shown}${names.length > 5 ? ", ..." : ""})`;
}

import { ServiceError } from "../base/errors";
import type { Hdfs, HdfsEntry } from "../hdfs/hdfs";
import { toPartNumber } from "./commit-file";
import { keptBySnapshots, readSnapshots } from "./snapshots";

/** The name of the snapshot that is the version of a commit. */
export function versionName(number: number): string {
  return `version-${toPartNumber(number)}`;
}

/** The commit's number in a version's name; undefined for any other snapshot. */
export function versionNumber(name: string): number | undefined {
  const match = /^version-(\d{8,})$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** The name that a version has while it is removed, so that a pin that comes meanwhile is seen. */
export function expiringName(number: number): string {
  return `expiring-${toPartNumber(number)}`;
}

/** The commit's number in the name of a version that is being removed; undefined for any other snapshot. */
export function expiringNumber(name: string): number | undefined {
  const match = /^expiring-(\d{8,})$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** A version that somebody needs, so that it is never removed. */
export interface Pin {
  /** What it is called. */
  readonly name: string;
  /** The commit's number. */
  readonly version: number;
  readonly owner: string;
  /** ISO 8601, UTC */
  readonly pinnedAt: string;
}

/** The directory of the pins, in a lake's. A pin is a directory in it, which is made in one step or not at all. */
export const pinsDirectory = "_pins";

/** What a pin's directory is called. */
export function toPinEntry({ name, version }: Pick<Pin, "name" | "version">): string {
  return `${toPartNumber(version)}.${name}`;
}

/** The pins of a lake at this path, oldest version first. */
export async function readPinsAt(hdfs: Hdfs, lakeDir: string): Promise<Pin[]> {
  return (await hdfs.list(`${lakeDir}/${pinsDirectory}`)).flatMap(({ name: entry, owner, modifiedMs }) => {
    const [, version, name] = /^(\d{8,})\.(.+)$/.exec(entry) ?? [];
    if (version === undefined || name === undefined) return [];
    return [{ name, version: Number(version), owner, pinnedAt: new Date(modifiedMs).toISOString() }];
  });
}

/**
 * Removes the versions of a lake at this path, so that it can be deleted. Throws, nothing being removed, where one is
 * pinned, or where there are snapshots that are none of ours.
 */
export async function removeVersions(hdfs: Hdfs, lakeDir: string): Promise<void> {
  const { names } = await readSnapshots(hdfs, lakeDir);
  const isOurs = (name: string) => (versionNumber(name) ?? expiringNumber(name)) !== undefined;
  const others = names.filter((name) => !isOurs(name));
  if (others.length > 0) throw keptBySnapshots({ path: lakeDir, names: others });
  const [pin, ...more] = names.length > 0 ? await readPinsAt(hdfs, lakeDir) : [];
  if (pin) throw keptByPin(lakeDir, pin, more.length);
  for (const name of names) await hdfs.deleteSnapshot(lakeDir, name);
}

function keptByPin(lakeDir: string, { name, version, owner }: Pin, moreCount: number): ServiceError {
  const more = moreCount > 0 ? ` and ${moreCount} more` : "";
  return new ServiceError(
    `hdfs ${lakeDir}: expected versions that nobody needs, received version ${version}, which ${owner} has pinned as "${name}"${more}; nothing is deleted, the topic neither. If it may go: npx user-activity versions unpin ${name}; then run it again`,
  );
}

/**
 * Removes what is in a directory, and the versions of it. What a lander goes by is removed last, so that a reset that is
 * cut is seen. Throws, nothing being removed, as removeVersions does.
 */
export async function emptyDirectory(hdfs: Hdfs, lakeDir: string): Promise<boolean> {
  const entries = await hdfs.list(lakeDir);
  for (const { path, type } of entries) {
    if (type !== "directory" || !(await hdfs.access(path))?.isSnapshottable) continue;
    const snapshots = await readSnapshots(hdfs, path);
    if (snapshots.names.length > 0) throw keptBySnapshots(snapshots);
  }
  await removeVersions(hdfs, lakeDir);
  const isLast = ({ name }: HdfsEntry) => name === "_commits";
  const ordered = [...entries.filter((entry) => !isLast(entry)), ...entries.filter(isLast)];
  for (const { path } of ordered) await hdfs.remove(path, { recursive: true });
  return entries.length > 0;
}

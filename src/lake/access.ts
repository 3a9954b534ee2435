import { resolve } from "node:path/posix";
import { ServiceError } from "../base/errors";
import type { HdfsAccess } from "../hdfs/access";
import { isDenied, isMissing, isSourceMissing } from "../hdfs/errors";
import type { Lake } from "./lake";
import { explainSnapshots, readSnapshots } from "./snapshots";

/** A folder out of sight, for files that are to stand in a directory of the lake. */
export interface StagingFolder {
  /** Relative to the lake. */
  readonly path: string;
  /** The mode of a file in it. */
  readonly mode: string;
  /** Whether snapshots may be taken of the directory that its files are to stand in. */
  readonly isSnapshottable?: boolean;
}

/**
 * Makes a folder below `_tmp` whose files come out as if they had been made in `directory` ("" for the lake's own): HDFS
 * gives them that group and those default entries for access. Nobody can read them earlier who could not later.
 */
export async function openStaging(lake: Lake, directory: string, path: string): Promise<StagingFolder> {
  const access = await lake.hdfs.access(resolve(lake.at(directory)));
  if (access) await makeLike(lake, { directory, path }, access);
  return { path, mode: toFileMode(access), isSnapshottable: access?.isSnapshottable ?? false };
}

/** As HDFS has it, 644; nothing of it that the directory denies, unless its default entries say so themselves. */
function toFileMode(access?: HdfsAccess): string {
  if (!access || access.acl.some((entry) => entry.startsWith("default:"))) return "644";
  return (Number.parseInt(access.mode, 8) & 0o644).toString(8).padStart(3, "0");
}

/** A directory, and another that is to be like it; both relative to the lake. */
interface Likeness {
  readonly directory: string;
  readonly path: string;
}

const groupTries = 3;

async function makeLike(lake: Lake, likeness: Likeness, access: HdfsAccess): Promise<void> {
  const path = lake.at(likeness.path);
  let made = await lake.hdfs.access(path);
  if (!made) await lake.hdfs.makeDirectory(path);
  made ??= await lake.hdfs.access(path);
  for (let tries = 0; made?.group !== access.group; tries++) {
    if (tries === groupTries) throw otherGroup(path, access.group);
    await makeInside(lake, likeness);
    made = await lake.hdfs.access(path);
  }
  const isLike = made.mode === access.mode && String(made.acl) === String(access.acl);
  if (!isLike) await lake.hdfs.setModeAndAcl(path, access);
}

/** To change a directory's group takes a member of it; to be made where it rules takes none. */
async function makeInside(lake: Lake, { directory, path }: Likeness): Promise<void> {
  const seed = resolve(lake.at(directory), "_new"); // what a killed run has left serves the next one
  await lake.hdfs.makeDirectory(seed);
  await lake.hdfs.remove(lake.at(path)); // a full one is refused
  await lake.hdfs.rename(seed, lake.at(path)).catch((error: Error) => {
    if (!isSourceMissing(error)) throw error; // else another run has taken it
  });
}

function otherGroup(path: string, group: string): ServiceError {
  return new ServiceError(
    `hdfs ${path}: expected group "${group}", received another; does somebody change the groups of this lake? Run it again`,
  );
}

/** A directory that can take the place of another, or why there is none that can, with what to do. */
export type Twin = StagingFolder | { readonly refusal: string };

/**
 * Makes, out of sight, a directory that can take the place of `directory`: of its owner, group, mode, access control
 * list and extended attributes, so far as this user sees them.
 */
export async function makeTwin(lake: Lake, directory: string, path: string): Promise<Twin> {
  const from = lake.at(directory);
  const access = await lake.hdfs.access(from);
  if (!access) return openStaging(lake, directory, path);
  if (access.isSnapshottable) return { refusal: explainSnapshots(await readSnapshots(lake.hdfs, from)) };
  try {
    await makeLike(lake, { directory, path }, access);
    await copyOwnership(lake, { from, to: lake.at(path) }, access);
  } catch (error) {
    if (!isDenied(error)) throw error;
    const { message } = error as Error;
    return { refusal: `hdfs ${from}: no directory like it can take its place: ${message}` };
  }
  return { path, mode: toFileMode(access) };
}

/** A table that no other can take the place of; nothing is changed. */
export class IrreplaceableError extends ServiceError {
  override readonly name = "ServiceError";

  constructor(
    /** Relative to the lake. */
    readonly directory: string,
    reason: string,
  ) {
    super(`${reason}; the tables stay as they are`);
  }
}

/** Throws an IrreplaceableError where snapshots stand in the way of replacing one of these directories. */
export async function checkReplaceable(lake: Lake, directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    const path = lake.at(directory);
    if (!(await lake.hdfs.access(path))?.isSnapshottable) continue;
    throw new IrreplaceableError(directory, explainSnapshots(await readSnapshots(lake.hdfs, path)));
  }
}

/** Gives a directory what another has by now, its group apart, which only a member of it could give. */
export async function copyAccess(lake: Lake, paths: { from: string; to: string }): Promise<void> {
  const access = await lake.hdfs.access(paths.from);
  if (!access) return;
  await lake.hdfs.setModeAndAcl(paths.to, access);
  await copyOwnership(lake, paths, access);
}

async function copyOwnership(
  { hdfs }: Lake,
  { from, to }: { from: string; to: string },
  { owner }: HdfsAccess,
): Promise<void> {
  // one that another run is swapping is away for a moment; its access is copied again when this one is placed
  const attributes = await hdfs.attributes(from).catch((error: Error) => {
    if (!isMissing(error)) throw error;
  });
  if (attributes) await hdfs.setAttributes(to, attributes);
  if ((await hdfs.access(to))?.owner !== owner) await hdfs.setOwner(to, owner); // at last: then it is another's
}

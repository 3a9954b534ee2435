import { existsSync, mkdirSync, renameSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { ServiceError } from "./errors";

/**
 * Makes the folder if it isn't there and makes sure that it can be written to, with `bytes` left on its disk (default 0).
 * Throws a ServiceError that says what stands in the way and what to do.
 */
export function prepareFolder(path: string, bytes = 0): void {
  const probe = join(path, `.probe-${process.pid}`);
  try {
    createFolder(path);
    writeFileSync(probe, Buffer.alloc(4096));
  } catch (error) {
    throw toFolderError(path, error as NodeJS.ErrnoException);
  } finally {
    removeQuietly(probe);
  }
  const { bavail, bsize } = statfsSync(path);
  if (bavail * bsize < bytes) throw fullError(path, bavail * bsize, bytes);
}

/** Removes all that is in the folder, or makes it. */
export function emptyFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
  createFolder(path);
}

/**
 * Makes the folder and its parents, those that are missing; throws what the system says. Not by "recursive": with it Node
 * says of a read-only file system that nothing is there, and tries for ever where no folder can be made, as in /proc.
 */
export function createFolder(path: string): void {
  if (isFolder(path)) return;
  if (path !== dirname(path)) createFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (!isFolder(path)) throw error; // another process may have made it
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Says of an error of the file system what it means for this folder and what to do. */
export function toFolderError(path: string, cause: NodeJS.ErrnoException): Error {
  switch (cause.code) {
    case "ENOSPC":
    case "EDQUOT":
      return new ServiceError(`${path}: no space left on its disk; free some and run the command again`, {
        cause,
      });
    case "EROFS":
      return new ServiceError(
        `${path}: expected a folder to write to, received a read-only file system; move the project to a disk that can be written to`,
        { cause },
      );
    case "EACCES":
    case "EPERM":
      return new ServiceError(
        `${path}: expected a folder that ${userInfo().username} may write to, received ${cause.code}; change its owner or its permissions`,
        { cause },
      );
    case "EEXIST":
    case "ENOTDIR":
      return new ServiceError(
        `${findFileIn(path)}: expected a folder, received a file; move it away and run the command again`,
        { cause },
      );
    case "ENOENT":
      return new ServiceError(
        `${path}: expected a place where a folder can be made, received none; name another in USER_ACTIVITY_LOCAL_DIR`,
        { cause },
      );
    default:
      return cause;
  }
}

/** Writes a file whole or not at all: whoever reads it meanwhile finds the old contents or the new ones. */
export function writeWhole(path: string, text: string): void {
  const staged = `${path}.${process.pid}`;
  writeFileSync(staged, text);
  renameSync(staged, path);
}

function fullError(path: string, freeBytes: number, bytes: number): ServiceError {
  const [free, needed] = [freeBytes, bytes].map((one) => `${Math.floor(one / 2 ** 20)} MB`);
  return new ServiceError(
    `${path}: expected ${needed} free on its disk, received ${free}; free some and run the command again`,
  );
}

/** The part of the path that exists and is no folder. */
function findFileIn(path: string): string {
  for (let part = path; part !== dirname(part); part = dirname(part)) {
    if (existsSync(part)) return statSync(part).isDirectory() ? path : part;
  }
  return path;
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // it couldn't be made either: what stood in the way is told by the first error
  }
}

import { createHash } from "node:crypto";
import { rmdir } from "node:fs/promises";
import { join } from "node:path";
import { type LockOptions, withLock } from "../base/locks";
import { localDir } from "../base/paths";

/**
 * Runs `work` while no other process of this project on this machine publishes the same file (by its digest) to a topic
 * of this name; waits until then. What the topic holds of the file may be read and added to in it, without doubles.
 */
export async function withFileLock<T>(
  { topic, sha256 }: { readonly topic: string; readonly sha256: string },
  work: () => Promise<T>,
  options: LockOptions,
): Promise<T> {
  const name = createHash("sha256").update(`${topic}\0${sha256}`).digest("hex").slice(0, 16);
  const folder = join(localDir, "publishing", name);
  try {
    return await withLock(folder, work, options);
  } finally {
    await rmdir(folder).catch(() => undefined); // others wait in it
  }
}

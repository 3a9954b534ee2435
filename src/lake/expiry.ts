import { isDenied } from "../hdfs/errors";
import type { Commit } from "./commit-file";
import { selectDue } from "./keeping";
import { directoryOf, type Lake } from "./lake";
import { pruneCommits } from "./placing";
import { listSnapshots } from "./snapshots";
import { expiringName, expiringNumber, readPinsAt, versionName } from "./version-names";
import { toVersions } from "./versions";

/** Removes commit files that are far behind the last one, and versions that nobody needs any more. */
export async function pruneLake(lake: Lake, last: Commit, nowMs = Date.now()): Promise<void> {
  await pruneCommits(lake, last);
  await expireVersions(lake, nowMs).catch((error: Error) => {
    if (!isDenied(error)) throw error; // they are another user's to remove
  });
}

/**
 * Removes versions that are due. Each is renamed first, and the pins are looked at after that: who pins a version makes
 * the pin, then looks whether the version is there under its name. So a pin is seen here, or its maker sees that it is
 * too late.
 */
export async function expireVersions(lake: Lake, nowMs: number): Promise<void> {
  const { hdfs, versions: versioning } = lake;
  if (!versioning) return;
  const directory = directoryOf(lake);
  const { keep } = versioning;
  const entries = await listSnapshots(hdfs, directory);
  if (entries.length === 0) return;
  const pinned = await readPinned(lake);
  const due = selectDue(toVersions(entries), { keep, nowMs, pinned });
  const leaving = entries.flatMap(({ name }) => expiringNumber(name) ?? []); // by who was ended amid this
  for (const { number } of due) {
    if (await hdfs.renameSnapshot(directory, versionName(number), expiringName(number))) leaving.push(number);
  }
  if (leaving.length === 0) return;
  const pinnedNow = await readPinned(lake);
  for (const number of leaving) {
    if (pinnedNow.has(number))
      await hdfs.renameSnapshot(directory, expiringName(number), versionName(number));
    else await hdfs.deleteSnapshot(directory, expiringName(number));
  }
}

async function readPinned(lake: Lake): Promise<ReadonlySet<number>> {
  const pins = await readPinsAt(lake.hdfs, directoryOf(lake));
  return new Set(pins.map(({ version }) => version));
}

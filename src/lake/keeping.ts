/** What becomes of a lake's versions. */
export interface Versioning {
  /** How many are kept at the least; 0: none are made. */
  readonly keep: number;
  /** Why none could be made when it was last tried; undefined where one was made, or none was tried. */
  refusal: string | undefined;
}

/** How many versions are kept at the least, unless somebody says otherwise. */
export const keptVersions = 20;

/** A version younger than this stays, however many there are, up to `mostVersions`. */
const keptMs = 24 * 3600_000;
/** The NameNode keeps 65,536 snapshots of all directories, and a listing of them has its price. */
const mostVersions = 10_000;

/** Which versions stay: the last `keep`, those younger than a day, and those that are pinned. */
export interface Keeping {
  readonly keep: number;
  readonly nowMs: number;
  /** Their numbers. */
  readonly pinned: ReadonlySet<number>;
}

/** The versions that are to go, of all that there are, oldest first. `takenMs`: ms UTC. */
export function selectDue<V extends { readonly number: number; readonly takenMs: number }>(
  versions: readonly V[],
  { keep, nowMs, pinned }: Keeping,
): V[] {
  return versions.filter(({ number, takenMs }, index) => {
    const newer = versions.length - 1 - index;
    if (newer < keep || pinned.has(number)) return false;
    return newer >= mostVersions || nowMs - takenMs >= keptMs;
  });
}

import { forEach, type Point } from "./kills";

/** Every how many cases Python recomputes the tables, beside this project's own verify. */
export const independentEvery = 12;
/** Where many processes share few cores, a connection may break that nobody has killed. */
export const retry = { giveUpMs: 60_000 };
/** The call to HDFS by which a commit counts. */
export const commit = "^rename .*_commits/";

/**
 * Before every call that writes (which is after the one before it), before one in sixteen of those that read, since they
 * change nothing, and while one in eight of them is under way, some ms later each time; what lies between the third
 * commit and the fourth is left out, being what lies between the second and the third.
 */
export function pointsOf(calls: readonly string[]): Point[] {
  return calls.flatMap((call, index): Point[] => {
    if (countCommits(calls.slice(0, index)) === 3) return [];
    if (/^(list|stat|read|access|attributes) /.test(call) && index % 16 !== 0) return [];
    const before: Point = { call: index + 1, when: "before" };
    const amid: Point = { call: index + 1, when: "amid", ms: 1 + (index % 9) };
    return index % 8 === 2 ? [before, amid] : [before];
  });
}

/** Returns how many were killed; the others had ended before. */
export async function killEach<T>(points: readonly T[], kill: (point: T, index: number) => Promise<boolean>) {
  let killed = 0;
  await forEach(points, async (point, index) => {
    if (await kill(point, index)) killed++;
  });
  return killed;
}

export function countCommits(calls: readonly string[]): number {
  return calls.filter((call) => new RegExp(commit).test(call)).length;
}

import type { Hdfs } from "user-activity/dist/hdfs";
import type { Lake } from "user-activity/dist/lake";

/** What a lake that ended early throws. */
export const pulled = "the plug was pulled";

type Call = (...args: never[]) => Promise<unknown>;

/** Calls HDFS as the lake does, with `around` told the number of each call, from 1, and given the call itself. */
export function wrapLake(
  lake: Lake,
  around: (number: number, call: () => Promise<unknown>) => Promise<unknown>,
): Lake {
  let calls = 0;
  const wrap =
    (work: Call) =>
    (...args: never[]) =>
      around(++calls, () => work(...args));
  const hdfs = Object.fromEntries(
    Object.entries(lake.hdfs).map(([name, work]) => [name, wrap(work as Call)]),
  );
  return { ...lake, hdfs: hdfs as unknown as Hdfs };
}

/** Throws after the n-th call and at all later ones, as if the process had ended there. */
export function endAfter(lake: Lake, last: number): Lake {
  return wrapLake(lake, async (number, call) => {
    const answer = number <= last ? await call() : undefined;
    if (number >= last) throw new Error(pulled);
    return answer;
  });
}

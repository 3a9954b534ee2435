import type { Config } from "user-activity/dist/base/config";
import type { Hdfs } from "user-activity/dist/hdfs/hdfs";
import { type Lake, openLake } from "user-activity/dist/lake/lake";

/** What a lake that ended early throws. */
export const pulled = "the plug was pulled";

type Call = (...args: never[]) => Promise<unknown>;

/**
 * Calls HDFS as the lake does, with `around` told the number of each call, from 1, given the call itself, and told what
 * it is: its name and its paths, as in "rename /lake/a /lake/b".
 */
export function wrapLake(
  lake: Lake,
  around: (number: number, call: () => Promise<unknown>, what: string) => Promise<unknown>,
): Lake {
  let calls = 0;
  const wrap =
    (name: string, work: Call) =>
    (...args: never[]) => {
      const paths = args.filter((argument) => typeof argument === "string");
      return around(++calls, () => work(...args), [name, ...paths].join(" "));
    };
  const hdfs = Object.fromEntries(
    Object.entries(lake.hdfs).map(([name, work]) => [name, wrap(name, work as Call)]),
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

/** A lake in which `work` is done, once, before or after the n-th call to HDFS that matches. */
export function interject(config: Config, point: Interjection): Lake {
  const { what, nth = 1, when, work } = point;
  let matching = 0;
  return wrapLake(openLake(config.hdfs), async (_, call, told) => {
    if (!what.test(told) || ++matching !== nth) return call();
    if (when === "before") await work();
    const answer = await call();
    if (when === "after") await work();
    return answer;
  });
}

export interface Interjection {
  readonly what: RegExp;
  readonly nth?: number;
  readonly when: "before" | "after";
  readonly work: () => Promise<unknown>;
}

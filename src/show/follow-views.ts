import type { DataFrame } from "danfojs-node";
import type { LakeState } from "../lake/commit-file";
import type { FollowProgress } from "../landing/follow";
import { type TableName, tables } from "../tables/tables";
import type { Bar } from "./figures";
import { toFrame } from "./frames";

/**
 * A run that follows as a frame of two columns, what and now: messages consumed and landed, lag, and the rows of each
 * table; unless `isOver` also what differs from run to run, which is rate and commits.
 */
export function followFrame(progress: FollowProgress, isOver: boolean): DataFrame {
  const { consumed, lag, state } = progress;
  return toFrame([
    { what: "messages consumed by this run", now: consumed },
    { what: "messages landed, in all", now: state.counts.consumed },
    { what: "lag: published and not landed", now: lag },
    ...(isOver ? [] : pulseOf(progress)),
    ...(Object.keys(tables) as TableName[]).map((table) => ({
      what: `rows of ${table}`,
      now: state.rowCounts[table],
    })),
  ]);
}

function pulseOf({ perSecond, commit, committedAt }: FollowProgress) {
  const agoMs = Math.max(0, Date.now() - Date.parse(committedAt));
  return [
    { what: "messages per second", now: perSecond },
    { what: "number of the last commit", now: commit },
    { what: "ms since the last commit", now: agoMs },
  ];
}

/** The courses with the most graded attempts, at most `count` of them, most first, those with as many by name. */
export function busiestCourses({ courses }: Pick<LakeState, "courses">, count: number): Bar[] {
  return Object.entries(courses)
    .map(([label, { n }]) => ({ label, value: n }))
    .sort((a, b) => b.value - a.value || (a.label < b.label ? -1 : 1))
    .slice(0, count);
}

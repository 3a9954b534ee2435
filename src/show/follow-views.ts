import type { DataFrame } from "danfojs-node";
import type { LakeState } from "../lake/commit-file";
import type { FollowProgress } from "../landing/follow";
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
    ...Object.entries(state.rowCounts).map(([table, now]) => ({ what: `rows of ${table}`, now })),
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
export function busiestCourses({ summaries }: Pick<LakeState, "summaries">, count: number): Bar[] {
  return Object.values(summaries.course_ID ?? {})
    .map(({ group, count: value }) => ({ label: String(group.exam_name), value }))
    .sort((a, b) => b.value - a.value || (a.label < b.label ? -1 : 1))
    .slice(0, count);
}

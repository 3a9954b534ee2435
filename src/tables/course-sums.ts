import { type Moments, mergeMoments, stddevOf } from "../base/moments";
import type { CourseRow } from "./tables";

/**
 * Running sums over the scores of one exam_name: count, mean, sum of squared distances from the mean, extremes, and
 * the first and last start (ms UTC). Plain numbers, so they survive JSON; merged in any order they give the same
 * figures but for rounding.
 */
export interface CourseSums extends Moments {
  readonly firstStartedAt: number;
  readonly lastStartedAt: number;
}

/** Adds one graded score (0 to 1) and its start (ms UTC) to the sums so far; undefined where there are none. */
export function addScore(sums: CourseSums | undefined, score: number, startedAtMs: number): CourseSums {
  const one = { n: 1, mean: score, m2: 0, min: score, max: score };
  return mergeSums(sums, { ...one, firstStartedAt: startedAtMs, lastStartedAt: startedAtMs });
}

/** Merges the sums of two disjoint sets of grades. */
export function mergeSums(a: CourseSums | undefined, b: CourseSums): CourseSums {
  if (!a) return b;
  return {
    ...mergeMoments(a, b),
    firstStartedAt: Math.min(a.firstStartedAt, b.firstStartedAt),
    lastStartedAt: Math.max(a.lastStartedAt, b.lastStartedAt),
  };
}

/** Makes the sums of one exam_name a row of course_ID; the standard deviation (n - 1) of one score is null. */
export function toCourseRow(examName: string, sums: CourseSums): CourseRow {
  return {
    exam_name: examName,
    attempts: sums.n,
    average_score: sums.mean,
    stddev_score: stddevOf(sums),
    min_score: sums.min,
    max_score: sums.max,
    first_started_at: sums.firstStartedAt,
    last_started_at: sums.lastStartedAt,
  };
}

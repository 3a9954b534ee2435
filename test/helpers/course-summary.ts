import assert from "node:assert/strict";
import { shippedContract } from "user-activity/dist/contract/shipped";
import { compileSummary, type GroupSums } from "user-activity/dist/contract/summaries";
import type { CourseRow } from "user-activity/dist/tables/tables";

/** The shipped contract's course_ID. */
export const courseSummary = compileSummary(
  shippedContract.summaries.find(({ name }) => name === "course_ID") ?? assert.fail("no course_ID"),
);

/** Adds a score and its start (ms UTC) to the sums of a course so far. */
export function addScore(
  sums: GroupSums | undefined,
  score: number,
  startedAt: number,
  course = "any",
): GroupSums {
  return courseSummary.add(sums, { exam_name: course, score, started_at: startedAt });
}

/** The sums as a row of course_ID. */
export function toCourseRow(sums: GroupSums): CourseRow {
  return courseSummary.toRow(sums) as unknown as CourseRow;
}

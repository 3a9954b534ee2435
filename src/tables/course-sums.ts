import { canonicalJson } from "../base/json";
import type { Moments } from "../base/moments";
import type { ColumnSums, GroupSums } from "../contract/summaries";

/** Sums over the scores of one exam_name, as commits up to format 3 kept them: of starts (ms UTC) the first and last. */
export interface CourseSums extends Moments {
  readonly firstStartedAt: number;
  readonly lastStartedAt: number;
}

/** Makes such sums those of a group of course_ID, by the group's key. Sum and mean of starts were not kept. */
export function toGroupSums(examName: string, sums: CourseSums): [key: string, GroupSums] {
  const { n, mean, m2, min, max, firstStartedAt, lastStartedAt } = sums;
  const score: ColumnSums = { n, mean, m2, min, max, sum: n * mean };
  const startedAt = { n, mean: 0, m2: 0, sum: 0, min: firstStartedAt, max: lastStartedAt };
  const group = { exam_name: examName };
  return [canonicalJson([examName]), { group, count: n, columns: { score, started_at: startedAt } }];
}

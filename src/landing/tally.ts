import type { GradeValues } from "../events/grades";
import { fingerprintSchemas, type Outcome } from "../events/outcomes";
import type { Schema } from "../events/schema";
import type { Counts, LakeState } from "../lake/commit-file";
import type { Gap } from "../lake/gaps";
import type { StagedFile } from "../lake/staging";
import { addScore, type CourseSums } from "../tables/course-sums";
import { schemaVersion } from "../tables/tables";

/** Counts what the messages of a batch come to, on top of what has been committed before. */
export interface Tally {
  /** Of this batch alone. */
  readonly counts: () => Counts;
  /** Counts a message; the partition's next offset is then the one behind it. */
  readonly add: (outcome: Outcome) => void;
  /** Passes offsets that hold no message, up to `next` (exclusive). */
  readonly moveTo: (partition: number, next: bigint) => void;
  /** Has a partition that nothing has been landed of begin at its earliest offset, so that a later hole is seen. */
  readonly begin: (partition: number, low: bigint) => void;
  /** By partition: the offset that is to come next. */
  readonly offsets: () => LakeState["offsets"];
  /** Passes offsets that are gone, and keeps on record that they were. */
  readonly skip: (gap: Gap) => void;
  /** Whether any offset is passed. */
  readonly hasAdvanced: () => boolean;
  /** By exam_name: what was committed before and this batch. */
  readonly courses: () => Readonly<Record<string, CourseSums>>;
  /** What the lake is once the staged files count. */
  readonly toState: (staged: readonly StagedFile[], schema?: Schema<GradeValues>) => LakeState;
}

/** Creates the count of a batch that follows `before`. */
export function createTally(before: LakeState): Tally {
  const counts = { consumed: 0, graded: 0, duplicates: 0, quarantined: 0 };
  const courses: Record<string, CourseSums> = Object.assign(Object.create(null), before.courses);
  const progress = createProgress(before);
  let crossing = before.crossingConflicts ?? 0;
  let late = before.late;
  const warnings: Record<string, number> = { ...before.warnings };
  return {
    ...progress,
    counts: () => counts,
    add: ({ kind, grade, raw, isCrossing, isLate, ...outcome }) => {
      counts.consumed++;
      if (isCrossing) crossing++;
      if (isLate && late !== undefined) late++;
      counts[kind === "duplicate" ? "duplicates" : kind]++;
      if (grade) courses[grade.exam_name] = addScore(courses[grade.exam_name], grade.score, grade.started_at);
      for (const { by } of outcome.warnings) warnings[by] = (warnings[by] ?? 0) + 1;
      progress.moveTo(raw.partition, raw.offset + 1n);
    },
    courses: () => courses,
    toState: (staged, schema) => {
      const isFirst = before.counts.consumed === 0;
      const gaps = progress.gaps();
      const fingerprint = isFirst ? fingerprintSchemas(schema) : before.schema;
      return {
        ...before,
        version: schemaVersion,
        offsets: progress.offsets(),
        counts: addCounts(before.counts, counts),
        rowCounts: addRows(before.rowCounts, staged),
        courses,
        ...(gaps.length > 0 ? { gaps } : {}),
        ...(fingerprint ? { schema: fingerprint } : {}),
        ...(crossing > 0 ? { crossingConflicts: crossing } : {}),
        ...(late === undefined ? {} : { late }),
        ...(Object.keys(warnings).length > 0 ? { warnings } : {}),
      };
    },
  };
}

/** Where a batch stands in each partition, and what it has passed as gone. */
function createProgress(before: LakeState) {
  const offsets: Record<string, string> = { ...before.offsets };
  const begun: Record<string, string> = {};
  const gaps: Gap[] = [...(before.gaps ?? [])];
  const moveTo = (partition: number, next: bigint) => {
    offsets[partition] = next.toString();
  };
  return {
    moveTo,
    begin: (partition: number, low: bigint) => {
      begun[partition] = `${low}`;
      offsets[partition] ??= `${low}`;
    },
    offsets: () => ({ ...offsets }),
    gaps: () => [...gaps],
    skip: (gap: Gap) => {
      gaps.push(gap);
      moveTo(gap.partition, BigInt(gap.to));
    },
    hasAdvanced: () =>
      Object.entries(offsets).some(
        ([partition, offset]) => offset !== (before.offsets[partition] ?? begun[partition]),
      ),
  };
}

/** course_ID is written anew each time, the other tables grow. */
function addRows(before: LakeState["rowCounts"], staged: readonly StagedFile[]): LakeState["rowCounts"] {
  const rowCounts = { ...before };
  for (const { table, rowCount } of staged) {
    if (table !== "index") rowCounts[table] = rowCount + (table === "course_ID" ? 0 : rowCounts[table]);
  }
  return rowCounts;
}

function addCounts(a: Counts, b: Counts): Counts {
  return {
    consumed: a.consumed + b.consumed,
    graded: a.graded + b.graded,
    duplicates: a.duplicates + b.duplicates,
    quarantined: a.quarantined + b.quarantined,
  };
}

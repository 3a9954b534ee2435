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
  const offsets: Record<string, string> = { ...before.offsets };
  const courses: Record<string, CourseSums> = Object.assign(Object.create(null), before.courses);
  const gaps: Gap[] = [...(before.gaps ?? [])];
  let crossing = before.crossingConflicts ?? 0;
  let late = before.late;
  const moveTo = (partition: number, next: bigint) => {
    offsets[partition] = next.toString();
  };
  return {
    counts: () => counts,
    add: ({ kind, grade, raw, isCrossing, isLate }) => {
      counts.consumed++;
      if (isCrossing) crossing++;
      if (isLate && late !== undefined) late++;
      counts[kind === "duplicate" ? "duplicates" : kind]++;
      if (grade) courses[grade.exam_name] = addScore(courses[grade.exam_name], grade.score, grade.started_at);
      moveTo(raw.partition, raw.offset + 1n);
    },
    moveTo,
    offsets: () => ({ ...offsets }),
    skip: (gap) => {
      gaps.push(gap);
      moveTo(gap.partition, BigInt(gap.to));
    },
    hasAdvanced: () =>
      Object.keys(offsets).some((partition) => offsets[partition] !== before.offsets[partition]),
    courses: () => courses,
    toState: (staged, schema) => {
      const isFirst = before.counts.consumed === 0;
      const fingerprint = isFirst ? fingerprintSchemas(schema) : before.schema;
      return {
        ...before,
        version: schemaVersion,
        offsets: { ...offsets },
        counts: addCounts(before.counts, counts),
        rowCounts: addRows(before.rowCounts, staged),
        courses,
        ...(gaps.length > 0 ? { gaps: [...gaps] } : {}),
        ...(fingerprint ? { schema: fingerprint } : {}),
        ...(crossing > 0 ? { crossingConflicts: crossing } : {}),
        ...(late === undefined ? {} : { late }),
      };
    },
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

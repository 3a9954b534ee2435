import type { GradeRow, Origin } from "../tables/tables";
import { type Enforced, enforceSchema } from "./enforce";
import type { Field, Schema } from "./schema";

/** What the enforced schema takes from an event: a row of grades_ID but for what follows from it and its origin. */
export type GradeValues = Omit<GradeRow, "score" | keyof Origin>;

/** The enforced schema: what an event must hold to be graded. */
export const gradeSchema: Schema<GradeValues> = {
  name: "grades_ID",
  fields: [
    name("user_exam_id"),
    name("base_exam_id"),
    name("exam_name"),
    { path: "started_at", column: "started_at", type: "TIMESTAMP", nullable: false, coerce: "instant" },
    {
      path: "keen_timestamp",
      column: "recorded_at",
      type: "TIMESTAMP",
      nullable: false,
      coerce: "unix-seconds",
    },
    {
      path: "certification",
      column: "certification",
      type: "BOOLEAN",
      nullable: true,
      coerce: "boolean-text",
    },
    count("correct"),
    count("incorrect"),
    count("incomplete"),
    count("unanswered"),
    count("submitted"),
    count("total", 1),
    { path: "sequences.counts.all_correct", column: "all_correct", type: "BOOLEAN", nullable: false },
  ],
  rules: [{ column: "correct", atMost: "total" }],
};

/** Holds an event to the enforced schema, by default the project's. */
export function enforceGrade(event: unknown, schema = gradeSchema): Enforced<GradeValues> {
  return enforceSchema(schema, event);
}

/** Makes values a row of grades_ID, in the table's column order; the score is correct / total, from 0 to 1. */
export function toGradeRow(values: GradeValues, origin: Origin): GradeRow {
  const { all_correct, ...others } = values;
  const { partition, offset } = origin;
  return { ...others, score: values.correct / values.total, all_correct, partition, offset };
}

function name<C extends keyof GradeValues>(column: C): Field<C> {
  return { path: column, column, type: "STRING", nullable: false, nonEmpty: true };
}

function count<C extends keyof GradeValues>(column: C, min = 0): Field<C> {
  return { path: `sequences.counts.${column}`, column, type: "INT32", nullable: false, min };
}

import type { GradeRow, Origin } from "../tables/tables";
import { schemaOf } from "./contract-schemas";
import { type Enforced, enforceSchema } from "./enforce";
import type { Schema } from "./schema";

/** What the enforced schema takes from an event: a row of grades_ID but for what follows from it and its origin. */
export type GradeValues = Omit<GradeRow, "score" | keyof Origin>;

/** The enforced schema: what an event must hold to be graded, by the shipped contract. */
export const gradeSchema: Schema<GradeValues> = schemaOf("grades_ID");

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

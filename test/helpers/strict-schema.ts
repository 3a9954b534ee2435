import { type GradeValues, gradeSchema } from "user-activity/dist/events/grades";
import type { Schema } from "user-activity/dist/events/schema";

/** Asks for a certification of true or false, which only some of the shipped events have. */
export const strict: Schema<GradeValues> = {
  ...gradeSchema,
  fields: gradeSchema.fields.map((field) =>
    field.column === "certification" ? { ...field, nullable: false } : field,
  ),
};

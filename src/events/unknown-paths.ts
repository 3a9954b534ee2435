import { gradeSchema } from "./grades";
import type { InferredField, InferredSchema } from "./infer";
import { examSchema, optionSchema, questionSchema } from "./questions";

const questions = "sequences.questions[]";

/** Every path that a table takes a value from. */
const taken: readonly string[] = [
  ...[gradeSchema, examSchema].flatMap(({ fields }) => fields.map(({ path }) => path)),
  ...questionSchema.fields.map(({ path }) => `${questions}.${path}`),
  ...optionSchema.fields.map(({ path }) => `${questions}.options[].${path}`),
];

/** What leads to a value that is taken is known too: `sequences.counts`, `sequences.questions`, `sequences.questions[]`. */
const known: ReadonlySet<string> = new Set(taken.flatMap(withParents));

/**
 * Finds the paths of a sample that no schema names: their values stand in raw_data alone, and nobody is refused for
 * them. In the sample's order, parents before children.
 */
export function findUnknownPaths({ fields }: InferredSchema): InferredField[] {
  return fields.filter(({ path }) => !known.has(path));
}

/** `a[].b` as a, a[] and a[].b. */
function withParents(path: string): string[] {
  const steps = path.match(/\[\]|\.?[^.[]+/g) ?? [];
  return steps.map((_, index) => steps.slice(0, index + 1).join(""));
}

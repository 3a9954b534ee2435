/** A step of a path: a key of an object, the elements of an array, or the values of an object whose keys are data. */
export type Step = { readonly key: string } | { readonly each: "[]" | "{}" };

/** The most steps that a path may have: events of people are not nested deeper, and every step costs each event. */
export const maxSteps = 32;

const step = /(\[\]|\{\})|\["((?:[^"\\]|\\.)*)"\]|(?:^|\.)([\p{L}\p{N}_$-]+)/uy;

/** Reads a path such as `sequences.questions[].id` or `answers["a.b"]`; `$` is no step at all. Undefined where it is none. */
export function parsePath(path: string): readonly Step[] | undefined {
  if (path === "$") return [];
  const text = path.startsWith("$.") ? path.slice(2) : path.startsWith("$[") ? path.slice(1) : path;
  const steps: Step[] = [];
  step.lastIndex = 0;
  while (step.lastIndex < text.length) {
    const found = step.exec(text);
    if (!found || steps.length === maxSteps) return undefined;
    const [, each, quoted, word] = found;
    if (each) steps.push({ each: each as "[]" | "{}" });
    else steps.push({ key: word ?? unquote(quoted ?? "") });
  }
  return steps.length > 0 ? steps : undefined;
}

function unquote(quoted: string): string {
  return JSON.parse(`"${quoted}"`) as string;
}

/** The steps of a path; of a text that is none, its keys are what dots part. */
export function stepsOf(path: string): readonly Step[] {
  return parsePath(path) ?? path.split(".").map((key) => ({ key }));
}

/** Writes steps as a path; a key that is no plain word stands in brackets, quoted. */
export function formatPath(steps: readonly Step[]): string {
  if (steps.length === 0) return "$";
  return steps.reduce((path, one) => path + formatStep(one, path === ""), "");
}

/** Joins a path ("" for none) and a key; keys that are no plain words stand in brackets, quoted. */
export function joinKey(path: string, key: string): string {
  return path + formatStep({ key }, path === "");
}

function formatStep(one: Step, isFirst: boolean): string {
  if ("each" in one) return one.each;
  const isEvent = isFirst && one.key === "$"; // that alone would be the event itself
  if (isEvent || !/^[\p{L}\p{N}_$-]+$/u.test(one.key)) return `[${JSON.stringify(one.key)}]`;
  return isFirst ? one.key : `.${one.key}`;
}

/** A path below another, `$` being the other itself. */
export function joinPaths(at: string, path: string): string {
  if (path === "$" || path === "") return at;
  return path.startsWith("[") ? at + path : `${at}.${path}`;
}

/** Whether a path begins with all steps of another. */
export function startsWith(steps: readonly Step[], start: readonly Step[]): boolean {
  return start.length <= steps.length && start.every((one, index) => isSame(one, steps[index]));
}

function isSame(a: Step, b: Step | undefined): boolean {
  if (!b) return false;
  return "each" in a ? "each" in b && a.each === b.each : "key" in b && a.key === b.key;
}

/** Takes a path apart at what has several values: `a[].b` into `a` and `.b`. */
export function partsOf(path: string): string[] {
  const parts = [""];
  for (const one of stepsOf(path)) {
    if ("each" in one) parts.push("");
    else parts[parts.length - 1] += formatStep(one, parts.length === 1 && parts[0] === "");
  }
  return parts;
}

/** A path with a key below it. */
export function below(path: string, key: string): string {
  return formatPath([...(parsePath(path) ?? []), { key }]);
}

/** How many arrays and maps a path goes through. */
export function countArrays(steps: readonly Step[]): number {
  return steps.filter((one) => "each" in one).length;
}

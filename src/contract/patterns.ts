/** Why a pattern is not taken. */
export interface PatternProblem {
  readonly expected: string;
  readonly hint: string;
}

const longest = 500;

/** Says why a pattern is not taken; undefined where it is. */
export function findPatternProblem(pattern: string): PatternProblem | undefined {
  if (pattern.length > longest)
    return { expected: `a pattern of at most ${longest} characters`, hint: "shorten it" };
  try {
    new RegExp(pattern, "u");
  } catch (error) {
    return {
      expected: "a regular expression of ECMAScript",
      hint: (error as Error).message.split(": ").at(-1) ?? "mend it",
    };
  }
  return undefined;
}

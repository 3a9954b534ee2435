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
  return mayBacktrack(pattern)
    ? {
        expected: "a pattern that takes no time without end: no repeated group that repeats or chooses",
        hint: "write it without a + or * behind such a group",
      }
    : undefined;
}

/** What follows a group that may be taken any number of times. */
const repeats = /^(?:[*+]|\{\d*,\d*\})/;

/**
 * Whether a group is repeated in which something repeats or chooses, as in `(a+)+` or `(a|ab)*`, or a part is taken again
 * by its number: such a pattern may try a text in exponentially many ways. It refuses more than need be, never less.
 */
function mayBacktrack(pattern: string): boolean {
  if (/\\[1-9]|\\k</.test(pattern)) return true;
  const plain = pattern.replace(/\\./gsu, "_").replace(/\[[^\]]*\]/g, "_");
  const open: { isRisky: boolean }[] = [{ isRisky: false }];
  for (let at = 0; at < plain.length; at++) {
    const rest = plain.slice(at + 1);
    const inner = open.at(-1);
    if (plain[at] === "(") open.push({ isRisky: false });
    else if (plain[at] === ")" && open.length > 1) {
      const { isRisky } = open.pop() ?? { isRisky: false };
      if (isRisky && repeats.test(rest)) return true;
      const outer = open.at(-1);
      if (outer && (isRisky || repeats.test(rest))) outer.isRisky = true;
    } else if (inner && (plain[at] === "|" || repeats.test(plain.slice(at)))) inner.isRisky = true;
  }
  return countRepeats(plain) > mostRepeats;
}

/** Each further part that repeats multiplies the ways by the text's length. */
const mostRepeats = 4;

function countRepeats(plain: string): number {
  return plain.match(/[*+]|\{\d*,\}/g)?.length ?? 0;
}

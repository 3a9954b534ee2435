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

/** What follows a group or a part that may be taken several times. */
const repeats = /^(?:[*+]|\{\d*,?\d*\})/;
/** What lets a part take more or less: also `?`, but not where that only makes a repetition short or a group special. */
const varies = /[*+|]|\{\d*,\d*\}|(?<![(*+?}])\?/y;

/**
 * Whether a group is repeated in which something repeats or chooses, as in `(a+)+` or `(a|ab)*`, or a part is taken again
 * by its number: such a pattern may try a text in exponentially many ways. It refuses more than need be, never less.
 */
function mayBacktrack(pattern: string): boolean {
  if (/\\[1-9]|\\k</.test(pattern)) return true;
  const plain = plainOf(pattern);
  const open = [{ isRisky: false }];
  for (let at = 0; at < plain.length; at++) {
    const isGroup = plain[at] === ")" && open.length > 1;
    const isRepeated = repeats.test(plain.slice(at + 1));
    varies.lastIndex = at;
    if (plain[at] === "(") open.push({ isRisky: false });
    else if (isGroup || varies.test(plain)) {
      const inner = isGroup ? open.pop() : { isRisky: true };
      if (isGroup && inner?.isRisky && isRepeated) return true;
      const outer = open.at(-1);
      if (outer && (inner?.isRisky || isRepeated)) outer.isRisky = true;
    }
  }
  return (plain.match(/(?<![(*+?}])\?/g)?.length ?? 0) > mostOptional;
}

/** Each further part that may be left out doubles the ways. */
const mostOptional = 12;

/** A pattern without what stands for itself: escapes and classes are one character each. */
function plainOf(pattern: string): string {
  return pattern.replace(/\\./gsu, "_").replace(/\[[^\]]*\]/g, "_");
}

/**
 * The longest text that a pattern is tried on: each part that repeats multiplies the ways by the text's length, as does
 * a pattern that may begin anywhere, and a hundred million ways take a second.
 */
export function mostCharacters(pattern: string): number {
  const plain = plainOf(pattern);
  const repeated = plain.match(/[*+]|\{\d*,\}|\{\d*,?\d{2,}\}/g)?.length ?? 0;
  const ways = repeated + (plain.startsWith("^") || repeated === 0 ? 0 : 1);
  return ways === 0 ? Number.POSITIVE_INFINITY : Math.floor(1e8 ** (1 / ways));
}

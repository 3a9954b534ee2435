import { escapeHtml } from "../base/text";
import { type Bundle, display } from "./display";

/** What a judge says of an answer: true, or in words what is off (no full stop at its end). */
export type Judgement = true | string;

/** What a check cell comes to. */
export type CheckOutcome = "right" | "off" | "open";

/**
 * Judges a reader's answer to an exercise and shows what came of it; it never throws, so that an open exercise does not
 * stop "Restart and run all". An answer that is null or undefined, or whose judging ends in the error that notWritten
 * makes, is open.
 *
 * @param answer a value, or a function that the judge calls
 * @param judge true where the answer is right, else what is off
 */
export async function checkAnswer<T>(
  answer: T | null | undefined,
  judge: (answer: T) => Judgement | Promise<Judgement>,
): Promise<void> {
  display(renderCheck(await judgeAnswer(answer, judge)));
}

/** What checkAnswer shows, before it is drawn. */
export async function judgeAnswer<T>(
  answer: T | null | undefined,
  judge: (answer: T) => Judgement | Promise<Judgement>,
): Promise<{ readonly outcome: CheckOutcome; readonly words: string }> {
  if (answer === null || answer === undefined) return openExercise;
  try {
    const judgement = await judge(answer);
    return judgement === true
      ? { outcome: "right", words: "Right." }
      : { outcome: "off", words: `Not yet: ${judgement}.` };
  } catch (error) {
    if (error instanceof NotWritten) return openExercise;
    return { outcome: "off", words: `Not yet: your code ended with "${(error as Error).message}".` };
  }
}

/** Stands in the stub of a function that the reader is to write. */
export function notWritten(): never {
  throw new NotWritten("not written yet");
}

class NotWritten extends Error {}

const openExercise = {
  outcome: "open",
  words: "Not answered yet: fill in the cell above, run it, then this one.",
} as const;

const signs = { right: "✓", off: "✗", open: "○" } as const;

function renderCheck({ outcome, words }: { outcome: CheckOutcome; words: string }): Bundle {
  const text = `${signs[outcome]} ${words}`;
  return { "text/html": `<p role="status"><b>${escapeHtml(text)}</b></p>`, "text/plain": text };
}

import { escapeHtml, formatCount, formatCountOf, formatMegabytes } from "../base/text";
import type { FetchedPart } from "../sql/part-cache";
import { openSlot } from "./display";

/** Says how far the work is, `tell(1400, 3280)`, or what is under way, `tell("grades_ID")`. */
export type Tell = (now: number | string, total?: number) => void;

/** A bar under way. */
export interface ProgressBar {
  readonly tell: Tell;
  /** Ends it well, with what came of it. */
  readonly done: (text: string) => void;
  /** Ends it badly; the error itself is told by whoever catches it. */
  readonly fail: () => void;
}

/**
 * Runs work with a bar in the notebook's output, which moves in place and ends as one line: what `describe` makes of
 * the result. Where that says nothing of time, the output is the same in every run. Outside of a notebook the line is
 * printed. An error ends the bar and is thrown on.
 */
export async function showProgress<T>(
  title: string,
  work: (tell: Tell) => Promise<T>,
  describe: (result: T) => string,
): Promise<T> {
  const bar = openBar(title);
  try {
    const result = await work(bar.tell);
    bar.done(describe(result));
    return result;
  } catch (error) {
    bar.fail();
    throw error;
  }
}

/** Puts a bar into the notebook's output, at first one of unknown length. */
export function openBar(title: string): ProgressBar {
  const place = openSlot();
  const show = (bar: string, words: string) =>
    place.show({ "text/html": `<div>${bar} ${escapeHtml(words)}</div>`, "text/plain": words });
  const end = (words: string) =>
    place.end({ "text/html": `<div>${escapeHtml(words)}</div>`, "text/plain": words });
  show("<progress></progress>", title);
  return {
    tell: (now, total = 0) => {
      if (typeof now === "string") return show("<progress></progress>", `${title}: ${now}`);
      const isMeasured = total > 0;
      const bar = isMeasured
        ? `<progress value="${now}" max="${total}"></progress>`
        : "<progress></progress>";
      show(bar, isMeasured ? `${title}: ${formatCount(now)} of ${formatCount(total)}` : title);
    },
    done: (result) => end(`✓ ${result}`),
    fail: () => end(`✗ ${title}: failed`),
  };
}

/** Fetches of fewer bytes are done in a second or so; no time is measured, so that the output is the same in every run. */
const shownBytes = 32 * 2 ** 20;

/** Shows a bar once the parts that a query fetched are 32 MiB together, to be ended with the query. */
export function watchFetching() {
  let [parts, bytes] = [0, 0];
  let bar: ProgressBar | undefined;
  const amount = () => `${formatCountOf(parts, "file")}, ${formatMegabytes(bytes)}`;
  return {
    see: (part: FetchedPart) => {
      parts++;
      bytes += part.bytes;
      if (bytes >= shownBytes) bar ??= openBar("fetching the tables");
      bar?.tell(amount());
    },
    end: () => bar?.done(`fetched from HDFS: ${amount()}`),
  };
}

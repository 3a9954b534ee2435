import { formatCount } from "../base/text";
import type { UpgradeProgress } from "../landing/upgrade";

/** ProgressLine of one piece of work, on stderr: a spinner on a terminal, elsewhere one line at the start and, if it ends well, one at the end. */
export interface ProgressLine {
  /** Replaces what is said of the work under way. */
  readonly tell: (text: string) => void;
  /** Says what was reached on the way: as tell does on a terminal, a line of its own elsewhere. */
  readonly step: (text: string) => void;
  /** Says something that is not to be overlooked, in a line of its own. */
  readonly note: (text: string) => void;
  /** Ends it well, with what came of it. */
  readonly done: (text: string) => void;
  /** Ends it badly; the error itself is told by whoever catches it. */
  readonly fail: () => void;
}

/** Starts to tell of a piece of work. */
export async function openProgressLine(text: string): Promise<ProgressLine> {
  if (!process.stderr.isTTY || !process.stderr.columns) return startLines(text); // at 0 columns ora never returns
  const { default: ora } = await import("ora");
  const spinner = ora({ text, discardStdin: false, color: process.env.NO_COLOR ? false : "cyan" }).start();
  const tell = (now: string) => {
    spinner.text = now;
  };
  return {
    tell,
    step: tell,
    note: (line) => {
      spinner.clear();
      process.stderr.write(`${line}\n`);
      spinner.render();
    },
    done: (result) => {
      spinner.succeed(result);
    },
    fail: () => {
      spinner.fail();
    },
  };
}

function startLines(text: string): ProgressLine {
  const write = (line: string) => process.stderr.write(`${line}\n`);
  write(`… ${text}`);
  const step = (line: string) => write(`  ${line}`);
  return {
    tell: () => undefined,
    step,
    note: write,
    done: (result) => write(`✓ ${result}`),
    fail: () => undefined,
  };
}

/** Tells of tables that are brought up to today's columns, and in a line of its own that they were. */
export function tellUpgrade(
  progress: ProgressLine,
  { from, to, rows, total, commit }: UpgradeProgress,
): void {
  if (commit !== null)
    progress.note(`the tables were of version ${from} and are of version ${to} now (commit ${commit})`);
  else progress.tell(`bringing up the tables: ${formatCount(rows)} of ${formatCount(total)} rows`);
}

/** Runs work with its progress told; `describe` gives the closing words. */
export async function withProgress<T>(
  text: string,
  work: (progress: ProgressLine) => Promise<T>,
  describe: (result: T) => string,
): Promise<T> {
  const progress = await openProgressLine(text);
  try {
    const result = await work(progress);
    progress.done(describe(result));
    return result;
  } catch (error) {
    progress.fail();
    throw error;
  }
}

import { constants } from "node:os";
import { UserActivityError } from "../base/errors";

const interrupted = new AbortController();

/** Aborts, with an error that says so, at the first Ctrl-C, SIGTERM or closed terminal. */
export const interruption: AbortSignal = interrupted.signal;

/** Lets the first signal end the work in order and the second at once; the exit code is 128 and the signal's number. */
export function watchSignals(): void {
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("SIGHUP", onSignal);
}

function onSignal(signal: NodeJS.Signals): void {
  const exitCode = 128 + constants.signals[signal];
  if (interruption.aborted) process.exit(exitCode);
  process.exitCode = exitCode;
  process.stderr.write(`\n${signal}: ending in order; once more to end at once\n`);
  interrupted.abort(
    new UserActivityError(
      `interrupted by ${signal}; nothing is left half done, the same command does the rest`,
    ),
  );
}

/** Ends the wait for work that can be left at any point, since it changes nothing; throws the interruption. */
export async function untilInterrupted<T>(work: Promise<T>): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(interruption.reason);
  });
  interruption.addEventListener("abort", onAbort);
  try {
    interruption.throwIfAborted();
    return await Promise.race([work, aborted]);
  } finally {
    interruption.removeEventListener("abort", onAbort);
  }
}

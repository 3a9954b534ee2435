import { setTimeout as sleep } from "node:timers/promises";
import { ServiceError } from "./errors";

/** How long to go on trying after a failure that may pass by itself. */
export interface RetryPolicy {
  /** ms from the first failure in a row; the last try is made when they are over. */
  readonly giveUpMs: number;
  /** Told of every failure that is followed by another try, before the wait. */
  readonly onRetry?: ((retry: Retry) => void) | undefined;
  /** Cuts the wait; then its reason is thrown. Work that has begun is not touched. */
  readonly signal?: AbortSignal | undefined;
  /** The first wait in ms, default 250; each is twice the one before, up to 10,000. */
  readonly firstWaitMs?: number | undefined;
  /** What holds after giving up, for the end of the message; default "the next run goes on from where this one stood". */
  readonly outlook?: string | undefined;
}

/** A failure that is followed by another try. */
export interface Retry {
  /** Says itself where it was and what was being done. */
  readonly error: Error;
  /** How long it is waited until the next try. */
  readonly waitMs: number;
  /** Which try the next one is, from 2 on. */
  readonly attempt: number;
  readonly giveUpMs: number;
}

/** Counts the failures of something that is done again and again. */
export interface Failures {
  /** Waits until the next try; throws where time is up, with the failure in its message, or the signal has aborted. */
  readonly wait: (error: Error) => Promise<void>;
  /** What failed has succeeded: the next failure is the first again. */
  readonly reset: () => void;
}

const defaultFirstWaitMs = 250;
const longestWaitMs = 10_000;
const defaultOutlook = "the next run goes on from where this one stood";

/**
 * Does the work until it succeeds, with growing waits between; throws what is not passing at once, and the last failure,
 * with how long was tried, where the policy gives up. Without a policy it is done once.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  policy?: RetryPolicy,
  isWorthIt: (error: unknown) => boolean = isPassing,
): Promise<T> {
  if (!policy) return work();
  const failures = countFailures(policy);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isWorthIt(error)) throw error;
      await failures.wait(error as Error);
    }
  }
}

/** Whether an error says of itself that it may pass. */
export function isPassing(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.isPassing;
}

/** Counts failures for a loop of its caller's own, for which withRetries does not fit. */
export function countFailures(policy: RetryPolicy): Failures {
  const { giveUpMs, onRetry, signal, firstWaitMs = defaultFirstWaitMs, outlook = defaultOutlook } = policy;
  let firstMs: number | undefined;
  let tries = 0;
  const wait = async (error: Error): Promise<void> => {
    signal?.throwIfAborted();
    const now = performance.now();
    firstMs ??= now;
    tries += 1;
    const left = giveUpMs - (now - firstMs); // in this order never more than what was allowed
    if (left <= 0) throw giveUp(error, { tries, ms: now - firstMs, outlook });
    const waitMs = Math.ceil(Math.min(firstWaitMs * 2 ** (tries - 1), longestWaitMs, left));
    onRetry?.({ error, waitMs, attempt: tries + 1, giveUpMs });
    await sleep(waitMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
  };
  const reset = () => {
    firstMs = undefined;
    tries = 0;
  };
  return { wait, reset };
}

/** One line for a person who waits: where, what came, when it is tried again and when no more. */
export function formatRetry({ error, waitMs, attempt, giveUpMs }: Retry): string {
  const next = `trying again in ${toSeconds(waitMs)}`;
  return `${withoutAdvice(error.message)}; ${next} (try ${attempt}, gives up after ${toSeconds(giveUpMs)})`;
}

function giveUp(error: Error, { tries, ms, outlook }: Effort): ServiceError {
  const told = `given up after ${tries} ${tries === 1 ? "try" : "tries"} in ${toSeconds(ms)}`;
  return new ServiceError(`${error.message}; ${told}, ${outlook}`, { cause: error });
}

interface Effort {
  readonly tries: number;
  readonly ms: number;
  readonly outlook: string;
}

/** Errors end with what to do, after the last semicolon. */
function withoutAdvice(message: string): string {
  const end = message.lastIndexOf("; ");
  return end < 0 ? message : message.slice(0, end);
}

function toSeconds(ms: number): string {
  const seconds = ms / 1000;
  return `${seconds < 10 ? Number(seconds.toFixed(2)) : Math.round(seconds)} s`;
}

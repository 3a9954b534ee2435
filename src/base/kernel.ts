import { UserActivityError } from "./errors";

/** What tslab shares of its connection to Jupyter. */
export interface Kernel {
  /** Sends something to be shown, or to be shown in its place; null before the connection stands. */
  readonly lastWriteDisplayData: ((message: object, isUpdate: boolean) => void) | null;
}

/** tslab's module for messages to Jupyter, if this process is its kernel. */
export function findKernel(): Kernel | undefined {
  return findLoaded<Kernel>(/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/);
}

/** A module that something in this process has loaded already, by its path. */
export function findLoaded<T>(pattern: RegExp): T | undefined {
  const path = Object.keys(require.cache).find((one) => pattern.test(one));
  return path === undefined ? undefined : (require.cache[path]?.exports as T);
}

const underWay = new Set<AbortController>();
let isListening = false;

/**
 * Runs work that a signal ends. In a notebook, interrupting a cell ends it too: the kernel by itself would end the cell
 * alone, and what the cell has called would go on behind it. On the command line the caller's signal is all there is.
 */
export async function interruptible<O extends { readonly signal?: AbortSignal | undefined }, T>(
  options: O,
  work: (options: O) => Promise<T>,
): Promise<T> {
  if (!findKernel()) return work(options);
  listen();
  const interrupted = new AbortController();
  underWay.add(interrupted);
  const signals = [options.signal, interrupted.signal].filter((one) => one !== undefined);
  try {
    return await work({ ...options, signal: AbortSignal.any(signals) });
  } finally {
    underWay.delete(interrupted);
  }
}

/**
 * Jupyter interrupts a cell with SIGINT, which tslab listens to for the cell's sake. Not before the cell's first
 * statements are done: while they run, Node has taken all listeners away, and one that is added then is deaf (the signal
 * ends the kernel).
 */
function listen(): void {
  if (isListening) return;
  isListening = true;
  setImmediate(() => process.on("SIGINT", onInterrupt));
}

function onInterrupt(): void {
  const reason = new UserActivityError("interrupted; nothing is left half done, the same call does the rest");
  for (const one of underWay) one.abort(reason);
}

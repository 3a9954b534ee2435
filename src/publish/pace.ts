import { setTimeout as sleep } from "node:timers/promises";

/** Waits until so many are due; a caller that is late does not wait. */
export type Pace = (count: number) => Promise<void>;

/**
 * Starts a pace of `perSecond` from now on: what comes next is due when all before it have had their time. Waiting ends
 * with the signal's reason.
 */
export function startPace(perSecond: number, signal?: AbortSignal): Pace {
  const startedMs = Date.now();
  return async (count) => {
    const waitMs = startedMs + (1000 * count) / perSecond - Date.now();
    if (waitMs <= 0) return;
    await sleep(waitMs, undefined, signal ? { signal } : {}).catch((error) => {
      throw signal?.reason ?? error;
    });
  };
}

import { setTimeout as sleep } from "node:timers/promises";

/** Waits until so many are due; a caller that is late does not wait. */
export type Pace = (count: number) => Promise<void>;

/** Tells the time and waits, both in ms. */
export interface Clock {
  readonly now: () => number;
  readonly sleep: (ms: number, value: undefined, options: { signal?: AbortSignal }) => Promise<unknown>;
}

/**
 * Starts a pace of `perSecond` from now on: what comes next is due when all before it have had their time. Waiting ends
 * with the signal's reason. `clock`: default the machine's.
 */
export function createPace(
  perSecond: number,
  signal?: AbortSignal,
  clock: Clock = { now: Date.now, sleep },
): Pace {
  const startedMs = clock.now();
  return async (count) => {
    const waitMs = startedMs + (1000 * count) / perSecond - clock.now();
    if (waitMs <= 0) return;
    await clock.sleep(waitMs, undefined, signal ? { signal } : {}).catch((error) => {
      throw signal?.reason ?? error;
    });
  };
}

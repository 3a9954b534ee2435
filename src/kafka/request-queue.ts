/** A broker connection's queue of requests in kafkajs, as far as its timer goes. */
export interface RequestQueue {
  readonly pending: readonly unknown[];
  /** Until when the broker asked to be spared, in ms since 1970; -1 where it did not. */
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

/** What kafkajs waits before it looks again at requests that wait for others, not for a throttled broker. */
const checkIntervalMs = 10;

/**
 * Mends the timer of kafkajs 2.2.4's request queue: it sets one after every response, whether or not a request waits,
 * and of `throttledUntil - now`, which is about -1.8e12 where no broker throttles. Node takes that for 1 ms, so an idle
 * connection wakes some hundred times a second; Node >= 24 warns of it on stderr (TimeoutNegativeWarning). Here there
 * is a timer only where a request waits, and it is never in the past.
 */
export function installQueueMend(): void {
  const { prototype } = require("kafkajs/src/network/requestQueue") as { prototype: RequestQueue };
  prototype.scheduleCheckPendingRequests = scheduleCheck;
}

function scheduleCheck(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
  const throttledMs = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    throttledMs > 0 ? throttledMs : checkIntervalMs,
  );
}

/** How many come in a second. */
export interface Rate {
  readonly add: (count: number) => void;
  readonly perSecond: () => number;
}

/** Counts over the last five seconds, or since the start where that is less. */
export function measureRate(): Rate {
  const windowMs = 5000;
  const startedMs = Date.now();
  let samples: { readonly ms: number; readonly count: number }[] = [];
  return {
    add: (count) => samples.push({ ms: Date.now(), count }),
    perSecond: () => {
      const now = Date.now();
      samples = samples.filter(({ ms }) => now - ms < windowMs);
      const sum = samples.reduce((total, { count }) => total + count, 0);
      return Math.round((1000 * sum) / Math.max(1000, Math.min(windowMs, now - startedMs)));
    },
  };
}

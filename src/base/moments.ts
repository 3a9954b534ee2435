/** Running sums of values: count, mean, sum of squared distances from the mean, extremes. */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly m2: number;
  readonly min: number;
  readonly max: number;
}

/** Merges the sums of two disjoint sets of values (Chan, Golub, LeVeque 1979). */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const n = a.n + b.n;
  const delta = b.mean - a.mean;
  return {
    n,
    mean: a.mean + (delta * b.n) / n,
    m2: a.m2 + b.m2 + delta * delta * ((a.n * b.n) / n),
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

/** The sample standard deviation (n - 1); null of a single value. */
export function stddevOf({ n, m2 }: Moments): number | null {
  return n > 1 ? Math.sqrt(m2 / (n - 1)) : null;
}

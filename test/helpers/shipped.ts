/** What landing data/assessments.json once comes to; `test/unit/data.test.ts` counts it in the file itself. */
export const shippedCounts = { consumed: 3280, graded: 3237, duplicates: 38, quarantined: 5 } as const;

/** The sum that must hold, in words, as every run ends with it. */
export const shippedSum = "consumed 3280 = graded 3237 + duplicates 38 + quarantined 5";

/** Rows of the tables, in their order. */
export const shippedRows = {
  raw_data: shippedCounts.consumed,
  questions_pool_data: 14_555,
  grades_ID: shippedCounts.graded,
  course_ID: 102,
  quarantine: shippedCounts.quarantined,
} as const;

/** What landing the same file twice comes to: what was graded once is there again as a duplicate. */
export const shippedTwice = {
  consumed: 2 * shippedCounts.consumed,
  graded: shippedCounts.graded,
  duplicates: 2 * shippedCounts.duplicates + shippedCounts.graded,
  quarantined: 2 * shippedCounts.quarantined,
} as const;

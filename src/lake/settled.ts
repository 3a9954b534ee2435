import type { LakeState } from "./commit-file";

/** What tells in which order deliveries came. */
export type Ordered = Pick<LakeState, "late" | "settled" | "offsets">;

/**
 * Whether the deliveries of each exam ID came in the order in which they count: by partition, then offset. Of a lake
 * that did not count late ones that is known where it has one partition only.
 */
export function isInOrder({ late, offsets }: Ordered): boolean {
  return late === undefined ? Object.keys(offsets).length < 2 : late === 0;
}

/** Whether the tables are what that order gives: deliveries that came in another one are settled. */
export function isSettled(state: Ordered): boolean {
  return isInOrder(state) || (state.late !== undefined && state.late === state.settled);
}

/** What it means that a lake is not settled, and what to do. */
export const unsettledAdvice =
  'deliveries of one exam ID came in a higher partition first: "npx user-activity land" has the lowest one count';

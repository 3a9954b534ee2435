import { fingerprintRules } from "../events/fingerprint";
import { IrreplaceableError } from "../lake/access";
import { isSettled } from "../lake/settled";
import { LandingBatch } from "./batch";
import type { Landing } from "./hold";
import type { CompactedDirectory, GivenUp } from "./merge";
import { type RebuildOptions, rebuildTables } from "./rebuild";

export interface SettleOptions extends RebuildOptions {
  /** Whether events that should count by the latest's column do so now, too; default: a replay takes them. */
  readonly takesLater?: boolean;
}

/**
 * Rebuilds the tables of a landing, all of which is committed, where deliveries came in another order than the one in
 * which they count: by partition, then offset. One commit, like that of a replay; ended before it, the next landing
 * settles. What was landed by another schema is left to a replay. Throws, nothing being changed, where a table can't be
 * replaced, or where another run has claimed the lake.
 */
export async function settle(
  landing: Landing,
  { takesLater = false, ...options }: SettleOptions = {},
): Promise<void> {
  const { schema } = landing.last.state;
  const isOther = schema !== undefined && schema !== fingerprintRules(landing.lake.model.contract);
  const isLater = takesLater && (landing.last.state.later ?? 0) > 0;
  if (isOther || (isSettled(landing.last.state) && !isLater)) return;
  const { commit, parts, exams } = await rebuildTables(landing, options);
  Object.assign(landing, { last: commit, parts, exams });
  landing.batch = new LandingBatch({ ...landing, state: commit.state });
}

/** Settles likewise, but says where a table can't be replaced, so that a lander that follows goes on. */
export async function settleOrGiveUp(landing: Landing): Promise<GivenUp | undefined> {
  try {
    await settle(landing, { takesLater: true });
    return undefined;
  } catch (error) {
    if (!(error instanceof IrreplaceableError)) throw error;
    return { table: error.directory as CompactedDirectory, reason: error.message };
  }
}

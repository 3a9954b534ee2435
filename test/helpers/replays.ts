import assert from "node:assert/strict";
import { shippedContract } from "user-activity/dist/contract/shipped";
import type { Counts } from "user-activity/dist/lake/counts";
import { land } from "user-activity/dist/landing/land";
import { replay } from "user-activity/dist/landing/replay";
import { verify } from "user-activity/dist/landing/verify";
import { publishFile } from "user-activity/dist/publish/publish";
import { findUntruths } from "./catalogue-checks";
import { ownConfig, recompute } from "./live-lake";
import { strict } from "./strict-schema";

/** Lands a file's events by a schema that is too strict, replays them by the project's, and holds every table to that. */
export async function replayStrict(
  events: string,
  batchMessages: number,
): Promise<{ before: Counts; after: Counts }> {
  const config = ownConfig("replay");
  await publishFile(events, { config: config.kafka });
  const { state } = await land({ config, schema: strict, batchMessages });
  const landed = await verify({ config });
  assert.deepEqual([landed.ok, landed.isSchemaOther], [true, true]);
  assert.equal((await verify({ config, schema: strict })).ok, true);
  assert.equal((await verify({ config, contract: shippedContract })).ok, false);
  const { before, after } = await replay({ config });
  assert.deepEqual(before.counts, state.counts);
  const { ok, isSchemaOther, checks } = await verify({ config });
  assert.deepEqual([ok, isSchemaOther], [true, false], JSON.stringify(checks));
  assert.deepEqual(await findUntruths(config, checks), []);
  assert.deepEqual((await recompute(config, events)).differences, []);
  assert.equal((await replay({ config })).commit, null);
  return { before: before.counts, after: after.counts };
}

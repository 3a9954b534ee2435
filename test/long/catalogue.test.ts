import assert from "node:assert/strict";
import { test } from "node:test";
import { land } from "user-activity/dist/landing/land";
import { publishFile } from "user-activity/dist/publish/publish";
import { untruthsOf, validate } from "../helpers/catalogue-checks";
import { eventsFile, ownConfig } from "../helpers/live-lake";

test("the catalogue is valid, and true of the files, of the shipped events in several commits", async () => {
  const config = ownConfig("catalogue");
  await publishFile(eventsFile, { config: config.kafka });
  const { state } = await land({ config, batchMessages: 1500 });
  assert.deepEqual(await validate(config), { found: [], rows: state.rowCounts });
  assert.deepEqual(await untruthsOf(config), []);
});

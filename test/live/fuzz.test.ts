import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseSeed, fuzzLanding } from "../helpers/fuzz-landing";
import { makeMessages } from "../helpers/fuzz-messages";

test("300 messages of any kind land as they were sent, and the tables are what they give", async (t) => {
  const seed = chooseSeed();
  t.diagnostic(`FUZZ_SEED=${seed}`);
  const { counts, bytes } = await fuzzLanding(makeMessages(300, seed), { batchSizes: [7, 300], seed });
  t.diagnostic(`${JSON.stringify(counts)}, ${bytes} bytes`);
  assert.equal(counts.raw_data, 300);
});

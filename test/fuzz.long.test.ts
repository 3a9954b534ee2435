import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseSeed, fuzzLanding } from "./fuzz-landing";
import { makeMessages } from "./fuzz-messages";

const count = Number(process.env.FUZZ_COUNT ?? 20_000);

test(`${count} messages of any kind land as they were sent, whatever the size of the batches`, async (t) => {
  const seed = chooseSeed();
  t.diagnostic(`seed ${seed}`);
  const batchSizes = [997, 50_000];
  const { counts, bytes } = await fuzzLanding(makeMessages(count, seed), { batchSizes, seed });
  const { raw_data, grades_ID, duplicates, quarantined } = counts;
  t.diagnostic(`${raw_data} messages of ${Math.round(bytes / 1e6)} MB in all`);
  t.diagnostic(`${grades_ID} graded, ${duplicates} duplicates, ${quarantined} quarantined`);
  assert.equal(counts.raw_data, count);
  for (const table of ["grades_ID", "questions_pool_data", "quarantine", "duplicates", "course_ID"]) {
    assert.ok((counts[table] ?? 0) > count / 1000, `${table} is hardly met`);
  }
});

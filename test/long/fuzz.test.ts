import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseSeed, fuzzLanding } from "../helpers/fuzz-landing";
import { makeMessages } from "../helpers/fuzz-messages";

const count = Number(process.env.FUZZ_COUNT ?? 20_000);
/** Messages of a commit: many commits, and one. */
const batchSizes = [997, 50_000];

test(`${count} messages of any kind land as they were sent, in small batches and in one [any-messages]`, async (t) => {
  const seed = chooseSeed();
  const total: Record<string, number> = { bytes: 0 };
  for (const [index, size] of batchSizes.entries()) {
    const messages = makeMessages(count / batchSizes.length, seed + index);
    const { counts, bytes } = await fuzzLanding(messages, { batchSizes: [size], seed: seed + index });
    for (const [name, value] of Object.entries({ ...counts, bytes }))
      total[name] = (total[name] ?? 0) + value;
  }
  const { raw_data, grades_ID, duplicates, quarantined, bytes = 0 } = total;
  t.diagnostic(`${raw_data} messages of ${Math.round(bytes / 1e6)} MB in all, seeds from ${seed}`);
  t.diagnostic(`${grades_ID} graded, ${duplicates} duplicates, ${quarantined} quarantined`);
  assert.equal(raw_data, count);
  for (const table of ["grades_ID", "questions_pool_data", "quarantine", "duplicates", "course_ID"]) {
    assert.ok((total[table] ?? 0) > count / 1000, `${table} is hardly met`);
  }
});

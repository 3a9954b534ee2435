import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Config } from "user-activity/dist/config";
import { openLake, readLastCommit } from "user-activity/dist/lake";
import { land } from "user-activity/dist/land";
import { ensureTopic } from "user-activity/dist/stream";
import { eventsFile, ownConfig } from "./live-lake";
import { send } from "./live-topics";
import { startQueries, startReader } from "./readers";

const commits = 12;
const batch = 50;

test("readers during a landing in many commits see whole files, every row once, and never fewer", async (t) => {
  const config = ownConfig("readers");
  await ensureTopic(config.kafka);
  const records = JSON.parse(readFileSync(eventsFile, "utf8")) as { user_exam_id: string }[];
  const readers = [startReader(config, "pyarrow"), startReader(config, "duckdb"), startQueries(config)];
  await landInParts(config, records).finally(() => Promise.all(readers.map((reader) => reader.end())));
  const { state } = (await readLastCommit(openLake(config.hdfs))) ?? assert.fail();
  for (const reader of readers) {
    const { problems, rows, ...seen } = await reader.end();
    t.diagnostic(JSON.stringify(seen));
    assert.deepEqual(problems, [], seen.name);
    assert.deepEqual(rows, state.rowCounts, seen.name);
    assert.ok(seen.rounds > 3, `${seen.name}: ${seen.rounds} rounds`);
    if (seen.name === "pyarrow") assert.equal(seen.replaced, 0);
  }
});

async function landInParts(config: Config, records: readonly { readonly user_exam_id: string }[]) {
  for (let from = 0; from < commits * batch; from += batch) {
    const part = records.slice(from, from + batch);
    const messages = part.map((record) => ({ key: record.user_exam_id, value: JSON.stringify(record) }));
    await send(config.kafka, messages);
    await land({ config });
  }
}

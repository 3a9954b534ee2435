import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { ensureTopic } from "user-activity/dist/kafka/topics";
import { openLake, readLastCommit } from "user-activity/dist/lake/lake";
import { compact } from "user-activity/dist/landing/compact";
import { land } from "user-activity/dist/landing/land";
import { type ReaderReport, startQueries, startReader } from "../helpers/concurrent-readers";
import { eventsFile, ownConfig } from "../helpers/live-lake";
import { send } from "../helpers/live-topics";

const commits = 8;
const batch = 50;

type Records = readonly { readonly user_exam_id: string }[];

async function landInParts(
  config: Config,
  { compactEvery }: { readonly compactEvery: number },
): Promise<void> {
  const records: Records = JSON.parse(readFileSync(eventsFile, "utf8"));
  for (let number = 0; number < commits; number++) {
    const part = records.slice(number * batch, (number + 1) * batch);
    const messages = part.map((record) => ({ key: record.user_exam_id, value: JSON.stringify(record) }));
    await send(config.kafka, messages);
    await land({ config });
    if ((number + 1) % compactEvery === 0) await compact({ config });
  }
}

/** Lets three readers read while `work` lands, and holds what they saw to what is landed in the end. */
async function readDuring(
  config: Config,
  work: () => Promise<void>,
  listAgain: boolean,
): Promise<ReaderReport[]> {
  await ensureTopic(config.kafka);
  const python = (["pyarrow", "duckdb"] as const).map((name) => startReader(config, name, { listAgain }));
  const readers = [...python, startQueries(config)];
  await work().finally(() => Promise.all(readers.map((reader) => reader.end())));
  const { state } = (await readLastCommit(openLake(config.hdfs))) ?? assert.fail();
  const reports = await Promise.all(readers.map((reader) => reader.end()));
  for (const { name, problems, rows, rounds } of reports) {
    assert.deepEqual(problems, [], name);
    assert.deepEqual(rows, state.rowCounts, name);
    assert.ok(rounds > 3, `${name}: ${rounds} rounds`);
  }
  return reports;
}

function describeReaders(reports: readonly ReaderReport[]): string {
  return reports
    .map(({ name, rounds, reads, again, replaced }) => {
      const unlucky =
        again + replaced > 0 ? ` (${again} listed again, ${replaced} files replaced meanwhile)` : "";
      return `${name} read ${reads} times in ${rounds} rounds${unlucky}`;
    })
    .join(", ");
}

test("readers during a landing in many commits see whole files, every row once, and never fewer [readers-landing]", async (t) => {
  const config = ownConfig("readers");
  const work = () => landInParts(config, { compactEvery: Number.POSITIVE_INFINITY });
  const reports = await readDuring(config, work, false);
  t.diagnostic(describeReaders(reports));
  assert.equal(reports.find(({ name }) => name === "pyarrow")?.replaced, 0);
});

test("readers while files are merged as well list again where one is gone, and see the same [readers-merging]", async (t) => {
  const config = ownConfig("readers-merged");
  const reports = await readDuring(config, () => landInParts(config, { compactEvery: 2 }), true);
  t.diagnostic(describeReaders(reports));
});

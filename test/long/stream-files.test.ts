import assert from "node:assert/strict";
import { test } from "node:test";
import { ensureTopic } from "user-activity/dist/kafka/topics";
import { listParts, openLake } from "user-activity/dist/lake/lake";
import { follow } from "user-activity/dist/landing/follow";
import { publishFile } from "user-activity/dist/publish/publish";
import { inspectSource } from "user-activity/dist/publish/source";
import { eventsFile, ownConfig } from "../helpers/live-lake";
import { codeCells, committed, textOf } from "../helpers/notebook-runs";

const [, notebook] = [...committed].find(([name]) => name.startsWith("06-")) ?? assert.fail("no notebook 6");
const outputs = codeCells(notebook)
  .flatMap((cell) => cell.outputs ?? [])
  .map(({ text, data = {} }) => textOf(text) || textOf(data["text/plain"] as string[]))
  .join("\n");

/** The numbers that a pattern finds in what notebook 6 shows. */
function shown(pattern: RegExp): number[] {
  const [, ...numbers] = pattern.exec(outputs) ?? assert.fail(`not shown: ${pattern}`);
  return numbers.map(Number);
}

test("as many files as notebook 6 tells come of following its events at its pace", async () => {
  const [least = 0, most = 0] = shown(/^raw_data\t\d+\t(\d+) to (\d+)$/m);
  const [records = 0, perSecond = 0] = shown(/^(\d+) events at (\d+) a second/m);
  const [perDay = 0] = shown(/^up to (\d+) commits a day/m);
  const commitMs = (24 * 60 * 60 * 1000) / perDay;
  assert.equal(records, (await inspectSource(eventsFile)).recordCount);
  assert.deepEqual([least, most], [2, 1 + Math.floor(((records / perSecond) * 1000) / commitMs)]);

  const config = ownConfig("stream-files");
  await ensureTopic(config.kafka);
  const done = new AbortController();
  const following = follow({
    config,
    commitMs,
    signal: done.signal,
    onProgress: ({ state }) => {
      if (state.counts.consumed === records) done.abort();
    },
  });
  await publishFile(eventsFile, { config: config.kafka, perSecond });
  await following;
  const { length } = await listParts(openLake(config.hdfs), "raw_data");
  assert.ok(length >= least && length <= most, `${length} files, ${least} to ${most} told`);
});

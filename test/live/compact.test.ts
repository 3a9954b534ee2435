import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { openLake, readLastCommit, readTable } from "user-activity/dist/lake/lake";
import { compact } from "user-activity/dist/landing/compact";
import { land } from "user-activity/dist/landing/land";
import { readLakeStatus } from "user-activity/dist/landing/status";
import { verify } from "user-activity/dist/landing/verify";
import { publishFile } from "user-activity/dist/publish/publish";
import { type ShippedName, tables } from "user-activity/dist/tables/tables";
import { findUntruths } from "../helpers/catalogue-checks";
import { wrapLake } from "../helpers/faulty-lake";
import { ownConfig, recompute, someEvents } from "../helpers/live-lake";
import { landInSmallCommits, publishEvents } from "../helpers/small-lake";

async function readAll(config: Config): Promise<Record<string, readonly object[]>> {
  const lake = openLake(config.hdfs);
  const names = Object.keys(tables) as ShippedName[];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readTable(lake, name)])),
  );
}

async function fileCounts(config: Config): Promise<Record<string, number>> {
  const lake = await readLakeStatus(config);
  return Object.fromEntries((lake?.datasets ?? []).map(({ table, files }) => [table, files]));
}

async function checkAll(config: Config, where = ""): Promise<void> {
  const report = await verify({ config });
  assert.ok(report.ok, `${where} ${JSON.stringify(report.checks)}`);
  assert.deepEqual(await findUntruths(config, report.checks), [], where);
}

describe("compacting", () => {
  test("merges many files into one, rows and their order as they were, and the next landing goes on", async () => {
    const config = ownConfig("compact");
    const events = someEvents(600);
    for (const part of [someEvents(300), someEvents(600, 300)]) {
      await publishFile(part, { config: config.kafka });
      await land({ config, batchMessages: 100 });
    }
    const before = await readAll(config);
    const filesBefore = await fileCounts(config);
    assert.ok((filesBefore.raw_data ?? 0) > 3);
    const report = await compact({ config });
    assert.deepEqual(await readAll(config), before);
    const one = { raw_data: 1, questions_pool_data: 1, grades_ID: 1, course_ID: 1, quarantine: 1 };
    assert.deepEqual(await fileCounts(config), one);
    assert.deepEqual(
      report.tables.map(({ filesAfter }) => filesAfter),
      [1, 1, 1, 1, 1],
    );
    await checkAll(config);
    assert.deepEqual((await recompute(config, events)).differences, []);
    await publishFile(events, { config: config.kafka, again: true });
    const { state } = await land({ config, batchMessages: 500 });
    assert.deepEqual(state.counts, { consumed: 1200, graded: 596, duplicates: 602, quarantined: 2 });
    await compact({ config });
    assert.deepEqual(await fileCounts(config), one);
    await checkAll(config);
  });

  test("commits nothing where there is nothing to merge", async () => {
    const config = ownConfig("compacted");
    await publishEvents(config, 3);
    await landInSmallCommits(config);
    await compact({ config });
    const last = await readLastCommit(openLake(config.hdfs));
    assert.equal((await compact({ config })).commit, null);
    assert.equal((await readLastCommit(openLake(config.hdfs)))?.number, last?.number);
  });

  test("leaves files of half the target size and more as they are", async () => {
    const config = ownConfig("large");
    await publishEvents(config, 6);
    await landInSmallCommits(config);
    const before = await fileCounts(config);
    assert.equal((await compact({ config, targetBytes: 2 })).commit, null);
    assert.deepEqual(await fileCounts(config), before);
  });

  test("says what to do where nothing is landed", async () => {
    await assert.rejects(compact({ config: ownConfig("nothing") }), /expected a landed lake.*land first/);
  });

  test("takes the rows that a lander commits meanwhile along, and its own are not lost by that lander", async () => {
    const config = ownConfig("beside");
    await publishEvents(config, 12);
    await landInSmallCommits(config);
    let isNext = true;
    const lake = wrapLake(openLake(config.hdfs), async (number, call) => {
      // in the midst of the merge a commit of the same holder comes between
      if (number === 30 && isNext) {
        isNext = false;
        await publishEvents(config, 4, "more");
        await landInSmallCommits(config);
      }
      return call();
    });
    await compact({ config, lake });
    assert.equal((await readLakeStatus(config))?.counts.consumed, 16);
    await checkAll(config);
  });
});

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "user-activity/dist/base/config";
import { listParts, openLake, readLastCommit, readTable } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { replay } from "user-activity/dist/landing/replay";
import { verify } from "user-activity/dist/landing/verify";
import { readRowCount } from "user-activity/dist/parquet/read";
import { publishFile } from "user-activity/dist/publish/publish";
import { type ShippedName, tables } from "user-activity/dist/tables/tables";
import { wrapLake } from "../helpers/faulty-lake";
import { startCli } from "../helpers/kills";
import { ownConfig, ownFolder, recompute, someEvents } from "../helpers/live-lake";

/** The rows of every table, in the order in which they stand there. */
async function readAll({ hdfs }: Config): Promise<Record<string, readonly object[]>> {
  const lake = openLake(hdfs);
  const names = Object.keys(tables) as ShippedName[];
  const all = await Promise.all(names.map((name) => readTable(lake, name)));
  return Object.fromEntries(names.map((name, index) => [name, all[index] ?? []]));
}

function lakesOf(topic: Config): (name: string) => Config {
  return (name) => ({ ...topic, hdfs: { ...topic.hdfs, lakeDir: `${topic.hdfs.lakeDir}/${name}` } });
}

describe("landing in threads", () => {
  test("gives the same rows in the same order, the same sums and exam IDs, whatever their number", async () => {
    const topic = ownConfig("threads");
    await publishFile(someEvents(3280), { config: topic.kafka });
    const lakeOf = lakesOf(topic);
    const ways = [
      { threads: 0 },
      { threads: 1, batchMessages: 700 },
      { threads: 3 },
      { threads: 2, batchMessages: 100 },
    ];
    const all = [];
    for (const [index, way] of ways.entries()) {
      const config = lakeOf(`${index}`);
      const { state } = await land({ config, ...way });
      assert.ok((await verify({ config })).ok);
      all.push({ rows: await readAll(config), counts: state.counts, summaries: state.summaries });
    }
    const [first, ...others] = all;
    for (const other of others) assert.deepEqual(other, first);
    const config = lakeOf("3");
    assert.deepEqual((await recompute(config)).differences, []);
    await replay({ config, again: true, threads: 2 });
    assert.deepEqual(await readAll(config), first?.rows);
  });

  test("gathers one batch while HDFS is slow with the one before it, and no more", async () => {
    const topic = ownConfig("threads-slow");
    await publishFile(someEvents(3280), { config: topic.kafka });
    let taken = 0;
    let uploaded: number | undefined;
    const lake = wrapLake(openLake(topic.hdfs), async (_, call, what) => {
      if (uploaded !== undefined || !/^write .*raw_data/.test(what)) return call();
      await sleep(2000);
      uploaded = taken;
      return call();
    });
    const onProgress = ({ consumed }: { readonly consumed: number }) => {
      taken = consumed;
    };
    const { consumed } = await land({ config: topic, lake, threads: 2, batchMessages: 1000, onProgress });
    assert.equal(consumed, 3280);
    const [first] = await listParts(lake, "raw_data");
    const inFirst = await readRowCount(await lake.hdfs.read(first?.path ?? assert.fail()));
    const beyond = (uploaded ?? assert.fail()) - inFirst; // a batch that is full is not told before its commit is begun
    assert.ok(beyond > 0 && beyond < 1000, `${beyond} messages`);
    assert.ok((await verify({ config: topic })).ok);
  });

  test("where a commit fails beside the next batch, that is thrown, and the next landing goes on from there", async () => {
    const topic = ownConfig("threads-failed");
    await publishFile(someEvents(600), { config: topic.kafka });
    let uploads = 0;
    const lake = wrapLake(openLake(topic.hdfs), async (_, call, what) => {
      if (/^write .*raw_data/.test(what) && ++uploads === 2) {
        await sleep(100);
        throw new Error("the second upload fails");
      }
      return call();
    });
    const landing = land({ config: topic, lake, threads: 2, batchMessages: 1 });
    await assert.rejects(landing, /the second upload fails/);
    const before = (await readLastCommit(openLake(topic.hdfs)))?.state.counts.consumed ?? 0;
    assert.ok(before > 0 && before < 600, `${before}`);
    const { consumed } = await land({ config: topic, threads: 2 });
    assert.equal(consumed, 600 - before);
    assert.deepEqual((await recompute(topic)).differences, []);
  });

  test("where one runs out of memory, the command says so with exit code 1, and the next goes on from there", async () => {
    const topic = ownConfig("threads-full");
    await publishFile(someEvents(3280), { config: topic.kafka });
    const args = ["land", "--threads", "1", "--batch", "1000"];
    const { code, stderr } = await startCli(topic, args, ["-r", smallThreads()]).ended;
    assert.match(
      stderr,
      /a thread that decides messages has ended: it had no memory left; what is not committed/,
    );
    assert.equal(code, 1);
    const before = await readLastCommit(openLake(topic.hdfs));
    const { consumed } = await land({ config: topic, threads: 1 });
    assert.equal(consumed, 3280 - (before?.state.counts.consumed ?? 0));
    assert.deepEqual((await recompute(topic)).differences, []);
  });
});

/** A module that leaves threads hardly any memory. */
function smallThreads(): string {
  const path = join(ownFolder(), "small-threads.cjs");
  writeFileSync(
    path,
    `const threads = require("node:worker_threads");
const { Worker } = threads;
threads.Worker = class extends Worker {
  constructor(file, options) {
    super(file, { ...options, resourceLimits: { maxOldGenerationSizeMb: 5 } });
  }
};
`,
  );
  return path;
}

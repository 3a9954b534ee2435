import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { readOffsets } from "user-activity/dist/kafka/topics";
import { land } from "user-activity/dist/landing/land";
import { readLakeStatus } from "user-activity/dist/landing/status";
import { publishFile } from "user-activity/dist/publish/publish";
import { ownConfig, ownFolder, python, someEvents } from "../helpers/live-lake";
import { noPython } from "../helpers/other-parquet-readers";

const eventCount = 1200;
const file = someEvents(eventCount);

/** TypeScript that reads the configuration of these names. */
function configCode({ kafka, hdfs }: Config): string {
  return `readConfig({ ...process.env, KAFKA_TOPIC: "${kafka.topic}", LAKE_DIR: "${hdfs.lakeDir}" })`;
}

/**
 * A cell that awaits `call`, and one that tells how the call ended. Where the call says that it has begun, by hasBegun(),
 * there is a file to say so, and it goes on only after a while, in which the cell is interrupted.
 */
function cellsOf(folder: string, place: number, call: string): [string, string] {
  const cell = `import { follow, land, publishFile, readConfig } from "user-activity";
import { writeFileSync } from "node:fs";
let hasBegun = () => {
  writeFileSync(${JSON.stringify(`${folder}/${place}`)}, "");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
};
globalThis.work = ${call};
await globalThis.work;`;
  const next = `let told = await globalThis.work.then(
  (report) => "done, " + report.consumed,
  (error) => error.message,
);
console.log(told);`;
  return [cell, next];
}

async function consumedBy(config: Config): Promise<number> {
  return (await readLakeStatus(config))?.counts.consumed ?? 0;
}

async function countMessages({ kafka }: Config): Promise<number> {
  return (await readOffsets(kafka)).reduce((sum, { low, high }) => sum + Number(high - low), 0);
}

test("interrupting a cell ends the publishing, the landing and the following in it, with what was gathered committed", {
  skip: noPython,
}, async () => {
  const [cut, landed, followed] = [ownConfig("cut"), ownConfig("landed"), ownConfig("followed")];
  for (const { kafka } of [landed, followed]) await publishFile(file, { config: kafka });
  const folder = ownFolder();
  const cells = [
    `publishFile(${JSON.stringify(file)}, {
  config: ${configCode(cut)}.kafka, perSecond: 100, onProgress: (now) => { if (now.published > 0) hasBegun(); },
})`,
    `land({ config: ${configCode(landed)}, onProgress: (now) => { if (now.consumed > 0) hasBegun(); } })`,
    `follow({
  config: ${configCode(followed)}, signal: new AbortController().signal, commitMs: 1e9,
  onProgress: (now) => { if (now.consumed > 0) hasBegun(); },
})`,
  ].map((call, place) => cellsOf(folder, place, call));
  const script = projectPath("test", "python", "interrupt_cells.py");
  const options = { cwd: projectPath("notebooks"), encoding: "utf8" } as const;
  const { stdout, stderr } = spawnSync(python, [script, folder, JSON.stringify(cells)], options);
  assert.notEqual(stdout, "", stderr);
  const [publishing, landing, following] = JSON.parse(stdout) as [string, string][];

  const interruption = "interrupted; nothing is left half done, the same call does the rest\n";
  assert.deepEqual([publishing, landing], Array(2).fill(["error", interruption]));
  const published = await countMessages(cut);
  assert.ok(published > 0 && published < eventCount, `${published} published`);
  assert.equal((await publishFile(file, { config: cut.kafka })).alreadyThere, published);

  const consumed = await consumedBy(landed);
  assert.ok(consumed > 0 && consumed < eventCount, `${consumed} landed`);
  assert.equal((await land({ config: landed })).consumed, eventCount - consumed);

  const kept = await consumedBy(followed);
  assert.ok(kept > 0, "nothing of what was gathered is committed");
  assert.deepEqual(following, ["error", `done, ${kept}\n`]);
});

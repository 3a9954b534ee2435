import assert from "node:assert/strict";
import { test } from "node:test";
import { claimAfter, commitName, nextCommit } from "user-activity/dist/lake/commit-file";
import { readCommits } from "user-activity/dist/lake/lake";
import { shippedModel } from "user-activity/dist/tables/lake-model";
import { createMemoryHdfs } from "../../helpers/memory-hdfs";

const claim = claimAfter(undefined, "run-1", "topic");
const { format: _, number: __, committedAt: ___, ...content } = claim;
const landed = nextCommit(claim, { ...content, kind: "land" });

function lakeOf(files: Readonly<Record<string, string>>) {
  const memory = createMemoryHdfs();
  for (const [name, text] of Object.entries(files)) memory.put(`/lake/_commits/${name}`, Buffer.from(text));
  const at = (path: string) => `/lake/${path}`;
  return { memory, lake: { hdfs: memory.hdfs, at, model: shippedModel } };
}

test("reads the commits of a lake, oldest first, and nothing else that lies there", async () => {
  const { lake } = lakeOf({
    [commitName(2)]: JSON.stringify(landed),
    [commitName(1)]: JSON.stringify(claim),
    "notes.txt": "no commit",
  });
  assert.deepEqual(await readCommits(lake), [claim, landed]);
});

test("passes over a commit that a lander removes meanwhile, and over no broken one", async () => {
  const files = { [commitName(1)]: JSON.stringify(claim), [commitName(2)]: JSON.stringify(landed) };
  const { lake, memory } = lakeOf(files);
  memory.onRead = (path) => {
    if (path.endsWith(commitName(1))) memory.remove(path);
  };
  assert.deepEqual(await readCommits(lake), [landed]);
  await assert.rejects(readCommits(lakeOf({ [commitName(1)]: "{" }).lake), /expected a commit as JSON/);
});

test("of a lake in which nothing was landed has none", async () => {
  assert.deepEqual(await readCommits(lakeOf({}).lake), []);
});

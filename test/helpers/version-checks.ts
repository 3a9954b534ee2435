import assert from "node:assert/strict";
import { lastChange } from "user-activity/dist/lake/commit-file";
import { type Lake, readLastCommit } from "user-activity/dist/lake/lake";
import { isTrue, listVersions } from "user-activity/dist/lake/versions";

/** Every version is of its commit, the last commit's is there, and none is half removed. Returns their numbers. */
export async function checkVersions(lake: Lake, where: string): Promise<number[]> {
  const numbers = (await listVersions(lake)).map(({ number }) => number);
  for (const number of numbers) assert.ok(await isTrue(lake, number), `${where}: version ${number}`);
  const last = await readLastCommit(lake);
  assert.equal(numbers.at(-1), last && lastChange(last), where);
  const names = (await lake.hdfs.list(lake.at(".snapshot"))).map(({ name }) => name);
  assert.equal(names.length, numbers.length, `${where}: ${names}`);
  return numbers;
}

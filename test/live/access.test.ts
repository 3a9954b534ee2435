import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type HdfsConfig, readConfig } from "user-activity/dist/base/config";
import { openHdfs } from "user-activity/dist/hdfs/hdfs";
import { openLake } from "user-activity/dist/lake/lake";
import { compact } from "user-activity/dist/landing/compact";
import { land } from "user-activity/dist/landing/land";
import { replay } from "user-activity/dist/landing/replay";
import { verify } from "user-activity/dist/landing/verify";
import { administer, asUser, ownLakeOf, protect, readProtection } from "../helpers/administrator";
import { interject } from "../helpers/faulty-lake";
import { checkLake, forEach, ownTopic, type Point, runDoomed } from "../helpers/kills";
import { landInSmallCommits, publishEvents } from "../helpers/small-lake";

/** The newest file of a table, and who may do what with it. */
async function newestFile({ lakeDir }: HdfsConfig, table: string) {
  const hdfs = openHdfs(readConfig().hdfs);
  const path = (await hdfs.list(`${lakeDir}/${table}`)).at(-1)?.path ?? "";
  return { path, access: await hdfs.access(path) };
}

/** Holds that new files are as if they had been made where they are. */
async function checkFiles({ hdfs }: { hdfs: HdfsConfig }, where: string): Promise<void> {
  const raw = await newestFile(hdfs, "raw_data");
  assert.equal(raw.access?.group, "analysts", where);
  assert.deepEqual(raw.access.acl, ["group::r-x", "user:bob:r-x"], where);
  assert.ok((await asUser("bob").read(raw.path)).length > 0, where);
  await assert.rejects(asUser("carl").read(raw.path), /permission denied: user carl/, where);
  const grades = await newestFile(hdfs, "grades_ID");
  assert.deepEqual([grades.access?.group, grades.access?.mode], ["teachers", "640"], where);
  const questions = await newestFile(hdfs, "questions_pool_data");
  assert.equal(questions.access?.mode, "644", where);
}

describe("what an administrator has set on the directories of a lake", () => {
  test("stays through compaction and replay, and new files follow it, by a user of no group", async () => {
    const config = await ownLakeOf("ann", "protected");
    await publishEvents(config, 6);
    await landInSmallCommits(config);
    await protect(config.hdfs);
    const before = await readProtection(config.hdfs);
    assert.notDeepEqual(before.raw_data, before.questions_pool_data);
    assert.deepEqual(Object.keys(before.raw_data?.[1] ?? {}), ["user.origin"]);
    const { commit, givenUp } = await compact({ config });
    assert.ok(commit);
    assert.deepEqual(givenUp, []);
    assert.deepEqual(await readProtection(config.hdfs), before);
    await checkFiles(config, "compacted");
    await publishEvents(config, 6, "more");
    await land({ config });
    await checkFiles(config, "landed");
    await replay({ config, again: true });
    assert.deepEqual(await readProtection(config.hdfs), before);
    await checkFiles(config, "replayed");
    assert.ok((await verify({ config })).ok);
  });

  test("stays also where it is changed while the new directory is staged", async () => {
    const config = await ownLakeOf("ann", "changed");
    await publishEvents(config, 4);
    await landInSmallCommits(config);
    const lake = interject(config, {
      what: /^rename .*_commits\//,
      when: "after",
      work: () => administer("SETPERMISSION", `${config.hdfs.lakeDir}/grades_ID`, { permission: "700" }),
    });
    await compact({ config, lake });
    assert.equal((await readProtection(config.hdfs)).grades_ID?.[0]?.mode, "700");
  });

  test("keeps a directory from being compacted that belongs to another user; the others are", async () => {
    const config = await ownLakeOf("ann", "foreign");
    await publishEvents(config, 4);
    await landInSmallCommits(config);
    const path = `${config.hdfs.lakeDir}/raw_data`;
    await administer("SETOWNER", path, { owner: "root2" });
    await administer("SETPERMISSION", path, { permission: "777" });
    const { tables, givenUp, commit } = await compact({ config });
    assert.ok(commit);
    assert.deepEqual(
      givenUp.map(({ table }) => table),
      ["raw_data"],
    );
    assert.match(
      givenUp[0]?.reason ?? "",
      /raw_data: no directory like it can take its place: .*superuser|owner/,
    );
    const [raw, , grades] = tables;
    assert.deepEqual([raw?.filesAfter, grades?.filesAfter], [raw?.filesBefore, 1]);
    await assert.doesNotReject(land({ config }));
    assert.ok((await verify({ config })).ok);
  });
});

/** Where a directory is made like the one that it replaces. */
const points: readonly Point[] = [
  { what: "^rename .*/raw_data/_new ", call: 1, when: "before" },
  { what: "^setModeAndAcl .*/new-grades_ID", call: 1, when: "before" },
  { what: "^setAttributes .*/new-raw_data", call: 1, when: "after" },
  { what: "^setModeAndAcl .*/new-grades_ID", call: 2, when: "after" }, // it counts, the table is where it was
  { what: "^rename .*/raw_data .*/old-raw_data", call: 1, when: "after" }, // the table is nowhere
];

test("kill -9 of a compaction loses no protection, and no row", async () => {
  const { newLake, expected } = await ownTopic("killed-protected", 11);
  await forEach(points, async (at) => {
    const config = newLake();
    const where = JSON.stringify(at);
    await land({ config, batchMessages: 1 });
    await protect(config.hdfs);
    const before = await readProtection(config.hdfs);
    assert.ok(await runDoomed(config, { work: "compact", at }), where);
    await land({ config });
    await compact({ config });
    await land({ config });
    assert.deepEqual(await readProtection(config.hdfs), before, where);
    assert.deepEqual(await openLake(config.hdfs).hdfs.list(`${config.hdfs.lakeDir}/raw_data/_new`), []);
    await checkLake(config, { expected, where });
  });
});

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { openLake, readLastCommit, resetLake } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { checkLake, expectTables, forEach, type Point, runDoomed } from "../helpers/kills";
import { ownConfig } from "../helpers/live-lake";
import { createTopicOfVersionOne, uploadLakeOfVersionOne } from "../helpers/version-one";

test("kill -9 while tables of version 1 are brought up leaves them old or new, whole, and the next landing ends it [kill-upgrade]", async (t) => {
  const commit = "^rename .*_commits/";
  const swap = (table: string) => [
    `^rename .*/${table} .*/old-${table}$`,
    `^rename .*/new-${table} .*/${table}$`,
  ];
  const points: Point[] = [
    { what: commit, call: 1, when: "after" },
    { what: "^write .*/new-raw_data/", call: 1, when: "amid", ms: 2 },
    { what: "^write .*/new-raw_data/", call: 2, when: "after" },
    { what: "^write .*/new-quarantine/", call: 1, when: "before" },
    { what: "^write .*datapackage", call: 1, when: "before" },
    { what: commit, call: 2, when: "before" },
    { what: commit, call: 2, when: "amid", ms: 1 },
    { what: commit, call: 2, when: "after" },
    ...[...swap("raw_data"), ...swap("quarantine")].flatMap((what): Point[] => [
      { what, call: 1, when: "before" },
      { what, call: 1, when: "after" },
    ]),
    { what: "^remove .*/old-raw_data", call: 1, when: "before" },
    { what: commit, call: 3, when: "before" },
    { when: "end" },
  ];
  const own = ownConfig("version-1-killed");
  const { hdfs } = own;
  const kafka = await createTopicOfVersionOne();
  after(() => resetLake(openLake(hdfs)));
  const lakeNamed = (name: string): Config => ({
    ...own,
    kafka,
    hdfs: { ...hdfs, lakeDir: `${hdfs.lakeDir}/${name}` },
  });
  const whole = lakeNamed("whole");
  await uploadLakeOfVersionOne(whole);
  const expected = await expectTables(whole);
  await forEach(points, async (at, index) => {
    const config = lakeNamed(String(index));
    const where = JSON.stringify(at);
    await uploadLakeOfVersionOne(config);
    assert.ok(await runDoomed(config, { work: "land", at }), where);
    await land({ config });
    await checkLake(config, { expected, where, independently: index % 5 === 0 });
    assert.equal((await readLastCommit(openLake(config.hdfs)))?.state.version, 2, where);
  });
  t.diagnostic(`killed at ${points.length} points`);
});

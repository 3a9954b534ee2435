import assert from "node:assert/strict";
import { test } from "node:test";
import { compact } from "user-activity/dist/landing/compact";
import { diffVersions } from "user-activity/dist/sql/diff";
import { query } from "user-activity/dist/sql/query";
import { ownFolder } from "../../helpers/live-lake";
import { landVisits, visit, visitsContract } from "../../helpers/visits";
import { createWholeLake } from "../../helpers/whole-hdfs";
import { landCommits, replayAll } from "../../helpers/whole-landing";

const cacheRoot = ownFolder();
const whole = createWholeLake("events", 20);
const options = { ...whole, cacheRoot };

test("two versions differ by the rows that came, went and changed, of files that are not in both", async () => {
  await landCommits(whole, 3); // commits 2 to 4, each a graded and a refused event of one course
  const { from, to, tables } = await diffVersions("2", "4", options);
  assert.deepEqual([from, to], [2, 4]);
  assert.deepEqual(
    tables.map(({ table, came, went, changed, files }) => [table, came, went, changed, files.same]),
    [
      ["raw_data", 4, 0, 0, 1],
      ["questions_pool_data", 8, 0, 0, 1],
      ["grades_ID", 2, 0, 0, 1],
      ["course_ID", 0, 0, 1, 0],
      ["quarantine", 2, 0, 0, 1],
    ],
  );
  const [course] = tables[3]?.rows ?? [];
  assert.deepEqual(course?.before, { attempts: 1, stddev_score: null });
  assert.deepEqual(course?.after, { attempts: 3, stddev_score: 0 });
  const [grade] = tables[2]?.rows ?? [];
  assert.deepEqual([grade?.change, grade?.key, grade?.before], ["came", { user_exam_id: "a-2" }, null]);
  assert.equal(grade?.after?.score, 0.5);
});

test("the other way round rows go", async () => {
  const { tables } = await diffVersions("4", "2", { ...options, tables: ["grades_ID"], limit: 1 });
  const [{ came, went, changed, rows } = assert.fail()] = tables;
  assert.deepEqual([came, went, changed, rows.length, rows[0]?.after], [0, 2, 0, 1, null]);
});

test("files that were merged or rebuilt hold the same rows", async () => {
  await compact(whole);
  await replayAll(whole);
  for (const [from, to] of [
    ["4", "5"],
    ["4", "7"],
  ] as const) {
    const { tables } = await diffVersions(from, to, options);
    assert.deepEqual(
      tables.filter(({ came, went, changed }) => came + went + changed > 0),
      [],
    );
  }
});

test("a column that one of the versions does not have is null in it", async () => {
  const visits = createWholeLake("visits", 20);
  const noted = { name: "note", logicalType: "string" };
  await landVisits(visits, visitsContract(), { values: [visit("a")] });
  await landVisits(visits, visitsContract({ columns: [noted] }), { values: [visit("b", { note: "n" })] });
  const own = { ...visits, cacheRoot: ownFolder(), tables: ["visits"] };
  const found = async (from: string, to: string) => {
    const [{ came, went, changed, rows } = assert.fail()] = (await diffVersions(from, to, own)).tables;
    return [came, went, changed, rows[0]?.key, (rows[0]?.after ?? rows[0]?.before)?.note];
  };
  assert.deepEqual(await found("2", "4"), [1, 0, 0, { id: "b" }, "n"]);
  assert.deepEqual(await found("4", "2"), [0, 1, 0, { id: "b" }, "n"]);
});

test("a query of a version reads that, and one that names none what it is given", async () => {
  const sql = "SELECT (SELECT count(*) FROM raw_data) AS messages, count(*) AS graded FROM grades_ID";
  const at = async (version?: string) => (await query(sql, { ...options, at: version })).rows[0];
  assert.deepEqual(await at("2"), { messages: 2n, graded: 1n });
  assert.deepEqual(await at("3"), { messages: 4n, graded: 2n });
  assert.deepEqual(await at(), { messages: 6n, graded: 3n });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LakeParts } from "user-activity/dist/lake/catalogue";
import { type Commit, claimAfter, commitName, nextCommit } from "user-activity/dist/lake/commit-file";
import { listParts } from "user-activity/dist/lake/lake";
import { sumChange } from "user-activity/dist/lake/part-sums";
import { shippedModel } from "user-activity/dist/tables/lake-model";
import { createMemoryHdfs } from "../../helpers/memory-hdfs";

const count = 3000;
const pathOf = (index: number) => `grades_ID/part-${String(index + 1).padStart(8, "0")}.parquet`;
const files = Array.from({ length: count }, (_, index) => ({ path: pathOf(index), bytes: 4 }));
const none = { raw_data: [], questions_pool_data: [], course_ID: [], quarantine: [] };
const at = (path: string) => `/lake/${path}`;

/** A lake with so many parts of grades_ID, by a last commit that added the last of them. */
function lakeOf(change: Partial<Commit> = {}) {
  const memory = createMemoryHdfs();
  const after: LakeParts = { ...none, grades_ID: files };
  const parts = sumChange({ ...none, grades_ID: files.slice(0, -1) }, after);
  const { format: _, number: __, committedAt: ___, ...claim } = claimAfter(undefined, "run", "topic");
  const last = {
    table: "grades_ID",
    staged: "_tmp/a",
    path: pathOf(count - 1),
    rowCount: 1,
    bytes: 4,
  } as const;
  const commit = { ...nextCommit(undefined, { ...claim, kind: "land", files: [last], parts }), ...change };
  memory.put(at(`_commits/${commitName(1)}`), Buffer.from(JSON.stringify(commit)));
  for (const { path } of files) memory.put(at(path), Buffer.from("part"));
  return { memory, commit };
}

/** Lists as HDFS does while an entry is renamed: the first `wrong` times a file is missing, or there twice. */
function listWrongly({ memory }: ReturnType<typeof lakeOf>, wrong: number, way: "missing" | "twice") {
  let listings = 0;
  const list = async (directory: string) => {
    const entries = await memory.hdfs.list(directory);
    if (!directory.endsWith("grades_ID") || ++listings > wrong) return entries;
    const [, second = entries[0], ...others] = entries;
    const last = { name: "part-99999999.parquet", path: at("grades_ID/part-99999999.parquet") };
    const more = way === "twice" ? entries.slice(0, 2) : [];
    return [...more, ...others, ...(second ? [{ ...second, ...last }] : [])];
  };
  return { lake: { hdfs: { ...memory.hdfs, list }, at, model: shippedModel }, listings: () => listings };
}

const namesOf = (parts: readonly { path: string }[]) => parts.map(({ path }) => path);
const all = files.map(({ path }) => at(path));

describe(`a table of ${count} parts`, () => {
  for (const way of ["missing", "twice"] as const) {
    test(`is listed again where a file is ${way} that the last commit tells of`, async () => {
      const listed = listWrongly(lakeOf(), 2, way);
      assert.deepEqual(namesOf(await listParts(listed.lake, "grades_ID")), all);
      assert.equal(listed.listings(), 3);
    });
  }

  test("is taken as it was before the last commit, so long as that is not placed", async () => {
    const own = lakeOf();
    own.memory.remove(at(pathOf(count - 1)));
    const listed = listWrongly(own, 0, "missing");
    assert.deepEqual(namesOf(await listParts(listed.lake, "grades_ID")), all.slice(0, -1));
    assert.equal(listed.listings(), 1);
  });

  test("of a lake that an earlier version landed is what two listings agree on", async () => {
    const own = lakeOf({ parts: undefined });
    const listed = listWrongly(own, 1, "twice");
    assert.deepEqual(namesOf(await listParts(listed.lake, "grades_ID")), all);
    assert.equal(listed.listings(), 3);
  });

  test("that somebody else has taken a file from is told as it is, for verify to say so", async () => {
    const own = lakeOf();
    own.memory.remove(at(pathOf(7)));
    const listed = listWrongly(own, 0, "missing");
    assert.equal((await listParts(listed.lake, "grades_ID")).length, count - 1);
  });
});

test("a claim keeps what the commit before it says of the files", () => {
  const { commit } = lakeOf();
  assert.deepEqual(claimAfter(commit, "next", "topic").parts, commit.parts);
});

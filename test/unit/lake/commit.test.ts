import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LakeParts } from "user-activity/dist/lake/catalogue";
import { type Change, planCommit } from "user-activity/dist/lake/commit";
import { claimAfter, type LakeState } from "user-activity/dist/lake/commit-file";
import { shippedModel } from "user-activity/dist/tables/lake-model";
import { tables } from "user-activity/dist/tables/tables";

const claim = { ...claimAfter(undefined, "holder", "topic"), number: 7 };
const names = ["part-00000003.parquet", "part-00000004.parquet", "part-00000007.parquet"];
const pathsIn = (table: string, files: readonly string[]) =>
  files.map((name) => ({ path: `${table}/${name}`, bytes: 1 }));
const parts = Object.fromEntries(
  Object.keys(tables).map((table) => [
    table,
    pathsIn(table, table === "course_ID" ? ["part-00000000.parquet"] : names),
  ]),
) as unknown as LakeParts;

function plan(change: Partial<Change>) {
  const whole: Change = { kind: "land", holder: "holder", files: [], swaps: [], ...change };
  return planCommit({ run: "run", lake: { model: shippedModel } }, whole, { last: claim, parts });
}

function swap(replaced: readonly string[] | "all", added: readonly string[]): Partial<Change> {
  const staged = { directory: "grades_ID", staged: "_tmp/a/new", retired: "_tmp/a/old" };
  return { kind: "compact", swaps: [{ ...staged, replaced, added: pathsIn("grades_ID", added) }] };
}

describe("a commit by a change", () => {
  test("has the next number, the change's run and the holder of the claim", () => {
    const { number, run, holder, kind } = plan({ kind: "replay" }).commit;
    assert.deepEqual(
      { number, run, holder, kind },
      { number: 8, run: "run", holder: "holder", kind: "replay" },
    );
  });

  test("keeps the state where rows only move, and takes the change's where they do not", () => {
    assert.deepEqual(plan({}).commit.state, claim.state);
    const state: LakeState = { ...claim.state, offsets: { "0": "5" } };
    assert.deepEqual(plan({ state }).commit.state, state);
  });

  test("names new files by its number, but for the one file of course_ID, which takes the place of the last", () => {
    const staged = { staged: "_tmp/a/x", rowCount: 2, bytes: 9 };
    const files = (["raw_data", "course_ID", "index"] as const).map((table) => ({ table, ...staged }));
    const { commit, parts: after } = plan({ files });
    assert.deepEqual(
      commit.files.map(({ path }) => path),
      ["raw_data/part-00000008.parquet", "course_ID/part-00000000.parquet", "_index/00000008"],
    );
    assert.deepEqual(after.course_ID, [{ path: "course_ID/part-00000000.parquet", bytes: 9 }]);
    assert.deepEqual(after.raw_data?.at(-1), { path: "raw_data/part-00000008.parquet", bytes: 9 });
    assert.equal(after.raw_data?.length, 4);
    assert.deepEqual(after.grades_ID, parts.grades_ID);
  });

  test("puts merged files where the first of those that they replace stood, and leaves the others", () => {
    const merged = "part-00000003-m1.parquet";
    const { commit, parts: after } = plan(swap(names.slice(0, 2), [merged]));
    assert.deepEqual(after.grades_ID, pathsIn("grades_ID", [merged, "part-00000007.parquet"]));
    assert.deepEqual(after.quarantine, parts.quarantine);
    assert.equal("added" in (commit.swaps[0] ?? {}), false);
  });

  test("leaves of a directory that is rebuilt only what is new", () => {
    const { parts: after } = plan(swap("all", ["part-00000007-000001.parquet"]));
    assert.deepEqual(after.grades_ID, pathsIn("grades_ID", ["part-00000007-000001.parquet"]));
  });
});

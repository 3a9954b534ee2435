import assert from "node:assert/strict";
import { test } from "node:test";
import {
  below,
  countArrays,
  formatPath,
  maxSteps,
  parsePath,
  startsWith,
} from "user-activity/dist/contract/paths";

test("a path is read and written as infer writes it", () => {
  for (const path of [
    "$",
    "a",
    "a.b",
    "a[].b[][]",
    'a["b.c"].d',
    '["a b"][]',
    "äöü.日本[]",
    '["$"].a',
    "$a",
    "a.$",
  ]) {
    const steps = parsePath(path);
    assert.equal(steps && formatPath(steps), path);
  }
  assert.deepEqual(parsePath("$.a[]"), [{ key: "a" }, { each: "[]" }]);
});

test("what is no path is none", () => {
  for (const path of ["", ".", "a.", "a..b", "a[", "a[0]", "a b", "@index", 'a["b'])
    assert.equal(parsePath(path), undefined, path);
});

test("a path may have 32 steps and no more", () => {
  assert.equal(parsePath(Array(maxSteps).fill("a").join("."))?.length, maxSteps);
  assert.equal(
    parsePath(
      Array(maxSteps + 1)
        .fill("a")
        .join("."),
    ),
    undefined,
  );
});

test("paths begin with each other by whole steps", () => {
  const starts = (path: string, start: string) => startsWith(parsePath(path) ?? [], parsePath(start) ?? []);
  assert.equal(starts("ab.c", "a"), false);
  assert.equal(starts("a[].b", "a[]"), true);
  assert.equal(starts("a.b", "a[]"), false);
  assert.equal(starts("a", "$"), true);
  assert.equal(below("$", "a b"), '["a b"]');
  assert.equal(countArrays(parsePath("a[].b[].c") ?? []), 2);
});

import assert from "node:assert/strict";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createFolder } from "user-activity/dist/base/folders";
import { ownFolder } from "../../helpers/live-lake";

test("a folder is made with its parents, and is left as it is where it is there", () => {
  const folder = join(ownFolder(), "a", "b", "c");
  createFolder(folder);
  writeFileSync(join(folder, "kept"), "");
  createFolder(folder);
  assert.ok(statSync(join(folder, "kept")).isFile());
});

test("no folder is made where a file is, nor below one", () => {
  const file = join(ownFolder(), "file");
  writeFileSync(file, "");
  assert.throws(() => createFolder(file), { code: "EEXIST" });
  assert.throws(() => createFolder(join(file, "below", "it")), { code: /^(EEXIST|ENOTDIR)$/ });
});

const noProc = existsSync("/proc/self") ? false : "no /proc";

test("that none can be made is told, not tried for ever", { skip: noProc }, () => {
  assert.throws(() => createFolder("/proc/none/local"), { code: "ENOENT", path: "/proc/none" });
});

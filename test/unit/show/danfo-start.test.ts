import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";

/** Runs code in a process of its own, which prints one value as JSON. */
function evaluate(code: string): unknown {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["-p", `JSON.stringify((() => {${code}})())`],
    {
      cwd: projectPath("test"),
      encoding: "utf8",
    },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const loaded = `const loaded = () => ["mathjs", "xlsx"].filter((name) => require.resolve(name) in require.cache);`;

test("frames load mathjs at the first figure that needs it, and xlsx not at all", () => {
  const seen = evaluate(`${loaded}
    const { toFrame } = require("user-activity/dist/show/frames");
    const scores = toFrame([{ score: 2 }, { score: 4 }, { score: 9 }]).column("score");
    const before = [scores.mean(), loaded()];
    return [before, scores.median(), loaded()];`);
  assert.deepEqual(seen, [[5, []], 4, ["mathjs"]]);
});

test("danfo beside the frames is the same danfo, and mathjs is all there for others", () => {
  const seen = evaluate(`const { toFrame } = require("user-activity/dist/show/frames");
    const { DataFrame } = require("danfojs-node");
    return [toFrame([{ a: 1 }]) instanceof DataFrame, Object.keys(require("mathjs")).includes("median")];`);
  assert.deepEqual(seen, [true, true]);
});

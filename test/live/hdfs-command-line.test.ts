import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { readConfig } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { ownFolder, python } from "../helpers/live-lake";

describe("the hdfs command line", () => {
  const run = (args: readonly string[], env = {}) =>
    spawnSync(process.execPath, [projectPath("local", "hdfs.mjs"), ...args], {
      env: { ...process.env, ...env },
      encoding: "utf8",
    });

  test("works through WebHDFS too, where WEBHDFS_URL names the NameNode", () => {
    const { status, stdout, stderr } = run(["dfs", "-ls", "-d", "/"], { WEBHDFS_URL: readConfig().hdfs.url });
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(stdout, /^drwx.* \/$/m);
  });

  test("ends with the exit code of what it ran", () => {
    const { status, stderr } = run(["dfs", "-cat", "/there/is/none"]);
    assert.deepEqual([status, stderr], [1, "cat: `/there/is/none': No such file or directory\n"]);
  });

  test("refuses an unknown command, and says what to do where HDFS is stopped", () => {
    assert.equal(run(["--help"]).status, 0);
    const unknown = run(["namenode", "-format"]);
    assert.deepEqual(
      [unknown.status, unknown.stderr.slice(0, 42)],
      [2, "hdfs: expected dfs, fsck, dfsadmin, receiv"],
    );
    const stopped = run(["dfs", "-ls"], { USER_ACTIVITY_LOCAL_DIR: ownFolder(), WEBHDFS_URL: "" });
    assert.deepEqual([stopped.status, stopped.stderr.slice(0, 27)], [1, "hdfs: HDFS is not running; "]);
  });
});

describe("what the notebooks in Python share", () => {
  const call = (code: string, env = {}) =>
    spawnSync(python, ["-c", `from user_activity import *\n${code}`], {
      cwd: projectPath("notebooks"),
      env: { ...process.env, ...env },
      encoding: "utf8",
    });

  test("names the NameNode that the command line names, and says what to do where there is none", () => {
    const found = call("print(find_webhdfs())");
    assert.deepEqual([found.stderr, found.stdout], ["", `${readConfig().hdfs.url}\n`]);
    const stopped = call("find_webhdfs()", { USER_ACTIVITY_LOCAL_DIR: ownFolder(), WEBHDFS_URL: "" });
    assert.match(stopped.stderr, /RuntimeError: HDFS is not running; start it with "npx user-activity/);
  });

  test("raises a command's own words where it fails", () => {
    const { stderr } = call('run_command("land")', { LAKE_DIR: "relative" });
    assert.match(stderr, /^RuntimeError: user-activity: .*LAKE_DIR/m);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { askDoctor } from "../helpers/ask-doctor";
import { beginProgram, ownEnvironment, ownServices, until } from "../helpers/own-services";

describe("user-activity doctor where HDFS is ill", () => {
  const own = ownServices();
  const hdfsCommand = (...args: string[]) => {
    return beginProgram(
      process.execPath,
      [projectPath("local", "hdfs.mjs"), ...args],
      ownEnvironment(own.folder),
    ).ended;
  };

  test("tells of safe mode and of a DataNode that can't be reached", async () => {
    const started = await own.run(["services", "start", "--json"]);
    assert.equal(started.code, 0, started.stderr);
    const env = { ...ownEnvironment(own.folder) };
    assert.equal((await askDoctor(env)).get("HDFS")?.state, "ok");

    assert.equal((await hdfsCommand("dfsadmin", "-safemode", "enter")).code, 0);
    const safe = (await askDoctor(env)).get("HDFS");
    assert.equal(safe?.state, "missing");
    assert.match(safe?.advice ?? "", /SafeModeException.*; the NameNode is in safe mode/);
    assert.equal((await hdfsCommand("dfsadmin", "-safemode", "leave")).code, 0);

    process.kill(own.servers().get("datanode") ?? 0, "SIGKILL");
    await until(() => !own.servers().has("datanode"), "the DataNode's end");
    const { webhdfsUrl } = (await own.status()).hdfs;
    const gone = (await askDoctor({ ...env, WEBHDFS_URL: webhdfsUrl })).get("HDFS");
    assert.equal(gone?.state, "missing");
    assert.match(
      gone?.advice ?? "",
      /connection refused by 127\.0\.0\.1:\d+; is the DataNode 127\.0\.0\.1:\d+ up/,
    );
    const half = (await askDoctor(env)).get("HDFS");
    assert.deepEqual(
      [half?.state, half?.advice?.startsWith('"npx user-activity services start"')],
      ["warning", true],
    );
  });
});

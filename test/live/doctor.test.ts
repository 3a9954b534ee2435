import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openHdfs } from "user-activity/dist/hdfs/hdfs";
import { askDoctor } from "../helpers/ask-doctor";
import { ownConfig } from "../helpers/live-lake";

describe("user-activity doctor where all is set up and runs", () => {
  test("finds nothing missing, and writes nothing to HDFS", async () => {
    const { hdfs } = ownConfig("doctor");
    // the lakes of tests that run beside this one come and go
    const isOthers = (name: string) => name.startsWith("test-") && `/${name}` !== hdfs.lakeDir;
    const listNames = async () =>
      (await openHdfs(hdfs).list("/")).map(({ name }) => name).filter((name) => !isOthers(name));
    const before = await listNames();
    const { code, get } = await askDoctor({ LAKE_DIR: hdfs.lakeDir });
    assert.match(get("kernel")?.found ?? "", /^tslab 1\.0\.22, run by /);
    // a PYTHON that is none is asked for only where a step of set-up is compared with it
    const wrong = await askDoctor({ LAKE_DIR: hdfs.lakeDir, PYTHON: "none" });
    assert.match(wrong.get("set-up")?.advice ?? "", /^Python: expected 3\.10 or later.* PYTHON=none/);
    assert.equal(wrong.get("Python")?.state, "missing");
    assert.match(get("JupyterLab")?.found ?? "", /^4\./);
    assert.match(get("Plotly renderer")?.found ?? "", /^jupyterlab-plotly /);
    assert.match(get("Kafka")?.found ?? "", /^running at 127\.0\.0\.1:\d+, /);
    assert.match(get("HDFS")?.found ?? "", /can be written by .+, DataNode 127\.0\.0\.1:\d+ answers$/);
    assert.match(get("ports of HDFS")?.found ?? "", /^(\d+ ours(, )?){5}$/);
    assert.equal(code, get("set-up")?.state === "missing" ? 1 : 0); // who builds by hand has no stamp
    assert.deepEqual(await listNames(), before);
  });

  test("says where the user may not write", async () => {
    const { code, get } = await askDoctor({ HDFS_USER: "stranger" });
    assert.equal(code, 1);
    assert.match(get("HDFS")?.advice ?? "", /permission denied: user stranger has no .* access to \//);
  });
});

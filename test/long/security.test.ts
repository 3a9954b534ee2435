import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { openHdfsClient } from "user-activity/dist/hdfs/failover";
import { parseResult } from "../helpers/cli-process";
import { eventsFile } from "../helpers/live-lake";
import { loadRunner } from "../helpers/notebook-runs";
import { startRecordingProxy } from "../helpers/recording-proxy";
import { configOf, mark, useSecureCluster } from "../helpers/secure-cluster";

const cluster = useSecureCluster();
const { run } = cluster;

describe("a delegation token", () => {
  test("is what the NameNode is asked with, and reaches neither a DataNode nor anything that is printed", async () => {
    const owner = configOf(cluster.env()).hdfs;
    const granted = await openHdfsClient(owner, 5000).ask("GET", "getdelegationtoken", "/", {
      renewer: owner.user,
    });
    const token = (granted as { Token: { urlString: string } }).Token.urlString;
    const proxy = await startRecordingProxy(cluster.hdfs().url, {
      caPath: cluster.certificates().caPath,
      owner: owner.user,
    });
    const env = {
      ...cluster.env(),
      WEBHDFS_URL: proxy.url,
      WEBHDFS_CA: "",
      HDFS_USER: "somebody-else",
      HDFS_DELEGATION_TOKEN: token,
    };
    assert.equal((await run(["publish", eventsFile], env)).code, 0);
    assert.equal(parseResult(await run(["land", "--json"], env)).sumHolds, true);
    assert.equal(parseResult(await run(["verify", "--json"], env)).ok, true);
    const [toNameNode, toDataNode] = ["NameNode", "DataNode"].map((to) =>
      proxy.asked.filter((one) => one.to === to),
    );
    assert.ok(toNameNode?.length && toDataNode?.length);
    for (const { query } of toNameNode) {
      assert.deepEqual([query.get("delegation"), query.get("user.name")], [token, null]);
    }
    for (const { query, headers } of toDataNode)
      assert.ok(!`${query} ${JSON.stringify(headers)}`.includes(token));
    cluster.assertNothingTold([token, mark]);
  });
});

describe("notebooks on a secured cluster", () => {
  test("publish, consume and land by the environment alone, and neither code nor outputs tell a secret", async () => {
    const { runNotebook } = await loadRunner();
    const env = { ...cluster.env(), EVENTS_FILE: eventsFile };
    const output = join(cluster.folder, "notebooks", "executed.ipynb");
    for (const name of ["01-publish-and-consume.ipynb", "04-land-in-hdfs.ipynb"]) {
      await runNotebook(projectPath("notebooks", name), output, { env });
      const text = readFileSync(output, "utf8");
      assert.match(text, /"execution_count": 1,/);
      assert.ok(!text.includes(mark), name);
    }
    assert.equal(parseResult(await run(["verify", "--json"], env)).ok, true);
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { shippedContract } from "user-activity/dist/contract/shipped";
import { assertFailure, parseResult, runCli } from "../../helpers/cli-process";

describe("user-activity contract", () => {
  const folder = mkdtempSync(join(tmpdir(), "contract-"));
  after(() => rmSync(folder, { recursive: true }));
  const wrong = join(folder, "wrong.yaml");
  writeFileSync(
    wrong,
    "apiVersion: v3.1.0\nkind: DataContract\nid: w\nversion: 1\nstatus: draft\nschema: []\n",
  );

  test("check tells what the shipped contract holds, without any service", async () => {
    const { code, stdout, stderr } = await runCli(["contract", "check"], {
      env: { USER_ACTIVITY_LOCAL_DIR: "/nowhere" },
    });
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /assessments\.odcs\.yaml: in order: 2 tables, 1 summary, 37 columns, \d rules?\n$/);
  });

  test("check tells each problem on a line and exits with 1, also of the one that CONTRACT names", async () => {
    const { code, stdout } = await runCli(["contract", "check"], { env: { CONTRACT: wrong } });
    assert.equal(code, 1);
    assert.match(stdout, /^\S+wrong\.yaml:4: version: expected text, received 1; put it in quotes/);
    const json = await runCli(["contract", "check", wrong, "--json"]);
    const { problems } = JSON.parse(json.stdout) as { problems: { where: string }[] };
    assert.deepEqual([json.code, problems[0]?.where], [1, "version"]);
  });

  test("show prints the contract as JSON, and refuses what is none or can't be read", async () => {
    assert.deepEqual(parseResult(await runCli(["contract", "show", "--json"])), shippedContract);
    assert.match(assertFailure(await runCli(["contract", "show", wrong]), 2), /wrong\.yaml:4: version/);
    const none = assertFailure(await runCli(["contract", "show", join(folder, "none.yaml")]), 2);
    assert.match(
      none,
      /none\.yaml: expected a file that can be read, received ENOENT; name one, or set CONTRACT/,
    );
  });
});

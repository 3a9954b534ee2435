import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { ownConfig, ownFolder } from "../helpers/live-lake";
import { loadPageModule } from "../helpers/walkthrough";

const path = projectPath("docs", "own-events.md");
const page = readFileSync(path, "utf8");
const between = "‹the next command›";

/** The example's part of the page: its commands have outputs. */
function exampleOf(text: string): string {
  return /^## 1\. .*?(?=^## 2\. )/ms.exec(text)?.[0] ?? assert.fail("no example");
}

/** Runs commands one after the other in one shell, in a new folder; resolves to what each said. */
function runInOneShell(commands: readonly string[]): string[] {
  const folder = ownFolder();
  for (const name of ["local", "node_modules"]) symlinkSync(projectPath(name), join(folder, name));
  const script = ["set -eo pipefail", "exec 2>&1", ...commands.flatMap((one) => [one, `echo '${between}'`])];
  const env = { ...process.env, NO_COLOR: "1" };
  const { status, stdout } = spawnSync("bash", ["-c", script.join("\n")], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  assert.equal(status, 0, stdout);
  return stdout.split(`${between}\n`).slice(0, commands.length);
}

// WRITE_PAGE=1 writes what the commands say into the page
test("the example of the page on one's own events shows what its commands say", async () => {
  const { parsePage, findDifference, refitTables, rewritePage } = await loadPageModule();
  const { kafka, hdfs } = ownConfig("own-events");
  const example = exampleOf(page);
  const blocks = parsePage(example);
  assert.equal(blocks.length, 3);
  const [names, own] = [
    "KAFKA_TOPIC=mine LAKE_DIR=/mine",
    `KAFKA_TOPIC=${kafka.topic} LAKE_DIR=${hdfs.lakeDir}`,
  ];
  assert.ok(example.includes(names));
  const commands = blocks.map(({ command }) => command.replace(names, own));
  const outputs = runInOneShell(commands).map((text) =>
    refitTables(text.replaceAll(hdfs.lakeDir, "/mine").replaceAll(kafka.topic, "mine")).replaceAll(
      /^[…✓] (querying|fetching the tables).*\n/gm, // said only where it takes long
      "",
    ),
  );
  if (process.env.WRITE_PAGE)
    return writeFileSync(
      path,
      page.replace(example, () => rewritePage(example, outputs)),
    );
  const differences = blocks.map((block, index) => findDifference(block, outputs[index] ?? ""));
  assert.deepEqual(
    differences.map((one) => one?.replace(/^annotations\.md:\d+: /, "")), // lines are those of the example alone
    [undefined, undefined, undefined],
  );
});

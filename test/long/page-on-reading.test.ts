import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { openLake } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { publishFile } from "user-activity/dist/publish/publish";
import { eventsFile, ownConfig, ownFolder, runPython } from "../helpers/live-lake";

const page = readFileSync(projectPath("docs", "reading.md"), "utf8");

/** The blocks of a Markdown text that are meant to be run, in order. */
function commandsOf(text: string): { language: string; code: string }[] {
  return [...text.matchAll(/^```(python|sh)\n(.*?)^```/gms)].map(([, language = "", code = ""]) => ({
    language,
    code,
  }));
}

/** Runs every command of a text in one folder; the text's addresses become those of the lake. */
function runCommands(text: string, config: Config): string[] {
  const folder = ownFolder();
  for (const name of ["local", "node_modules"]) symlinkSync(projectPath(name), join(folder, name));
  const env = { ...process.env, LAKE_DIR: config.hdfs.lakeDir };
  const { hostname, port } = new URL(config.hdfs.url);
  return commandsOf(text).map(({ language, code }) => {
    const own = code
      .replaceAll("/user-activity", config.hdfs.lakeDir)
      .replaceAll("9870", port)
      .replaceAll("127.0.0.1", hostname);
    const answer =
      language === "sh"
        ? spawnSync("sh", ["-ec", own], { cwd: folder, env, encoding: "utf8" })
        : runPython(["-c", own], folder);
    assert.equal(answer.status, 0, `${own}\n${answer.stderr}`);
    return answer.stdout;
  });
}

test("the commands of the page on reading, and of the README in the lake, run as they stand", async () => {
  const config = ownConfig("reading");
  await publishFile(eventsFile, { config: config.kafka });
  await land({ config, batchMessages: 1500 });
  const outputs = runCommands(page.replace(/^## Spark$.*?^## /ms, "## "), config);
  const found = (pattern: RegExp) =>
    assert.ok(
      outputs.some((output) => pattern.test(output)),
      `${pattern}`,
    );
  found(/^grades_ID 3237 rows\. One row is the grade of one exam ID\.$/m);
  found(/^score DOUBLE share, from 0 to 1 correct \/ total\.$/m);
  found(/^14555 questions with \d{5} options, \d{5} of them ticked$/m);
  found(/Learning Git .* 390 /);
  found(/grades_ID +│ +required +│ +5 /);
  found(/^ {2}options\[\]\.correct +BOOLEAN +True for a right option\. \(null: a wrong option\)$/m);
  found(/│ options\[\]\.correct +│ BOOLEAN +│ +[\d,]+ │ +1 │ – +│ true +│ true +│ true \([\d,]+\)/);
  found(/Learning Git +│ [-0-9a-f]{36} │ +77 /);
  found(/grades_ID +│ +3,237 │ .*exported\/grades_ID\.csv/);
  found(/^drwx.* \/test-reading-.*\/raw_data$/m);
  found(/^# User activity$/m);
  found(/│ +refused +│[\s\S]*│ +5 +│/);
  found(/│ +graded +│[\s\S]*│ +3237 +│/);
  const lake = openLake(config.hdfs);
  const readme = (await lake.hdfs.read(lake.at("README.md"))).toString();
  const [pandas, duckdb] = runCommands(readme, config);
  assert.match(pandas ?? "", /Working with Algorithms in Python +14 /);
  assert.match(duckdb ?? "", /Learning Git .* 390 /);
});

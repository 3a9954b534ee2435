import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { formatSum } from "user-activity/dist/commits";
import { land } from "user-activity/dist/land";
import { projectPath } from "user-activity/dist/paths";
import { publishFile } from "user-activity/dist/publish";
import { eventsFile, ownConfig, runPython } from "./live-lake";

const readme = readFileSync(projectPath("README.md"), "utf8");

function blocksOf(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    (match) => match[1] ?? "",
  );
}

test("the README's queries run as they stand", async () => {
  const config = ownConfig("readme");
  await publishFile(eventsFile, { config: config.kafka });
  const { state } = await land({ config });
  const blocks = blocksOf("python");
  assert.equal(blocks.length, 2);
  const { hostname, port } = new URL(config.hdfs.url);
  for (const block of blocks) {
    const own = block
      .replaceAll("/user-activity/", `${config.hdfs.lakeDir}/`)
      .replaceAll("9870", port)
      .replaceAll("127.0.0.1", hostname);
    const answer = runPython(["-c", own]);
    assert.equal(answer.status, 0, answer.stderr);
    assert.match(answer.stdout, /Learning Git +│? +390|Learning Git.* 390 /);
  }
  assert.ok(readme.includes(formatSum(state.counts)), "the sum that the README shows");
  for (const [table, rows] of Object.entries(state.rowCounts)) {
    const shown = new RegExp(`│ ${table} +│ +${rows.toLocaleString("en-US")} │`);
    assert.match(readme, shown);
  }
});

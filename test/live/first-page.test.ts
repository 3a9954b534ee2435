import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { formatSum } from "user-activity/dist/lake/counts";
import { land } from "user-activity/dist/landing/land";
import { readLakeStatus } from "user-activity/dist/landing/status";
import { publishFile } from "user-activity/dist/publish/publish";
import { eventsFile, ownConfig, runPython } from "../helpers/live-lake";

const readme = readFileSync(projectPath("README.md"), "utf8");

function blocksOf(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    (match) => match[1] ?? "",
  );
}

/** What the README's first screen shows of a dataset. */
function readShown(table: string) {
  const row = new RegExp(
    `^│ ${table} +│ +([\\d,]+) │ +([\\d,]+) │ +([\\d,]+) │ /user-activity/${table} `,
    "m",
  );
  const [, ...cells] = row.exec(readme) ?? assert.fail(`${table} is not shown`);
  const [rows, files, bytes] = cells.map((cell) => Number(cell.replaceAll(",", "")));
  return { rows, files, bytes: bytes ?? 0 };
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
  const lake = (await readLakeStatus(config)) ?? assert.fail("nothing is landed");
  for (const { table, rows, files, bytes } of lake.datasets) {
    const shown = readShown(table);
    assert.deepEqual([shown.rows, shown.files], [rows, files], table);
    const mayDiffer = bytes / 100; // partitions are read in an order that varies, and so do compression and sums
    assert.ok(
      Math.abs(shown.bytes - bytes) <= mayDiffer,
      `${table}: ${shown.bytes} bytes shown, ${bytes} landed`,
    );
  }
});

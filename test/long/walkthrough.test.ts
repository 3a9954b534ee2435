import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { localDir } from "user-activity/dist/base/paths";
import { loadPageModule, loadRunModule, readPage } from "../helpers/walkthrough";

// The commands depend on each other, so all of them run once, on services that hold nothing before and are gone afterwards.
test("annotations.md shows what its commands say", async (context) => {
  const { parsePage, findDifference, findUnshownNumbers, rewritePage } = await loadPageModule();
  const { runPage } = await loadRunModule();
  const page = readPage();
  const servicesDir = join(localDir, `walkthrough-test-${process.pid}`);
  const blocks = parsePage(page);
  const runs = await runPage(page, { servicesDir });
  assert.equal(runs.length, blocks.length);

  for (const [index, block] of blocks.entries()) {
    const [command] = block.command.split("\n");
    await context.test(`${block.step}: ${command}`, () => {
      assert.equal(findDifference(block, runs[index]?.output ?? ""), undefined);
    });
  }

  await context.test("names no number in its prose that the outputs of its step don't show", () => {
    const outputs = runs.map(({ output }) => output);
    assert.deepEqual(findUnshownNumbers(rewritePage(page, outputs)), []);
  });

  await context.test("fails, naming the step, where the page shows another number", () => {
    const [shown, other] = ["assessments:1:1118", "assessments:1:1119"];
    assert.ok(page.includes(shown));
    const changed = parsePage(page.replace(shown, other));
    const differences = changed.flatMap(
      (block, index) => findDifference(block, runs[index]?.output ?? "") ?? [],
    );
    assert.equal(differences.length, 1);
    assert.match(
      differences[0] ?? "",
      /Step \d+\. Publish: .*\n.*the page shows: assessments:1:1119\n.*said: assessments:1:1118$/,
    );
  });

  await context.test("leaves nothing behind", () => {
    assert.equal(existsSync(servicesDir), false);
  });
});

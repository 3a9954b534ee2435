import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { barFigure } from "user-activity/dist/show/figures";
import { toFrame } from "user-activity/dist/show/frames";
import { showFigure, showFrame } from "user-activity/dist/show/show";
import { showTree } from "user-activity/dist/show/tree";
import { fakeKernel } from "../../helpers/fake-kernel";
import { ownFolder, python } from "../../helpers/live-lake";
import { noPython } from "../../helpers/other-parquet-readers";
import { parseMarkup } from "../../helpers/parse-markup";

describe("a notebook that nbconvert made a page", { skip: noPython }, () => {
  const kernel = fakeKernel();

  /** The page of a notebook that showed this. */
  function toPage(options: readonly string[] = []) {
    const folder = ownFolder();
    const outputs = kernel.messages.map(({ data, metadata }) => ({
      output_type: "display_data",
      data,
      metadata,
    }));
    const cell = { cell_type: "code", id: "a", execution_count: 1, metadata: {}, source: "", outputs };
    const notebook = { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 };
    writeFileSync(join(folder, "a.ipynb"), JSON.stringify(notebook));
    const args = ["-m", "jupyter", "nbconvert", "--to", "html", ...options, join(folder, "a.ipynb")];
    const { status, stderr } = spawnSync(python, args, { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return { stderr, html: readFileSync(join(folder, "a.html"), "utf8") };
  }

  test("has its figures' words, and tables and trees as they are shown, with their script", async () => {
    const alt = 'Bars of "results", <most> right.';
    await showFigure(barFigure([{ label: "a", value: 1 }], "answers", { title: "Figure 1", alt }));
    showFrame(toFrame(Array.from({ length: 12 }, (_, place) => ({ place }))));
    showTree({ a: { b: 1 } });
    const { html, stderr } = toPage();
    const { all } = parseMarkup(html);
    assert.deepEqual(
      all("img").map((one) => one.getAttribute("alt")),
      [alt],
    );
    assert.doesNotMatch(html, /No description/);
    assert.doesNotMatch(stderr, /Alternative text is missing/);
    assert.equal(all(".jp-OutputArea-output table tbody tr").length, 10);
    assert.equal(all(".jp-OutputArea-output details").length, 2);
    assert.equal(all(".jp-OutputArea-output script").length, 1);
  });
});

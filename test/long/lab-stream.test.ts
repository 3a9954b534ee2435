import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { labInBrowser, noBrowser } from "../helpers/lab-browser";
import { ownConfig } from "../helpers/live-lake";
import { assertSaved, committed, removeBeside } from "../helpers/notebook-runs";

/** What was seen in the output of the cell that follows, each state once, in order. */
interface Seen {
  readonly tables: readonly string[];
  readonly pictures: readonly string[];
}

describe("notebook 06 in a browser, by Run All", { skip: noBrowser }, () => {
  const config = ownConfig("lab-stream");
  removeBeside("06", config);
  const session = labInBrowser(config, "lab-stream");
  const { complaints, cellsOf, cellAt, takePicture } = session;

  test("changes its table and its charts in place while events arrive, and ends with interactive charts", async () => {
    session.solveBeside("06");
    const panel = await session.openNotebook("06");
    await session.clearOutputs();
    const [index = -1, ...others] = session.figuresOf("06");
    assert.deepEqual(others, []);
    await recordStates();
    const watching = async () => {
      const cell = await cellAt(panel, index);
      const picture = cell.locator(".jp-RenderedSVG");
      await picture.first().waitFor();
      await cell.locator(".jp-OutputArea").scrollIntoViewIfNeeded();
      for (let number = 1; number <= 3; number++) {
        await takePicture(`06-live-${number}`);
        await session.page().waitForTimeout(2000);
      }
      const chart = cell.locator(".js-plotly-plot").first();
      const lag = cell.locator(".js-plotly-plot").nth(1);
      await chart.locator(".gtitle").waitFor();
      await lag.locator(".gtitle").waitFor();
      await takePicture("06-end");
      assert.equal(
        await chart.locator(".gtitle").innerHTML(),
        "Figure 1. Learning Git leads with 390 of 3237 attempts",
      );
      assert.equal(await chart.locator(".barlayer .point path").count(), 10);
      assert.match(await lag.locator(".gtitle").innerHTML(), /^Figure 2\. .+ now 0 do$/);
      assert.equal(await lag.locator(".scatterlayer .point").count(), 0, "what was measured is left out");
      assert.equal(await picture.count(), 0, "the charts stand where the pictures were");
      assert.equal(await cell.locator(".jp-OutputArea-output table").count(), 1);
    };
    await session.runAll(panel, "06", watching);
    const seen = await readStates();
    const landed = seen.tables.map((text) => Number(/messages landed, in all\D*(\d+)/.exec(text)?.[1]));
    assert.ok(new Set(landed).size >= 4, `messages landed: ${landed.join(", ")}`);
    assert.deepEqual(
      landed,
      [...landed].sort((a, b) => a - b),
    );
    assert.equal(landed.at(-1), 3280);
    assert.match(seen.tables[0] ?? "", /messages per second/);
    assert.doesNotMatch(seen.tables.at(-1) ?? "", /per second|last commit/);
    assert.ok(seen.pictures.length >= 3, `${seen.pictures.length} pictures`);
    assert.deepEqual(complaints, []);
  });

  test("leaves nothing unsaid at its end", async () => {
    const last = cellsOf("06").findLastIndex(({ cell_type }) => cell_type === "code");
    const panel = session.page().locator(".jp-NotebookPanel:not(.lm-mod-hidden)");
    const cell = await cellAt(panel, last);
    await cell.getByText("5 of 5 tables agree").waitFor();
    await takePicture("06-last");
    assert.ok(session.areUntouched());
  });

  test("is saved as it is committed, but for the names of topic and lake and the chart renderer's bitmaps, and its exercise is solved", async () => {
    const notebook = committed.get(session.nameOf("06")) ?? assert.fail("no notebook 6");
    assertSaved(await session.save("06"), notebook, config);
  });

  /** Notes what the live table and the live picture show from now on. */
  async function recordStates(): Promise<void> {
    await session.page().evaluate(() => {
      const { document, MutationObserver } = globalThis as unknown as BrowserWindow;
      const seen: { tables: string[]; pictures: string[] } = { tables: [], pictures: [] };
      Object.assign(globalThis, { seen });
      const add = (list: string[], text: string) => text && list.at(-1) !== text && list.push(text);
      const note = () => {
        for (const table of document.querySelectorAll(".jp-OutputArea-output table"))
          if (table.innerText.startsWith("Table 1.")) add(seen.tables, table.innerText);
        for (const picture of document.querySelectorAll(".jp-RenderedSVG"))
          add(seen.pictures, picture.innerHTML);
      };
      new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
    });
  }

  function readStates(): Promise<Seen> {
    return session.page().evaluate(() => (globalThis as unknown as { seen: Seen }).seen);
  }
});

/** What is asked of the page from within. */
interface BrowserWindow {
  readonly document: {
    readonly body: object;
    querySelectorAll(selector: string): Iterable<{ readonly innerText: string; readonly innerHTML: string }>;
  };
  readonly MutationObserver: new (onChange: () => void) => { observe(node: object, options: object): void };
}

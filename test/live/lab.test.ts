import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Locator } from "playwright-core";
import { toFrame } from "user-activity/dist/show/frames";
import { renderFrame } from "user-activity/dist/show/show";
import { renderTree } from "user-activity/dist/show/tree";
import { labInBrowser, noBrowser, startLab } from "../helpers/lab-browser";
import { ownConfig } from "../helpers/live-lake";
import { leastContrast } from "../helpers/site-browser";

describe("JupyterLab in a browser", { skip: noBrowser }, () => {
  const config = ownConfig("lab");
  const session = labInBrowser(config, "lab");
  const { root, complaints, cellsOf, cellAt, readyPanel, openNotebook, clearOutputs, takePicture } = session;

  test("is served on 127.0.0.1 alone, and only to those who have the token", async () => {
    const { origin, port, searchParams } = new URL(session.lab().url);
    const token = searchParams.get("token") ?? "";
    assert.ok(token.length >= 32);
    assert.equal((await fetch(`${origin}/api/contents?token=${token}`)).status, 200);
    for (const query of ["", "?token=", `?token=${"0".repeat(token.length)}`]) {
      assert.equal((await fetch(`${origin}/api/contents${query}`)).status, 403, query);
      const answer = await fetch(`${origin}/lab${query}`, { redirect: "manual" });
      assert.match(answer.headers.get("location") ?? "", /^\/login/);
    }
    assert.equal(await canConnect("127.0.0.1", Number(port)), true);
    // an address of this machine too: it would answer were the server bound to all of them
    assert.equal(await canConnect("127.0.0.2", Number(port)), false);
  });

  test("opens on notebook 01 as it is committed, starts the TypeScript kernel, and changes nothing by that", async () => {
    const page = session.page();
    await page.goto(session.lab().url);
    const panel = await readyPanel();
    assert.equal(await panel.locator("h1").first().innerText(), "1. Publish and consume");
    assert.equal(await page.locator(".jp-mod-dirty").count(), 0);
    assert.equal(await page.locator(".jp-Dialog").count(), 0);
    await takePicture("01-open");
  });

  test("runs a cell and shows its output", async () => {
    const panel = await openNotebook("01");
    await clearOutputs();
    const first = await cellAt(panel, 1);
    await first.locator(".jp-InputPrompt").click();
    const page = session.page();
    const output = page.locator(".jp-Cell .jp-OutputArea-output table");
    assert.equal(await output.count(), 0);
    const codeIndex = cellsOf("01").findIndex(({ id }) => id === "code-06");
    for (let index = 1; index <= codeIndex; index++) await page.keyboard.press("Shift+Enter");
    await output.waitFor();
    assert.match(await output.innerText(), /Kafka\s+(running|external)\s+the stream of messages/);
    await takePicture("01-ran");
  });

  test("draws the charts of notebook 03 as it is committed, and changes nothing by that", async () => {
    const panel = await openNotebook("03");
    const figures = session.figuresOf("03");
    assert.equal(figures.length, 3);
    for (const [number, index] of figures.entries()) {
      const chart = (await cellAt(panel, index)).locator(".js-plotly-plot");
      await chart.locator(".gtitle").waitFor();
      assert.match(await chart.locator(".gtitle").innerHTML(), new RegExp(`^Figure ${number + 1}\\. `));
      const marks = chart.locator(".barlayer .point path, .scatterlayer .point");
      assert.equal(await marks.count(), [10, 20, 41][number]);
      await takePicture(`03-figure-${number + 1}`);
    }
    assert.equal(
      await session.page().locator(".jp-mod-dirty").count(),
      0,
      "to look at a chart changes nothing",
    );
    assert.deepEqual(complaints, []);
  });

  describe("tables, trees and charts that can be looked into", () => {
    const shown =
      'import { barFigure, showFilteredBy, showFrame, showSchemas, showTree, toFrame } from "user-activity";';
    const sources = [
      `${shown}\nconst rows = Array.from({ length: 60 }, (_, place) => ({ place, kind: ["right", "wrong", "none"][place % 3], share: place % 7 ? place / 60 : null }));`,
      'showFrame(toFrame(rows), { caption: "Table 1. Rows" });',
      'showTree({ id: "a", counts: { total: "four" }, list: [{ at: 1 }] }, { failures: [{ path: "counts.total", rule: "type", expected: "a whole number", received: \'"four"\' }], from: { partition: 0, offset: 7 } });',
      'showSchemas({ observed: [{ path: "id", type: "STRING" }, { path: "n", type: "STRING", nullable: true }], demanded: [{ path: "id", type: "STRING" }, { path: "n", type: "INT32" }] });',
      'const bars = ["right", "wrong", "none"].map((label) => ({ label, value: 20 }));\nawait showFilteredBy(barFigure(bars, "rows", { title: "Figure 1. Rows", alt: "Bars." }), toFrame(rows), { column: "kind", height: 260, rows: 5 });',
    ];
    const name = "tables.ipynb";

    /** A notebook as a clone has it: run elsewhere, so that JupyterLab does not trust what it shows. */
    function writeNotebook(): void {
      const rows = Array.from({ length: 60 }, (_, place) => ({ place }));
      const outputs = [
        renderFrame(toFrame(rows)),
        { "text/html": renderTree({ id: "a", counts: { total: 4 } })["text/html"] },
      ];
      const cells = sources.map((source, place) => {
        const data = outputs[place - 1];
        const output = data ? [{ output_type: "display_data", data, metadata: {} }] : [];
        return {
          cell_type: "code",
          id: `code-${place}`,
          execution_count: null,
          metadata: {},
          source,
          outputs: output,
        };
      });
      const { metadata } = JSON.parse(readFileSync(join(root, "notebooks", session.nameOf("01")), "utf8"));
      const notebook = { cells, metadata, nbformat: 4, nbformat_minor: 5 };
      writeFileSync(join(root, "notebooks", name), JSON.stringify(notebook));
    }

    const output = (panel: Locator, place: number) =>
      panel.locator(`.jp-Cell[data-windowed-list-index="${place}"] .jp-OutputArea-output`);

    test("that were run elsewhere are plain tables, and trees that fold, until the notebook is run or trusted", async () => {
      writeNotebook();
      const panel = await session.openFile(name);
      const table = output(panel, 1);
      await table.locator("tbody tr").first().waitFor();
      assert.equal(await table.locator("tbody tr").count(), 10);
      assert.equal(await table.locator("input, button").count(), 0);
      assert.match(await table.innerText(), /60 distinct.*60 rows × 1 column, the first 10 shown/s);
      const tree = output(panel, 2);
      await tree.getByText("counts").click();
      await tree.getByText("total: 4").waitFor();
      await takePicture("tables-untrusted");
    });

    test("sort, filter and page once they are run, by mouse and by keys that JupyterLab leaves to them", async () => {
      const page = session.page();
      const panel = await session.openFile(name);
      await panel.locator('[data-command="notebook:restart-run-all"]').click();
      await page.locator(".jp-Dialog .jp-mod-accept").click();
      await output(panel, 4).locator(".point").first().waitFor();
      const table = output(panel, 1);
      const status = table.locator('[role="status"]');
      await table.scrollIntoViewIfNeeded();
      await table.getByRole("button", { name: "place" }).click();
      await table.getByRole("button", { name: "place" }).click();
      assert.equal(await table.locator("tbody td").first().innerText(), "59");
      await table.getByRole("button", { name: "next" }).press("Enter");
      assert.equal(await status.innerText(), "rows 11 to 20 of 60, by place, descending");
      await table.getByLabel("filter").click();
      await page.keyboard.type("xdd"); // in JupyterLab x cuts a cell and dd deletes it
      assert.equal(await status.innerText(), "0 found in 60, by place, descending");
      await table.getByLabel("filter").fill("kind=wrong place<10");
      assert.equal(await status.innerText(), "rows 1 to 3 of 3 found in 60, by place, descending");
      assert.equal(await panel.locator(".jp-Cell").count(), sources.length);
      await takePicture("tables-run");
      assert.deepEqual(complaints, []);
    });

    test("unfold to a failure with its rule, put schemas side by side, and a bar filters its table", async () => {
      const panel = await session.readyPanel();
      const tree = output(panel, 2);
      await tree.scrollIntoViewIfNeeded();
      assert.match(await tree.innerText(), /total: "four" +✗ type: expected a whole number, received "four"/);
      await tree.getByText("list").click();
      await tree.getByText("[0]").click();
      await tree.getByText("at: 1").waitFor();
      assert.match(await output(panel, 3).innerText(), /≠ n\s+STRING or null\s+INT32/);
      const filtered = output(panel, 4);
      await filtered.scrollIntoViewIfNeeded();
      await filtered.locator('.point[aria-label="wrong: 20"] rect').click();
      const status = filtered.locator('[role="status"]');
      assert.equal(await status.innerText(), "rows 1 to 5 of 20 found in 60, for wrong");
      await session.page().keyboard.press("Escape");
      await takePicture("tables-bars");
      assert.deepEqual(complaints, []);
    });

    test("run again when a notebook that was run and saved is opened, and can be read in the dark theme", async () => {
      const page = session.page();
      const answer = page.waitForResponse(
        (one) => one.request().method() === "PUT" && one.url().includes(name),
      );
      await page.locator('[data-command="docmanager:save"]:visible').first().click();
      assert.equal((await answer).status(), 200);
      session.useDarkTheme();
      const panel = await session.openFile(name);
      await page.locator('body[data-jp-theme-light="false"]').waitFor({ state: "attached" });
      const table = output(panel, 1);
      await table.getByRole("button", { name: "next" }).click();
      assert.equal(await table.locator('[role="status"]').innerText(), "rows 11 to 20 of 60");
      await takePicture("tables-dark");
      const parts = [
        "th",
        "td",
        "small",
        "summary",
        "li",
        "label",
        "input",
        "button:not([aria-disabled=true])",
      ];
      const selector = parts.map((part) => `.jp-OutputArea-output ${part}`).join(", ");
      assert.ok((await leastContrast(page, selector)) >= 4.5);
      assert.deepEqual(complaints, []);
    });
  });

  test("leaves the tracked notebooks as they are", () => {
    assert.ok(session.areUntouched());
  });

  test("ends when it is stopped, and its kernels with it", async () => {
    const lab = session.lab();
    await session.browser().close();
    assert.ok(countProcessesIn(root) > 0 || process.platform !== "linux");
    lab.stop();
    assert.equal(await lab.ended, 0);
    assert.equal(countProcessesIn(root), 0);
    assert.equal(await canConnect("127.0.0.1", Number(new URL(lab.url).port)), false);
  });
});

test("two JupyterLabs that start at once are served side by side", async () => {
  const outcomes = await Promise.allSettled([startLab(), startLab()]);
  const labs = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  for (const { stop } of labs) stop();
  assert.deepEqual(await Promise.all(labs.map(({ ended }) => ended)), [0, 0], JSON.stringify(outcomes));
  assert.equal(new Set(labs.map(({ url }) => new URL(url).port)).size, 2);
});

/** How many processes work in a folder, as kernels do in that of their notebook; 0 where that can't be known. */
function countProcessesIn(folder: string): number {
  if (!existsSync("/proc/self/cwd")) return 0;
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => workFolderOf(pid).startsWith(folder)).length;
}

function workFolderOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return ""; // it has ended, or is somebody else's
  }
}

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => end(true));
    socket.on("error", () => end(false));
    socket.on("timeout", () => end(false));
  });
}

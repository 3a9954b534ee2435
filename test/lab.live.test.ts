import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { projectPath } from "user-activity/dist/paths";
import { ownConfig } from "./live-lake";

interface Lab {
  readonly url: string;
  readonly ended: Promise<number>;
  readonly stop: () => void;
}

interface LabOptions {
  readonly root: string;
  readonly notebook: string;
  readonly env: Record<string, string>;
}

const browserPath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
  (path) => path && existsSync(path),
);
const skip = browserPath ? false : "no browser: install chromium, or name one in CHROMIUM";

/** Pictures of what the browser shows, for those who want to look; nothing is kept unless a folder is named. */
const pictures = process.env.SCREENSHOTS;

// JupyterLab starts, a kernel compiles, charts are drawn: on a busy machine that takes its time
const patienceMs = 180_000;

describe("JupyterLab in a browser", { skip }, () => {
  const tracked = projectPath("notebooks");
  const names = readdirSync(tracked).filter((name) => name.endsWith(".ipynb"));
  const contents = () => new Map(names.map((name) => [name, readFileSync(join(tracked, name), "utf8")]));
  const atStart = contents();
  const config = ownConfig("lab");
  // copies: what is saved in the browser must not be the tracked notebooks
  const root = projectPath(".local", `test-lab-${process.pid}`);
  const complaints: string[] = [];
  let lab: Lab;
  let browser: Browser;
  let page: Page;

  before(async () => {
    mkdirSync(join(root, "notebooks"), { recursive: true });
    for (const name of [...names, "user_activity.py"])
      cpSync(join(tracked, name), join(root, "notebooks", name));
    const { startLab } = (await import(pathToFileURL(projectPath("local", "lab.mjs")).href)) as {
      startLab: (options: LabOptions) => Promise<Lab>;
    };
    const env = {
      KAFKA_TOPIC: config.kafka.topic,
      LAKE_DIR: config.hdfs.lakeDir,
      JUPYTERLAB_WORKSPACES_DIR: join(root, "workspaces"),
    };
    lab = await startLab({ root, notebook: `notebooks/${nameOf("01")}`, env });
    browser = await chromium.launch({
      executablePath: browserPath ?? "",
      args: [
        ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        ...["--disable-component-update", "--disable-sync", "--no-first-run"],
      ],
    });
    page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    page.setDefaultTimeout(patienceMs);
    watch(page);
  });

  after(async () => {
    await browser?.close();
    lab?.stop();
    await lab?.ended;
    rmSync(root, { recursive: true, force: true });
  });

  function nameOf(number: string): string {
    return names.find((name) => name.startsWith(number)) ?? assert.fail(`notebook ${number}`);
  }

  function watch(one: Page): void {
    one.on("pageerror", (error) => complaints.push(error.message));
    one.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    one.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http") && url.hostname !== "127.0.0.1") complaints.push(url.href);
    });
  }

  async function takePicture(name: string): Promise<void> {
    if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  /** The notebook that is open, once its kernel waits for work. */
  async function readyPanel(): Promise<Locator> {
    const panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)");
    await panel.locator(".jp-KernelName", { hasText: "TypeScript" }).waitFor();
    await panel.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
    return panel;
  }

  async function openNotebook(number: string): Promise<Locator> {
    const url = new URL(lab.url);
    url.pathname = `/lab/tree/notebooks/${nameOf(number)}`;
    await page.goto(url.href);
    return readyPanel();
  }

  /** Forgets the committed outputs and counts, so that what is seen later is of this run. */
  async function clearOutputs(): Promise<void> {
    await page.getByRole("menuitem", { name: "Edit" }).click();
    await page.getByRole("menuitem", { name: "Clear Outputs of All Cells" }).click();
  }

  /** The cell that an index of the file names, scrolled to where it is drawn. */
  async function cellAt(panel: Locator, index: number): Promise<Locator> {
    const cell = panel.locator(`.jp-Cell[data-windowed-list-index="${index}"]`);
    await panel.locator(".jp-WindowedPanel-outer").hover();
    for (let turn = 0; turn < 200 && !(await cell.isVisible()); turn++) {
      const drawn = await panel.locator(".jp-Cell:visible").first().getAttribute("data-windowed-list-index");
      await page.mouse.wheel(0, Number(drawn) < index ? 500 : -500);
      await page.waitForTimeout(50);
    }
    await cell.scrollIntoViewIfNeeded();
    return cell;
  }

  function cellsOf(number: string): { id: string; cell_type: string; outputs?: { data?: object }[] }[] {
    return JSON.parse(atStart.get(nameOf(number)) ?? "").cells;
  }

  test("is served on 127.0.0.1 alone, and only to those who have the token", async () => {
    const { origin, port, searchParams } = new URL(lab.url);
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
    await page.goto(lab.url);
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
    const output = page.locator(".jp-Cell .jp-OutputArea-output table");
    assert.equal(await output.count(), 0);
    const codeIndex = cellsOf("01").findIndex(({ id }) => id === "code-06");
    for (let index = 1; index <= codeIndex; index++) await page.keyboard.press("Shift+Enter");
    await output.waitFor();
    assert.match(await output.innerText(), /Kafka\s+(running|external)\s+the stream of messages/);
    await takePicture("01-ran");
  });

  test("runs all of notebook 03 and draws its charts, without an error in the browser", async () => {
    const panel = await openNotebook("03");
    const figures = cellsOf("03").flatMap(({ outputs = [] }, index) =>
      outputs.some(({ data = {} }) => "application/vnd.plotly.v1+json" in data) ? [index] : [],
    );
    await (await cellAt(panel, figures[0] ?? 0)).locator(".js-plotly-plot .gtitle").waitFor();
    assert.equal(await page.locator(".jp-mod-dirty").count(), 0, "to look at a chart changes nothing");
    await clearOutputs();
    await panel.locator('[data-command="notebook:restart-run-all"]').click();
    await page.locator(".jp-Dialog .jp-mod-accept").click();
    const cells = cellsOf("03");
    const last = cells.findLastIndex(({ cell_type }) => cell_type === "code");
    const count = cells.filter(({ cell_type }) => cell_type === "code").length;
    const lastCell = await cellAt(panel, last);
    await lastCell.locator(".jp-InputPrompt", { hasText: `[${count}]:` }).waitFor();
    const publishing = await cellAt(
      panel,
      cells.findIndex(({ id }) => id === "code-04"),
    );
    await publishing.getByText(`3280 records in topic ${config.kafka.topic}`).waitFor();
    assert.equal(figures.length, 3);
    for (const [number, index] of figures.entries()) {
      const chart = (await cellAt(panel, index)).locator(".js-plotly-plot");
      await chart.locator(".gtitle").waitFor();
      assert.match(await chart.locator(".gtitle").innerHTML(), new RegExp(`^Figure ${number + 1}\\. `));
      const marks = chart.locator(".barlayer .point path, .scatterlayer .point");
      assert.equal(await marks.count(), [10, 20, 41][number]);
      await takePicture(`03-figure-${number + 1}`);
    }
    assert.deepEqual(complaints, []);
  });

  test("saves what was run as it is committed, but for the topic's name and the chart renderer's bitmaps", async () => {
    const answer = page.waitForResponse(
      (one) => one.request().method() === "PUT" && one.url().includes("/contents/"),
    );
    await page.locator('[data-command="docmanager:save"]:visible').first().click();
    assert.equal((await answer).status(), 200);
    const saved = readFileSync(join(root, "notebooks", nameOf("03")), "utf8");
    const { cells } = JSON.parse(saved.replaceAll(config.kafka.topic, "assessments"), (name, value) =>
      name === "image/png" ? undefined : value,
    );
    const differing = cellsOf("03").filter((cell, index) => !isDeepStrictEqual(cell, cells[index]));
    assert.deepEqual(
      differing.map(({ id }) => id),
      [],
    );
  });

  test("leaves the tracked notebooks as they are", () => {
    assert.deepEqual(contents(), atStart);
  });

  test("ends when it is stopped, and its kernels with it", async () => {
    await browser.close();
    assert.ok(countProcessesIn(root) > 0 || process.platform !== "linux");
    lab.stop();
    assert.equal(await lab.ended, 0);
    assert.equal(countProcessesIn(root), 0);
    assert.equal(await canConnect("127.0.0.1", Number(new URL(lab.url).port)), false);
  });
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

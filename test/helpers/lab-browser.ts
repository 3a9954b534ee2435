import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import type { Config } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { solveBeside } from "./exercises";
import { eventsFile } from "./live-lake";
import { readNotebook } from "./notebook-files";

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

/** What the tests ask of a cell in a notebook's file. */
export interface FileCell {
  readonly id: string;
  readonly cell_type: string;
  readonly outputs?: readonly { readonly data?: object }[];
}

const browserPath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
  (path) => path && existsSync(path),
);

/** Why there can be no test in a browser, or false where there can. */
export const noBrowser = browserPath ? false : "no browser: install chromium, or name one in CHROMIUM";

/** Pictures of what the browser shows, for those who want to look; nothing is kept unless a folder is named. */
const pictures = process.env.SCREENSHOTS;

// JupyterLab starts, a kernel compiles, charts are drawn: on a busy machine that takes its time
const patienceMs = 180_000;

/** A browser without a window that asks for nothing by itself. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath ?? "",
    args: [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
      ...["--disable-component-update", "--disable-sync", "--no-first-run"],
    ],
  });
}

/** JupyterLab as local/notebooks/lab.mjs starts it, once it answers. */
export async function startLab(options: Partial<LabOptions> = {}): Promise<Lab> {
  const module = await import(pathToFileURL(projectPath("local", "notebooks", "lab.mjs")).href);
  return module.startLab(options);
}

/**
 * JupyterLab with a browser before it, for the tests of a describe block: on copies of the tracked notebooks, since what
 * is saved in the browser must not be them, and on this configuration's topic and lake. Ended after the tests.
 */
export function labInBrowser(config: Config, name: string) {
  const tracked = projectPath("notebooks");
  const names = readdirSync(tracked).filter((one) => one.endsWith(".ipynb"));
  const contents = () => new Map(names.map((one) => [one, readFileSync(join(tracked, one), "utf8")]));
  const atStart = contents();
  const root = projectPath(".local", `test-${name}-${process.pid}`);
  const settings = join(root, "settings");
  const complaints: string[] = [];
  const solved = new Map<string, string>();
  let opened = 0;
  let lab: Lab;
  let browser: Browser;
  let page: Page;

  before(async () => {
    cpSync(tracked, join(root, "notebooks"), { recursive: true });
    cpSync(projectPath("docs", "topic.svg"), join(root, "docs", "topic.svg")); // a picture of notebook 1
    symlinkSync(projectPath("data"), join(root, "data")); // the notebook in Python names the events by its place
    const env = {
      KAFKA_TOPIC: config.kafka.topic,
      LAKE_DIR: config.hdfs.lakeDir,
      EVENTS_FILE: eventsFile,
      JUPYTERLAB_WORKSPACES_DIR: join(root, "workspaces"),
      JUPYTERLAB_SETTINGS_DIR: settings,
    };
    lab = await startLab({ root, notebook: `notebooks/${nameOf("01")}`, env });
    browser = await launchBrowser();
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
    return names.find((one) => one.startsWith(`${number}-`)) ?? assert.fail(`notebook ${number}`);
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

  /** The notebook that is open, once its kernel waits for work. */
  async function readyPanel(): Promise<Locator> {
    const panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)");
    await panel.locator(".jp-KernelName", { hasText: /^(TypeScript|Python 3)/ }).waitFor();
    await panel.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
    return panel;
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

  /** The cells as they were before any was run here. */
  function cellsOf(number: string): FileCell[] {
    const name = nameOf(number);
    return JSON.parse(solved.get(name) ?? atStart.get(name) ?? "").cells;
  }

  /** Opens a notebook alone: in a workspace of its own, where no other is restored that would be in front at first. */
  async function openFile(name: string): Promise<Locator> {
    const url = new URL(lab.url);
    url.pathname = `/lab/workspaces/${++opened}/tree/notebooks/${name}`;
    await page.goto(url.href);
    return readyPanel();
  }

  return {
    root,
    complaints,
    readyPanel,
    cellAt,
    cellsOf,
    nameOf,
    lab: () => lab,
    browser: () => browser,
    page: () => page,
    /** Has JupyterLab be dark from the next notebook on that is opened. */
    useDarkTheme: (): void => {
      const folder = join(settings, "@jupyterlab", "apputils-extension");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "themes.jupyterlab-settings"), '{ "theme": "JupyterLab Dark" }');
    },
    /** Whether the tracked notebooks are as they were. */
    areUntouched: () => [...contents()].every(([one, text]) => text === atStart.get(one)),
    takePicture: async (one: string): Promise<void> => {
      if (pictures) await page.screenshot({ path: join(pictures, `${one}.png`) });
    },
    openNotebook: (number: string): Promise<Locator> => openFile(nameOf(number)),
    openFile,
    /** Puts the solution of every exercise and its check once more beside its stub, before the notebook is opened. */
    solveBeside: (number: string): void => {
      const name = nameOf(number);
      solved.set(name, JSON.stringify(solveBeside(readNotebook(join(tracked, name)))));
      writeFileSync(join(root, "notebooks", name), solved.get(name) ?? "");
    },
    /** Saves the notebook that is open and gives what its file then holds. */
    save: async (number: string): Promise<string> => {
      const answer = page.waitForResponse(
        (one) => one.request().method() === "PUT" && one.url().includes("/contents/"),
      );
      await page.locator('[data-command="docmanager:save"]:visible').first().click();
      assert.equal((await answer).status(), 200);
      return readFileSync(join(root, "notebooks", nameOf(number)), "utf8");
    },
    /** Forgets the committed outputs and counts, so that what is seen later is of this run. */
    clearOutputs: async (): Promise<void> => {
      await page.getByRole("menuitem", { name: "Edit" }).click();
      await page.getByRole("menuitem", { name: "Clear Outputs of All Cells" }).click();
    },
    /** Restarts the kernel and runs all cells of the notebook that is open, to its last one; `watching` goes on meanwhile. */
    runAll: async (panel: Locator, number: string, watching?: () => Promise<void>): Promise<void> => {
      await panel.locator('[data-command="notebook:restart-run-all"]').click();
      await page.locator(".jp-Dialog .jp-mod-accept").click();
      await watching?.();
      const cells = cellsOf(number);
      const last = cells.findLastIndex(({ cell_type }) => cell_type === "code");
      const count = cells.filter(({ cell_type }) => cell_type === "code").length;
      const lastCell = await cellAt(panel, last);
      await lastCell.locator(".jp-InputPrompt", { hasText: `[${count}]:` }).waitFor();
    },
    /** Places of the cells that show a figure. */
    figuresOf: (number: string): number[] =>
      cellsOf(number).flatMap(({ outputs = [] }, index) =>
        outputs.some(({ data = {} }) => "application/vnd.plotly.v1+json" in data) ? [index] : [],
      ),
  };
}

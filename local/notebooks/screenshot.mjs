// @ts-check
// node local/notebooks/screenshot.mjs: takes the README's picture of JupyterLab anew: a notebook as it is committed, its kernel
// ready, the mouse on a bar of an interactive figure. Needs Chromium, as the tests in a browser do.
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { localDir, projectDir, setupOrExit } from "../setup/setup.mjs";
import { startLab } from "./lab.mjs";

const picture = join(projectDir, "docs", "jupyterlab.png");
const notebook = "notebooks/03-enforce-the-schema.ipynb";
const patienceMs = 180_000;

await setupOrExit();
const root = mkdtempSync(join(localDir, "screenshot-"));
cpSync(join(projectDir, "notebooks"), join(root, "notebooks"), { recursive: true }); // what is opened is a copy
const lab = await startLab({ root, notebook, env: { JUPYTERLAB_WORKSPACES_DIR: join(root, "workspaces") } });
try {
  await takePicture(lab.url);
  process.stdout.write(`wrote ${picture}\n`);
} finally {
  lab.stop();
  await lab.ended;
  rmSync(root, { recursive: true, force: true });
}

/** @param {string} url */
async function takePicture(url) {
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 850 } });
    page.setDefaultTimeout(patienceMs);
    await page.goto(url);
    const panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)");
    await panel.locator(".jp-KernelName", { hasText: "TypeScript" }).waitFor();
    await panel.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
    await page.keyboard.press("Control+b"); // more room for the notebook
    const cell = panel.locator(".jp-Cell", { has: page.locator(".js-plotly-plot") }).first();
    const figure = cell.locator(".js-plotly-plot");
    await panel.locator(".jp-WindowedPanel-outer").hover();
    for (let turn = 0; turn < 200 && !(await figure.isVisible()); turn++) {
      await page.mouse.wheel(0, 300);
      await page.waitForTimeout(100);
    }
    await figure.locator(".gtitle").waitFor();
    await cell.evaluate((element) => element.scrollIntoView({ block: "start" }));
    await figure.locator(".barlayer .point path").last().hover({ force: true });
    await figure.locator(".hovertext").first().waitFor();
    await page.screenshot({ path: picture });
  } finally {
    await browser.close();
  }
}

function findBrowser() {
  const paths = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"];
  const path = paths.find((one) => one && existsSync(one));
  if (!path) throw new Error("no browser: install chromium, or name one in CHROMIUM");
  return path;
}

// @ts-check
// Runs notebooks from top to bottom, each in a fresh kernel, with a progress line per step.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { localDir, projectDir, setupOrExit, venvPython } from "./setup.mjs";

/** The tracked notebooks, in their order. */
export function listNotebooks() {
  const names = readdirSync(join(projectDir, "notebooks")).filter((name) =>
    /^\d\d[a-z]?-.*\.ipynb$/.test(name),
  );
  return names.sort().map((name) => join(projectDir, "notebooks", name));
}

/**
 * Where the executed copy of a notebook goes.
 * @param {string} notebook
 */
export function copyOf(notebook) {
  return join(localDir, "notebooks", basename(notebook));
}

/**
 * Executes a notebook into `output`; throws with the cell and its words where one fails.
 * @param {string} notebook @param {string} output
 * @param {{signal?: AbortSignal, env?: Record<string, string>, onCell?: (cell: {cell: number, of: number, heading: string}) => void}} [options]
 * @returns {Promise<void>}
 */
export function runNotebook(notebook, output, { signal, env = {}, onCell } = {}) {
  mkdirSync(join(output, ".."), { recursive: true });
  return new Promise((resolve, reject) => {
    const script = join(projectDir, "local", "run_notebook.py");
    const child = spawn(venvPython, [script, notebook, output], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    signal?.addEventListener("abort", () => child.kill("SIGINT"));
    let words = "";
    child.stderr.on("data", (part) => {
      words = (words + part).slice(-4000);
    });
    if (onCell) createInterface(child.stdout).on("line", (line) => onCell(JSON.parse(line)));
    else child.stdout.resume();
    child.on("error", reject);
    child.on("close", (code) => {
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve();
      else reject(new Error(words.trim() || `${basename(notebook)}: ended with ${code}`));
    });
  });
}

/**
 * Runs notebooks one after another with a line for each on stderr.
 * @param {string[]} notebooks @param {(notebook: string) => string} outputOf @param {AbortSignal} [signal]
 */
export async function runNotebooks(notebooks, outputOf, signal) {
  const { withProgress } = await import("user-activity/dist/progress.js");
  for (const notebook of notebooks) {
    const name = basename(notebook, ".ipynb");
    const startedMs = Date.now();
    let cells = 0;
    await withProgress(
      `notebook ${name}`,
      (/** @type {{tell: (text: string) => void}} */ progress) =>
        runNotebook(notebook, outputOf(notebook), {
          ...(signal ? { signal } : {}),
          onCell: ({ cell, of, heading }) => {
            cells = of;
            progress.tell(`notebook ${name}: cell ${cell} of ${of}, ${heading}`);
          },
        }),
      () => `notebook ${name}: ${cells} cells (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`,
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--help")) {
    process.stdout.write(
      "npm run notebooks [-- NN ...]: runs the tracked notebooks (or those whose names start so) and writes their outputs into them\n",
    );
  } else {
    await setupOrExit();
    const { startServices, stopServices } = await import("user-activity/dist/services.js");
    const wanted = process.argv.slice(2);
    const chosen = listNotebooks().filter(
      (path) => wanted.length === 0 || wanted.some((one) => basename(path).startsWith(one)),
    );
    const started = await startServices();
    try {
      await runNotebooks(chosen, (notebook) => notebook);
    } catch (error) {
      process.stderr.write(`${/** @type {Error} */ (error).message}\n`);
      process.exitCode = 1;
    } finally {
      await stopServices(started);
    }
  }
}

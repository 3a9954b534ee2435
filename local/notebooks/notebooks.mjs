// @ts-check
// Runs notebooks from top to bottom, each in a fresh kernel, with a progress line per step.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { localDir, projectDir, setupOrExit, venvPython } from "../setup/setup.mjs";

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
 * @typedef {{cell: number, of: number, heading: string}} CellStart
 * @typedef {{signal?: AbortSignal | undefined, env?: Record<string, string>}} KernelOptions
 * @typedef {{run: (onCell?: (cell: CellStart) => void) => Promise<void>, end: () => void}} Opened
 */

/**
 * Executes a notebook into `output`; throws with the cell and its words where one fails.
 * @param {string} notebook @param {string} output
 * @param {KernelOptions & {onCell?: (cell: CellStart) => void}} [options]
 * @returns {Promise<void>}
 */
export function runNotebook(notebook, output, { onCell, ...options } = {}) {
  return openNotebook(notebook, output, options).run(onCell);
}

/**
 * Starts a kernel for a notebook and has it load its imports; the rest waits for `run`. `end` has it go without having run.
 * @param {string} notebook @param {string} output @param {KernelOptions} [options]
 * @returns {Opened}
 */
export function openNotebook(notebook, output, { signal, env = {} } = {}) {
  mkdirSync(join(output, ".."), { recursive: true });
  const script = join(projectDir, "local", "notebooks", "run_notebook.py");
  const child = spawn(venvPython, [script, "--wait", notebook, output], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const end = () => {
    child.stdin.end();
    child.stdout.resume();
  };
  child.stdin.on("error", () => {}); // it has ended, and says why
  signal?.addEventListener("abort", () => {
    child.kill("SIGINT");
    end();
  });
  let words = "";
  child.stderr.on("data", (part) => {
    words = (words + part).slice(-4000);
  });
  /** @type {Promise<void>} */
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve();
      else reject(new Error(words.trim() || `${basename(notebook)}: ended with ${code}`));
    });
  });
  ended.catch(() => {}); // told to whoever runs it
  return {
    run: (onCell) => {
      if (onCell) createInterface(child.stdout).on("line", (line) => onCell(JSON.parse(line)));
      else child.stdout.resume();
      child.stdin.write("run\n");
      return ended;
    },
    end,
  };
}

/**
 * Runs notebooks one after another with a line for each on stderr. While one runs, the next one's kernel is started, which
 * takes seconds.
 * @param {string[]} notebooks @param {(notebook: string) => string} outputOf
 * @param {{signal?: AbortSignal | undefined, first?: Opened}} [options] first: the first one, where it was opened before
 */
export async function runNotebooks(notebooks, outputOf, { signal, first } = {}) {
  const { withProgress } = await import("user-activity/dist/cli/progress.js");
  const open = (/** @type {string} */ notebook) => openNotebook(notebook, outputOf(notebook), { signal });
  let next = first;
  try {
    for (const [index, notebook] of notebooks.entries()) {
      const opened = next ?? open(notebook);
      next = undefined;
      const following = notebooks[index + 1];
      const name = basename(notebook, ".ipynb");
      const startedMs = Date.now();
      let cells = 0;
      await withProgress(
        `notebook ${name}`,
        (/** @type {{tell: (text: string) => void}} */ progress) =>
          opened.run(({ cell, of, heading }) => {
            if (cell === 1 && following) next = open(following);
            cells = of;
            progress.tell(`notebook ${name}: cell ${cell} of ${of}, ${heading}`);
          }),
        () => `notebook ${name}: ${cells} cells (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`,
      );
    }
  } finally {
    next?.end();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--help")) {
    process.stdout.write(
      `npm run notebooks [-- [--copy] [NN ...]]

Runs the tracked notebooks (or those whose names start so) and writes their outputs into them.

  --copy  leaves them as they are and writes executed copies to .local/notebooks
`,
    );
  } else {
    await setupOrExit();
    const { startServices, stopServices } = await import("user-activity/dist/services/services.js");
    const wanted = process.argv.slice(2).filter((one) => one !== "--copy");
    const outputOf = process.argv.includes("--copy") ? copyOf : (/** @type {string} */ notebook) => notebook;
    const chosen = listNotebooks().filter(
      (path) => wanted.length === 0 || wanted.some((one) => basename(path).startsWith(one)),
    );
    const started = await startServices();
    try {
      await runNotebooks(chosen, outputOf);
    } catch (error) {
      process.stderr.write(`${/** @type {Error} */ (error).message}\n`);
      process.exitCode = 1;
    } finally {
      await stopServices(started);
    }
  }
}

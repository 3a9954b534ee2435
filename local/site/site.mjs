// @ts-check
// npm run site: the walkthrough, the executed notebooks, the documents and the reference as static pages, which open from
// a folder and ask no other host for anything.
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sphinxPython, typedocPath } from "../setup/places.mjs";
import { localDir, projectDir, setupOrExit } from "../setup/setup.mjs";
import { listPages, writePages } from "./pages.mjs";
import { finishPackage, renderTables, typedocOptions } from "./reference.mjs";

const help = `npm run site

Builds the site from README.md, the documents, the notebooks as they are committed, the tables' definition and the helper
package's comments, into .local/site, and prints the path of its first page. What it is built with is set up at the
first time. A link that leads nowhere is an error: then the site stays as it was.
`;

/** Where the site is once it is built. */
export const siteDir = join(localDir, "site");

/**
 * Builds the site, with a progress line per step; throws where a step fails.
 * @returns {Promise<string>} path of the first page
 */
export async function buildSite() {
  const work = join(localDir, `site-work-${process.pid}`);
  process.once("exit", () => rmSync(work, { recursive: true, force: true })); // where it is cut, too
  const [source, built] = [join(work, "source"), join(work, "built")];
  await runStep(
    "pages",
    async () => writeSource(source),
    (count) => `pages: ${count}`,
  );
  await runStep(
    "reference of the helper package",
    () => readPackage(work, source),
    (count) => `reference: ${count} modules`,
  );
  await runStep(
    "site",
    () => runSphinx(source, built),
    () => "site: built, every link leads somewhere",
  );
  copyFileSync(
    createRequire(join(projectDir, "src", "package.json")).resolve("plotly.js-dist"),
    join(built, "_static", "plotly.js"),
  );
  rmSync(siteDir, { recursive: true, force: true });
  renameSync(built, siteDir);
  return join(siteDir, "index.html");
}

/**
 * @template T
 * @param {string} text @param {() => Promise<T>} work @param {(result: T) => string} describe
 */
async function runStep(text, work, describe) {
  const { withProgress } = await import("user-activity/dist/cli/progress.js");
  const startedMs = Date.now();
  const seconds = () => `(${((Date.now() - startedMs) / 1000).toFixed(1)} s)`;
  return withProgress(text, work, (/** @type {T} */ result) => `${describe(result)} ${seconds()}`);
}

/**
 * The project's own pages and the reference of the tables.
 * @param {string} source
 */
async function writeSource(source) {
  const pages = listPages();
  writePages(source, pages);
  mkdirSync(join(source, "reference"), { recursive: true });
  writeFileSync(join(source, "reference", "tables.md"), await renderTables());
  return pages.markdown.length + pages.notebooks.length + 2;
}

/**
 * The reference of the helper package, by TypeDoc.
 * @param {string} work @param {string} source
 * @returns {Promise<number>} how many modules it has
 */
async function readPackage(work, source) {
  const [options, json] = [join(work, "typedoc.json"), join(work, "package.json")];
  const folder = join(source, "reference", "package");
  writeFileSync(options, JSON.stringify(typedocOptions(folder, json)));
  await run(process.execPath, [typedocPath, "--options", options]);
  return finishPackage(folder, json);
}

/**
 * Builds a folder of pages; throws where Sphinx warns, of a link that leads nowhere among others.
 * @param {string} source @param {string} built
 */
export function runSphinx(source, built) {
  const options = ["-q", "-b", "html", "-W", "--keep-going", "-d", join(source, "..", "doctrees")];
  return run(sphinxPython, [
    "-m",
    "sphinx",
    ...options,
    "-c",
    join(projectDir, "local", "site"),
    source,
    built,
  ]);
}

/**
 * Runs a program to its end; throws with all its words where it fails.
 * @param {string} command @param {string[]} args
 * @returns {Promise<void>}
 */
function run(command, args) {
  // what Python compiles of Sphinx is kept for the next build, and not beside the sources of the site
  const kept = { PYTHONPYCACHEPREFIX: join(localDir, "site-bytecode"), PYTHONDONTWRITEBYTECODE: "" };
  const env = { ...process.env, ...kept, NO_COLOR: "1" };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: projectDir, env, stdio: ["ignore", "pipe", "pipe"] });
    process.once("exit", () => child.kill());
    let words = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (part) => {
        words += part;
      });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(words.trim() || `${command}: ended with ${code}`)),
    );
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = process.argv.slice(2);
  if (options.includes("--help") || options.includes("-h")) process.stdout.write(help);
  else if (options.length > 0) {
    process.stderr.write(`site: expected no option, received "${options[0]}"; try --help\n`);
    process.exitCode = 2;
  } else {
    await setupOrExit({ site: true });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(130));
    try {
      process.stdout.write(`${await buildSite()}\n`);
    } catch (error) {
      process.stderr.write(`site: ${/** @type {Error} */ (error).message}\n`);
      process.exitCode = 1;
    }
  }
}

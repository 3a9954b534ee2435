// @ts-check
// The pages of the site as Sphinx reads them: the project's Markdown files, notebooks and pictures under the paths that
// they have in it, so that the links between them hold, and a first page that leads to all.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { listNotebooks } from "../notebooks/notebooks.mjs";
import { projectDir } from "../setup/places.mjs";
import { toSiteNotebook } from "./notebooks.mjs";

/**
 * What the site takes from the project, as paths from its folder.
 * @typedef {{markdown: string[], notebooks: string[], pictures: string[]}} Pages
 */

/**
 * The Markdown files at the top and of docs and data, the notebooks, and the pictures in docs.
 * @returns {Pages}
 */
export function listPages() {
  const inDocs = readdirSync(join(projectDir, "docs"), { recursive: true, encoding: "utf8" });
  const docs = inDocs.map((name) => `docs/${name}`);
  const others = [
    ...readdirSync(projectDir),
    ...readdirSync(join(projectDir, "data")).map((name) => `data/${name}`),
  ];
  return {
    markdown: [...others, ...docs].filter((path) => path.endsWith(".md")).sort(),
    notebooks: listNotebooks().map((path) => relative(projectDir, path)),
    pictures: docs.filter((path) => /\.(svg|png|jpe?g|gif|webp)$/.test(path)).sort(),
  };
}

/**
 * Puts the pages into a folder; the reference is written by others.
 * @param {string} folder @param {Pages} pages
 */
export function writePages(folder, pages) {
  const place = (/** @type {string} */ path) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    return join(folder, path);
  };
  for (const path of [...pages.markdown, ...pages.pictures])
    copyFileSync(join(projectDir, path), place(path));
  for (const path of pages.notebooks)
    writeFileSync(place(path), toSiteNotebook(readFileSync(join(projectDir, path), "utf8")));
  const readme = readFileSync(join(projectDir, "README.md"), "utf8");
  writeFileSync(place("index.md"), renderIndex(readme, pages));
}

/**
 * The first page: README's first screen, then a way to every part.
 * @param {string} readme @param {Pages} pages
 */
export function renderIndex(readme, pages) {
  const sections = toSections(pages).filter(({ parts }) => parts.length > 0);
  const lists = sections.map(({ title, parts }) => {
    const lines = parts.map(
      ({ path, label = "", words }) => `- [${label}](${path})${words ? `: ${words}` : ""}`,
    );
    return `**${title}**\n\n${lines.join("\n")}`;
  });
  return `${[firstScreen(readme), "## All pages", ...lists, ...sections.map(toTree)].join("\n\n")}\n`;
}

/**
 * A Markdown text up to its first section.
 * @param {string} text
 */
export function firstScreen(text) {
  return text.split(/^## /m, 1)[0]?.trimEnd() ?? "";
}

/**
 * @typedef {{path: string, label?: string, words?: string}} Part label: default the page's own title
 * @typedef {{title: string, parts: Part[]}} Section
 */

/**
 * @param {Pages} pages
 * @returns {Section[]}
 */
function toSections({ markdown, notebooks }) {
  const first = ["annotations.md", "README.md"];
  const toPart = (/** @type {string} */ path) => ({ path });
  const read = [
    { path: "annotations.md", words: "every command in its order, what it does and what it says" },
    { path: "README.md", label: "README", words: "set-up, services, configuration, commands, tables" },
  ];
  const reference = [
    { path: "reference/tables.md", words: "every column of the five tables" },
    { path: "reference/package/index.md", words: "what the notebooks import, and every module" },
  ];
  return [
    { title: "Read", parts: read.filter(({ path }) => markdown.includes(path)) },
    { title: "Notebooks", parts: notebooks.map(toPart) },
    {
      title: "Documents",
      parts: markdown
        .filter((path) => !first.includes(path))
        .sort(byFolder)
        .map(toPart),
    },
    { title: "Reference", parts: reference },
  ];
}

/** docs, then data, then what lies at the top. */
function byFolder(/** @type {string} */ a, /** @type {string} */ b) {
  const rank = (/** @type {string} */ path) =>
    ["docs", "data", "."].indexOf(dirname(path).split("/")[0] ?? "");
  return rank(a) - rank(b) || a.localeCompare(b);
}

/**
 * What the side bar lists under a title.
 * @param {Section} section
 */
function toTree({ title, parts }) {
  const entries = parts.map(({ path, label }) => {
    const page = join(dirname(path), basename(path).replace(/\.[^.]+$/, ""));
    return label ? `${label} <${page}>` : page;
  });
  return ["```{toctree}", ":hidden:", `:caption: ${title}`, "", ...entries, "```"].join("\n");
}

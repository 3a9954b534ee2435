// @ts-check
// The gallery: every figure of the tracked notebooks as a picture of its own, on one page under docs/.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { projectDir, setupOrExit } from "../setup/setup.mjs";
import { listNotebooks } from "./notebooks.mjs";

/**
 * @typedef {{title: string, alt: string, picture: string, plotly: {data: Record<string, unknown>[], layout: Record<string, unknown>}}} NotebookFigure
 *   picture: the SVG text that the notebook shows where nothing draws Plotly
 */

/** Where the gallery is; its pictures are in a folder beside it. */
export const galleryPage = join(projectDir, "docs", "gallery.md");
export const galleryFolder = join(projectDir, "docs", "gallery");

/**
 * The figures of a notebook as it is committed, in its order.
 * @param {string} notebook
 * @returns {NotebookFigure[]}
 */
export function readFigures(notebook) {
  const { cells } = JSON.parse(readFileSync(notebook, "utf8"));
  const bundles = cells.flatMap((/** @type {any} */ cell) =>
    (cell.outputs ?? []).map((/** @type {any} */ one) => one.data ?? {}),
  );
  return bundles
    .filter((/** @type {any} */ data) => "application/vnd.plotly.v1+json" in data)
    .map((/** @type {any} */ data) => {
      const plotly = data["application/vnd.plotly.v1+json"];
      const [picture, alt] = [joinText(data["image/svg+xml"]), joinText(data["text/plain"])];
      return { title: plotly.layout.title.text, alt, picture, plotly };
    });
}

/**
 * Draws a figure anew from what the notebook keeps of it, in the size that it had.
 * @param {NotebookFigure} figure
 * @returns {Promise<string>}
 */
export async function redraw({ alt, picture, plotly: { data, layout } }) {
  const { renderSvg } = await import("user-activity/dist/show/svg.js");
  const [, width, height] = /<svg [^>]*width="(\d+)" height="(\d+)"/.exec(picture) ?? [];
  return renderSvg({ data, layout, alt }, { width: Number(width), height: Number(height) });
}

/**
 * The page and its pictures, as they ought to be: by path, in the order of the page.
 * @returns {Promise<Map<string, string>>}
 */
export async function renderGallery() {
  /** @type {Map<string, string>} */
  const files = new Map([[galleryPage, ""]]);
  const sections = [head];
  for (const notebook of listNotebooks()) {
    const figures = readFigures(notebook);
    if (figures.length > 0) sections.push(`## [${readTitle(notebook)}](../notebooks/${basename(notebook)})`);
    for (const [index, figure] of figures.entries()) {
      const name = `${basename(notebook).split("-")[0]}-figure-${index + 1}.svg`;
      files.set(join(galleryFolder, name), await redraw(figure));
      sections.push(`![${figure.alt}](gallery/${name})`, toCaption(figure.title));
    }
  }
  return files.set(galleryPage, `${sections.join("\n\n")}\n`);
}

const head = `# Gallery

Every figure of the notebooks, as a picture that needs no JavaScript; in JupyterLab the same figures tell their numbers where the mouse is. The data are synthetic ([datasheet](../data/README.md)). \`npm run gallery\` writes this page and its pictures from the notebooks' outputs, and a test holds them to it.`;

/** @param {string} title "Figure 1. What it shows" */
function toCaption(title) {
  return title.replace(/^(Figure \d+\.)/, "**$1**");
}

/** @param {string} notebook */
function readTitle(notebook) {
  const { cells } = JSON.parse(readFileSync(notebook, "utf8"));
  const [title = ""] = joinText(cells[0].source).split("\n");
  return title.replace(/^# /, "");
}

/** @param {string | string[] | undefined} text */
function joinText(text = "") {
  return Array.isArray(text) ? text.join("") : text;
}

/** Writes page and pictures, and removes pictures of figures that there are no more. */
async function writeGallery() {
  const files = await renderGallery();
  mkdirSync(galleryFolder, { recursive: true });
  for (const name of readdirSync(galleryFolder)) rmSync(join(galleryFolder, name));
  for (const [path, text] of files) writeFileSync(path, text);
  process.stdout.write(`${files.size - 1} figures in docs/gallery.md\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--help"))
    process.stdout.write(
      "npm run gallery: writes docs/gallery.md and its pictures from the tracked notebooks\n",
    );
  else {
    await setupOrExit();
    await writeGallery();
  }
}

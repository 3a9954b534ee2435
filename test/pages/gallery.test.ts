import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { projectPath } from "user-activity/dist/base/paths";
import { parseMarkup } from "../helpers/parse-markup";

interface NotebookFigure {
  readonly title: string;
  readonly alt: string;
  readonly picture: string;
}

interface Gallery {
  readonly galleryPage: string;
  readonly galleryFolder: string;
  readFigures(notebook: string): NotebookFigure[];
  redraw(figure: NotebookFigure): Promise<string>;
  renderGallery(): Promise<Map<string, string>>;
}

const outdated = 'is outdated: look at what changed, then write it anew with "npm run gallery"';

describe("the gallery", () => {
  let gallery: Gallery;
  let wanted: Map<string, string>;
  let figures: NotebookFigure[];

  before(async () => {
    gallery = await import(pathToFileURL(projectPath("local", "notebooks", "gallery.mjs")).href);
    wanted = await gallery.renderGallery();
    const folder = projectPath("notebooks");
    const names = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));
    figures = names.sort().flatMap((name) => gallery.readFigures(join(folder, name)));
  });

  test("has every figure of the notebooks, drawn from what they keep of it", () => {
    assert.ok(figures.length >= 10);
    assert.equal(wanted.size, figures.length + 1);
    for (const [path, text] of wanted) {
      const isThere = existsSync(path) && readFileSync(path, "utf8") === text;
      assert.ok(isThere, `${relative(projectPath(), path)} ${outdated}`);
    }
    const pictures = readdirSync(gallery.galleryFolder).map((name) => join(gallery.galleryFolder, name));
    assert.deepEqual(
      pictures.filter((path) => !wanted.has(path)),
      [],
      outdated,
    );
  });

  test("shows the pictures that the notebooks show", async () => {
    for (const figure of figures)
      assert.ok(
        figure.picture === (await gallery.redraw(figure)),
        `${figure.title}: the notebook's picture is outdated: write it anew with "npm run notebooks"`,
      );
  });

  test("says each figure's title under it, and what it shows to those who can't see it", () => {
    const page = readFileSync(gallery.galleryPage, "utf8");
    const shown = [...page.matchAll(/^!\[(.+)\]\((.+)\)\n\n\*\*(Figure \d+\.)\*\* (.+)$/gm)];
    assert.deepEqual(
      shown.map(([, alt, , number, words]) => ({ alt, title: `${number} ${words}` })),
      figures.map(({ alt, title }) => ({ alt, title })),
    );
    for (const [, alt, path = ""] of shown) {
      const picture = join(gallery.galleryPage, "..", path);
      const { root } = parseMarkup(readFileSync(picture, "utf8"), "image/svg+xml");
      assert.equal(root.getAttribute("aria-label"), alt, basename(picture));
    }
  });

  test("has pictures that stand for themselves: no script, nothing from elsewhere", () => {
    for (const path of wanted.keys()) {
      if (path === gallery.galleryPage) continue;
      const svg = readFileSync(path, "utf8").replaceAll(/xmlns(:\w+)?="[^"]*"/g, "");
      assert.doesNotMatch(svg, /https?:|<script|<image|foreignObject/, basename(path));
    }
  });

  test("leads to notebooks that are there", () => {
    const links = [...readFileSync(gallery.galleryPage, "utf8").matchAll(/[^!]\[[^\]]*\]\(([^)]+)\)/g)];
    assert.ok(links.length >= 4);
    for (const [, path = ""] of links) assert.ok(existsSync(projectPath("docs", path)), path);
  });
});

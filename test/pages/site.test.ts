import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { projectPath } from "user-activity/dist/base/paths";
import { fieldsOf } from "user-activity/dist/tables/columns";
import { type Column, tables } from "user-activity/dist/tables/tables";
import { parseMarkup } from "../helpers/parse-markup";

interface Pages {
  readonly markdown: string[];
  readonly notebooks: string[];
  readonly pictures: string[];
}

interface Site {
  toSiteNotebook(text: string): string;
  listPages(): Pages;
  firstScreen(text: string): string;
  renderIndex(readme: string, pages: Pages): string;
  renderTables(): Promise<string>;
  renderPackage(project: object): string;
  tidyModule(text: string): string;
}

let site: Site;

before(async () => {
  const names = ["notebooks", "pages", "reference"];
  const modules = names.map(
    (name) => import(pathToFileURL(projectPath("local", "site", `${name}.mjs`)).href),
  );
  site = Object.assign({}, ...(await Promise.all(modules)));
});

const plotly = { data: [{ y: [1], name: "</script><b>" }], layout: { title: { text: "Figure 1." } } };
const figure = {
  "application/vnd.plotly.v1+json": plotly,
  "image/svg+xml": ["<svg>", "</svg>"],
  "text/plain": 'Bars of "a" & b',
};
const notebook = {
  cells: [
    { cell_type: "markdown", source: ["# One"] },
    {
      cell_type: "code",
      source: [],
      outputs: [
        { output_type: "display_data", data: figure, metadata: {} },
        { output_type: "display_data", data: { "text/html": "<table></table>" }, metadata: {} },
        { output_type: "stream", name: "stdout", text: ["a"] },
      ],
    },
  ],
  metadata: { kernelspec: { name: "tslab" } },
};

describe("a notebook on the site", () => {
  const converted = () => JSON.parse(site.toSiteNotebook(JSON.stringify(notebook)));
  const figureHtml = () => parseMarkup(converted().cells[1].outputs[0].data["text/html"]);

  test("keeps all but its figures as it is", () => {
    const { cells, metadata } = converted();
    assert.deepEqual(metadata, notebook.metadata);
    assert.deepEqual(cells[0], notebook.cells[0]);
    assert.deepEqual(cells[1].outputs.slice(1), notebook.cells[1]?.outputs?.slice(1));
  });

  test("shows a figure's picture, with its words for those who can't see it", () => {
    const [picture, ...more] = figureHtml().all(".plot-area > img");
    assert.deepEqual(more, []);
    assert.equal(picture?.getAttribute("alt"), 'Bars of "a" & b');
    const [type, data = ""] = picture?.getAttribute("src")?.split(";base64,") ?? [];
    assert.equal(type, "data:image/svg+xml");
    assert.equal(Buffer.from(data, "base64").toString(), "<svg></svg>");
  });

  test("carries what Plotly draws, whatever text is in it", () => {
    const [script, ...more] = figureHtml().all("script");
    assert.deepEqual(more, []);
    assert.deepEqual(JSON.parse(script?.textContent ?? ""), plotly);
  });
});

describe("the first page", () => {
  const readme = "# Title\n\nOne sentence.\n\n| a |\n|---|\n\n## More\n\nLong.\n";
  const pages = {
    markdown: ["CHANGELOG.md", "README.md", "annotations.md", "data/README.md", "docs/b.md", "docs/a.md"],
    notebooks: ["notebooks/01-a.ipynb", "notebooks/02-b.ipynb"],
    pictures: [],
  };

  test("begins as README does", () => {
    assert.equal(site.firstScreen(readme), "# Title\n\nOne sentence.\n\n| a |\n|---|");
    assert.ok(site.renderIndex(readme, pages).startsWith(`${site.firstScreen(readme)}\n\n## All pages`));
  });

  test("links every page once, and has it in the side bar once", () => {
    const index = site.renderIndex(readme, pages);
    const reference = ["reference/tables.md", "reference/package/index.md"];
    const expected = [...pages.markdown, ...pages.notebooks, ...reference].sort();
    const links = [...index.matchAll(/\]\(([^)]+)\)/g)].map(([, path = ""]) => path);
    assert.deepEqual(links.sort(), expected);
    const trees = [...index.matchAll(/```\{toctree\}\n([^`]*)```/g)].map(([, tree = ""]) => tree);
    const entries = trees.flatMap((tree) => tree.split("\n").filter((line) => line && !line.startsWith(":")));
    const names = entries.map((entry) => /<(.*)>/.exec(entry)?.[1] ?? entry);
    assert.deepEqual(names.sort(), expected.map((path) => path.replace(/\.[a-z]+$/, "")).sort());
  });

  test("has the walkthrough first where there is one, and does without where there is none", () => {
    assert.match(site.renderIndex(readme, pages), /\*\*Read\*\*\n\n- \[\]\(annotations\.md\)/);
    const without = { ...pages, markdown: ["README.md"] };
    assert.doesNotMatch(site.renderIndex(readme, without), /annotations|Documents/);
  });

  test("is made of what the project has", () => {
    const { markdown, notebooks, pictures } = site.listPages();
    for (const path of ["README.md", "docs/gallery.md", "data/README.md"]) assert.ok(markdown.includes(path));
    assert.ok(notebooks.includes("notebooks/05p-query-with-pandas.ipynb"));
    assert.ok(pictures.includes("docs/flow.svg") && pictures.includes("docs/gallery/03-figure-1.svg"));
  });
});

describe("the reference", () => {
  const pathsOf = (columns: readonly Column[], prefix = ""): string[] =>
    columns.flatMap(({ name, type }) => [
      `${prefix}${name}`,
      ...pathsOf(fieldsOf(type), `${prefix}${name}[].`),
    ]);

  test("describes every column of every table, fields in lists too", async () => {
    const [, ...sections] = (await site.renderTables()).split(/^## /m);
    assert.deepEqual(
      sections.map((section) => section.split("\n")[0]),
      Object.keys(tables),
    );
    for (const [index, { columns }] of Object.values(tables).entries()) {
      const rows = [...(sections[index] ?? "").matchAll(/^\| `([^`]+)` \| .* \|$/gm)];
      assert.deepEqual(
        rows.map(([, path]) => path),
        pathsOf(columns),
      );
    }
  });

  test("lists what the package exports with the first sentence of its comment, then its modules", () => {
    const words = (text: string) => ({ summary: [{ kind: "text", text }] });
    const land = { id: 3, name: "land", signatures: [{ comment: words("Lands a | b.\nMore of it.") }] };
    const page = site.renderPackage({
      children: [
        { id: 1, name: "index", children: [{ id: 2, name: "land", variant: "reference", target: 3 }] },
        { id: 4, name: "landing", children: [land, { id: 5, name: "other" }] },
      ],
    });
    assert.match(page, /^\| \[land\]\(landing\.md#land\) \| Lands a \\\| b\. \|$/m);
    assert.match(page, /## All modules\n\n.*\n\n\[landing\]\(landing\.md\)$/m);
    assert.doesNotMatch(page, /other/);
  });

  test("names a module as one, and options that are taken apart as options", () => {
    const page = site.tidyModule("# land\n\n`__namedParameters` and \\_\\_namedParameters\n");
    assert.match(page, /^---\n[^#]*---\n\n# Module land\n/);
    assert.match(page, /`options` and options\n$/);
  });
});

describe("npm run site", () => {
  const run = (...options: string[]) =>
    spawnSync(process.execPath, [projectPath("local", "site", "site.mjs"), ...options], { encoding: "utf8" });

  test("says what it does", () => {
    const { status, stdout } = run("--help");
    assert.equal(status, 0);
    assert.match(stdout, /^npm run site\n/);
  });

  test("refuses an option that it doesn't know", () => {
    const { status, stderr } = run("--fast");
    assert.equal(status, 2);
    assert.equal(stderr, 'site: expected no option, received "--fast"; try --help\n');
  });
});

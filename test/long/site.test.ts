import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { localDir, projectPath } from "user-activity/dist/base/paths";
import { toFrame } from "user-activity/dist/show/frames";
import { renderFrame } from "user-activity/dist/show/show";
import { renderTree } from "user-activity/dist/show/tree";
import { launchBrowser, noBrowser } from "../helpers/lab-browser";
import { ownFolder } from "../helpers/live-lake";
import { beginProgram } from "../helpers/own-services";
import { crawlSite, findBrokenLinks, leastContrast, type Visit, watchPage } from "../helpers/site-browser";

const site = join(localDir, "site");
const urlOf = (path: string) => pathToFileURL(join(site, path)).href;
/** Pictures of the site, for those who want to look; nothing is kept unless a folder is named. */
const pictures = process.env.SCREENSHOTS;

describe("the site", { skip: noBrowser }, () => {
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let outcome: { code: number | null; stdout: string; stderr: string };

  before(async () => {
    outcome = await beginProgram(process.execPath, [projectPath("local", "site", "site.mjs")], process.env)
      .ended;
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1400, height: 1000 }, colorScheme: "light" });
    page.setDefaultTimeout(120_000);
    complaints = watchPage(page);
  });
  after(() => browser?.close());

  const takePicture = async (name: string) => {
    if (pictures) await page.screenshot({ path: join(pictures, `site-${name}.png`) });
  };

  test("is built by one command, which tells each step and prints the first page", () => {
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.equal(outcome.stdout, `${join(site, "index.html")}\n`);
    assert.match(outcome.stderr, /✓ pages: \d+ .*✓ reference: \d+ modules .*✓ site: built/s);
  });

  describe("in a folder", () => {
    let visits: Map<string, Visit>;

    before(async () => {
      visits = await crawlSite(page, site);
    });

    test("has no broken link, no link to a place that isn't there, no picture that is missing", () => {
      assert.ok(visits.size > 100, `${visits.size} pages`);
      assert.deepEqual(findBrokenLinks(visits, site), []);
      assert.deepEqual(
        [...visits].flatMap(([path, { brokenPictures }]) => brokenPictures.map((one) => `${path}: ${one}`)),
        [],
      );
    });

    test("leads from its first page to every page", () => {
      const pages = readdirSync(site, { recursive: true, encoding: "utf8" }).filter((path) =>
        path.endsWith(".html"),
      );
      const ofSphinx = ["genindex.html", "search.html"];
      assert.deepEqual(
        pages.filter((path) => !visits.has(path) && !ofSphinx.includes(path)),
        [],
      );
    });

    test("has every notebook, document and reference", () => {
      const notebooks = readdirSync(projectPath("notebooks")).filter((name) => name.endsWith(".ipynb"));
      const expected = [
        ...["README", "docs/gallery", "docs/reading", "data/README"],
        ...[
          "reference/tables",
          "reference/package/index",
          "reference/package/landing/land",
          "files/src/tables/tables.ts",
        ],
        ...notebooks.map((name) => `notebooks/${name.replace(".ipynb", "")}`),
        ...(existsSync(projectPath("annotations.md")) ? ["annotations"] : []),
      ];
      for (const name of expected) assert.ok(visits.has(`${name}.html`), name);
    });

    test("asked no other host and left the console silent", () => {
      assert.deepEqual(complaints, []);
    });
  });

  test("draws every figure of the notebooks, and tells its numbers where the mouse is", async () => {
    const folder = projectPath("notebooks");
    for (const name of readdirSync(folder).filter((one) => one.endsWith(".ipynb"))) {
      const count =
        readFileSync(join(folder, name), "utf8").split('"application/vnd.plotly.v1+json"').length - 1;
      await page.goto(urlOf(`notebooks/${name.replace(".ipynb", ".html")}`));
      const plots = page.locator(".plot");
      assert.equal(await plots.count(), count, name);
      for (const plot of await plots.all()) await plot.locator(".main-svg").first().waitFor();
      assert.equal(await page.locator(".plot img").count(), 0, name);
    }
    await page.goto(urlOf("notebooks/03-enforce-the-schema.html"));
    const plot = page.locator(".plot").first();
    await plot.locator(".bars .point").last().hover({ force: true });
    await plot.locator(".hoverlayer .hovertext").waitFor();
    assert.equal(await plot.locator(".hoverlayer").textContent(), "90–100 %: 841 attempts");
    assert.equal(await page.locator('[data-title*="Cloud"], [data-attr="sendChartToCloud"]').count(), 0);
    await takePicture("figure");
    assert.deepEqual(complaints, []);
  });

  test("shows the figures' pictures where no script runs", async () => {
    const plain = await browser.newPage({ javaScriptEnabled: false });
    await plain.goto(urlOf("notebooks/03-enforce-the-schema.html"));
    const picture = plain.locator(".plot img").first();
    assert.ok(((await picture.boundingBox())?.height ?? 0) > 100);
    assert.match((await picture.getAttribute("alt")) ?? "", /^Histogram of the score/);
    await plain.close();
  });

  test("finds a word and leads to where it stands", async () => {
    await page.goto(urlOf("index.html"));
    await page.locator('.sidebar-search[name="q"]').fill("tombstone");
    await page.locator('.sidebar-search[name="q"]').press("Enter");
    const found = page.locator("#search-results li a");
    await found.first().waitFor();
    const titles = await found.allTextContents();
    assert.ok(titles.includes("The tables"), titles.join(", "));
    await takePicture("search");
    await found.getByText("The tables", { exact: true }).click();
    await page.locator("article", { hasText: "a tombstone" }).waitFor();
    assert.deepEqual(complaints, []);
  });

  test("is light and dark, tables and figures too, and can be read in both", async () => {
    await page.goto(urlOf("notebooks/05-query-the-tables.html"));
    await page.locator(".plot .main-svg").first().waitFor();
    const colours = () =>
      page.evaluate<string[]>(`[
        getComputedStyle(document.body).backgroundColor,
        getComputedStyle(document.querySelector(".plot .main-svg")).backgroundColor,
      ]`);
    const cells = ".output.text_html :is(th, td, caption, small)";
    assert.deepEqual(await colours(), ["rgb(255, 255, 255)", "rgb(255, 255, 255)"]);
    assert.ok((await leastContrast(page, cells)) >= 4.5);
    await takePicture("light");
    const toggle = page.locator(".theme-toggle:visible").first();
    while ((await page.locator("body").getAttribute("data-theme")) !== "dark") await toggle.click();
    await page.waitForFunction(
      `getComputedStyle(document.querySelector(".plot .main-svg")).backgroundColor !== "rgb(255, 255, 255)"`,
    );
    const [paper = "", plot] = await colours();
    assert.equal(plot, paper);
    assert.ok(Math.max(...(paper.match(/\d+/g) ?? []).map(Number)) < 50, paper);
    assert.ok((await leastContrast(page, cells)) >= 4.5);
    assert.ok((await leastContrast(page, "article p, article h2, article td")) >= 4.5);
    await takePicture("dark");
    assert.deepEqual(complaints, []);
  });
});

describe("the look at the site", { skip: noBrowser }, () => {
  test("sees a broken link, a missing place and picture, a request to a host, and an error", async () => {
    const folder = ownFolder();
    const links = ["other.html#there", "other.html#nowhere", "none.html", "https://example.org/"];
    const parts = [
      ...links.map((link) => `<a href="${link}">A</a>`),
      '<img src="none.png" alt=""><img src="http://127.0.0.1:1/a.png" alt="">',
      '<script>console.error("oh")</script>',
    ];
    writeFileSync(join(folder, "index.html"), parts.join("\n"));
    writeFileSync(join(folder, "other.html"), '<p id="there">');
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const complaints = watchPage(page);
      writeFileSync(join(folder, "none.html"), "");
      const visits = await crawlSite(page, folder);
      rmSync(join(folder, "none.html"));
      assert.deepEqual(
        findBrokenLinks(visits, folder).map((one) => one.replace(/^(.*: ).*\//, "$1")),
        ["index.html: other.html#nowhere", "index.html: none.html"],
      );
      assert.equal(visits.get("index.html")?.brokenPictures.length, 2);
      for (const words of [
        /: oh$/,
        /: asks for http:\/\/127\.0\.0\.1:1\/a\.png$/,
        /did not get file:.*none\.png$/,
      ])
        assert.ok(
          complaints.some((one) => words.test(one)),
          complaints.join("\n"),
        );
    } finally {
      await browser.close();
    }
  });
});

describe("a page of the site", { skip: noBrowser }, () => {
  /** Builds a site of one page, and of notebooks that it names, into a folder of its own. */
  async function build(markdown: string, notebooks: Readonly<Record<string, object>> = {}): Promise<string> {
    const { runSphinx } = (await import(pathToFileURL(projectPath("local", "site", "site.mjs")).href)) as {
      runSphinx: (source: string, built: string) => Promise<void>;
    };
    const folder = ownFolder();
    mkdirSync(join(folder, "source"));
    writeFileSync(join(folder, "source", "index.md"), `# A page\n\n${markdown}\n`);
    for (const [name, notebook] of Object.entries(notebooks))
      writeFileSync(join(folder, "source", name), JSON.stringify(notebook));
    await runSphinx(join(folder, "source"), join(folder, "built"));
    return join(folder, "built");
  }

  test("shows a linked source file, and has words where a folder or a long file is meant", async () => {
    const built = await build("[A](src/tables/tables.ts#L-3), [B](src), [C](data/assessments.json).");
    const html = readFileSync(join(built, "index.html"), "utf8");
    assert.match(html, /<a [^>]*href="files\/src\/tables\/tables\.ts\.html#L-3">.*A/);
    assert.match(html.replaceAll(/<[^>]*>/g, ""), /A, B, C\./);
    assert.equal(html.match(/<a [^>]*href="[^"#]*(data|src)[^"]*"/g)?.length, 1);
    const file = readFileSync(join(built, "files", "src", "tables", "tables.ts.html"), "utf8");
    assert.match(file.replaceAll(/<[^>]*>/g, ""), /export type ShippedName = /);
  });

  test("has tables that sort, filter and page, and trees that fold, from a folder, in light and dark", async () => {
    const rows = Array.from({ length: 60 }, (_, place) => ({ place, share: place / 7 }));
    const shown = [renderFrame(toFrame(rows), { caption: "Table 1" }), renderTree({ a: { b: 1 } })];
    const outputs = shown.map((data) => ({ output_type: "display_data", data, metadata: {} }));
    const code = { cell_type: "code", id: "code", execution_count: 1, metadata: {}, source: "1", outputs };
    const title = { cell_type: "markdown", id: "title", metadata: {}, source: "# Tables" };
    const language_info = { name: "typescript" };
    const notebook = { cells: [title, code], metadata: { language_info }, nbformat: 4, nbformat_minor: 5 };
    const built = await build("```{toctree}\ntables\n```", { "tables.ipynb": notebook });
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: "light" });
      const complaints = watchPage(page);
      await page.goto(pathToFileURL(join(built, "tables.html")).href);
      await page.getByRole("button", { name: "share" }).click();
      await page.getByRole("button", { name: "share" }).click();
      await page.getByLabel("filter").fill("place<30");
      await page.getByRole("button", { name: "next" }).click();
      assert.equal(await page.locator(".output tbody td").first().textContent(), "19");
      const status = await page.locator('[role="status"]').textContent();
      assert.equal(status, "rows 11 to 20 of 30 found in 60, by share, descending");
      await page.getByText("a: {1 field}").click();
      await page.getByText("b: 1").waitFor();
      const parts = [
        "th",
        "td",
        "small",
        "label",
        "input",
        "summary",
        "li",
        "button:not([aria-disabled=true])",
      ];
      const selector = parts.map((part) => `.output ${part}`).join(", ");
      for (const scheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        assert.ok((await leastContrast(page, selector)) >= 4.5, scheme);
        if (pictures) await page.screenshot({ path: join(pictures, `site-tables-${scheme}.png`) });
      }
      assert.deepEqual(complaints, []);
    } finally {
      await browser.close();
    }
  });

  test("is refused where a link leads nowhere", async () => {
    await assert.rejects(build("[A](src/no-such-file.ts)"), /index\.md:3.*no-such-file/);
    await assert.rejects(build("[A](#no-such-section)"), /index\.md:3.*no-such-section/);
  });
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { barFigure, lineFigure, scoreFigure } from "user-activity/dist/show/figures";
import { type ShowFilteredOptions, showFilteredBy } from "user-activity/dist/show/filtered";
import { toFrame } from "user-activity/dist/show/frames";
import { renderFrame } from "user-activity/dist/show/show";
import { fakeKernel, printedBy } from "../../helpers/fake-kernel";
import { launchBrowser, noBrowser } from "../../helpers/lab-browser";
import { parseMarkup } from "../../helpers/parse-markup";
import { leastContrast } from "../../helpers/site-browser";

const text = { title: "Figure 1. Results", alt: "Bars of results." };
const results = ["right", "right", "right", "wrong", "wrong", "none"];
const frame = toFrame(results.map((result, place) => ({ place, result })));
const bars = ["right", "wrong", "none", "never"].map((label) => ({
  label,
  value: results.filter((one) => one === label).length,
}));
const figure = barFigure(bars, "answers", text);
const pictures = process.env.SCREENSHOTS;

describe("a bar chart above a table", () => {
  const kernel = fakeKernel();
  const show = async (options: Partial<ShowFilteredOptions> = {}) => {
    await showFilteredBy(figure, frame, { column: "result", height: 300, ...options });
    return `${kernel.messages[0]?.data["text/html"]}`;
  };

  test("is a picture, its numbers and the whole table where no script runs, and has words", async () => {
    const { all } = parseMarkup(await show({ caption: "Table 1. Answers" }));
    assert.equal(all("img")[0]?.getAttribute("alt"), text.alt);
    assert.deepEqual(
      all("details tr").map((one) => one.textContent),
      ["never0", "none1", "wrong2", "right3"],
    );
    assert.equal(all("div > table tbody tr").length, 6);
    assert.equal(all("script").length, 1);
    assert.match(
      `${kernel.messages[0]?.data["text/plain"]}`,
      /^Bars of results\.\nTable 1\. Answers\nplace\tresult\n0\tright/,
    );
  });

  test("needs bars, a column of the frame, and rows that belong to bars; else it says what to do", async () => {
    const line = lineFigure([{ x: 1, y: 1 }], { x: "x", y: "y" }, text);
    await assert.rejects(
      showFilteredBy(line, frame, { column: "result" }),
      /expected one trace of bars, received scatter; make/,
    );
    await assert.rejects(show({ column: "other" }), /column "other": expected one of place, result/);
    await assert.rejects(
      show({ column: "place" }),
      /column "place": expected labels of bars such as "never", "none", "wrong".*toLabel/,
    );
  });

  describe("in a browser", { skip: noBrowser }, () => {
    let browser: Browser;
    let page: Page;
    const errors: string[] = [];

    before(async () => {
      browser = await launchBrowser();
      page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
      page.on("pageerror", (error) => errors.push(error.message));
    });
    after(() => browser?.close());

    const bar = (label: string) => page.locator(`.point[aria-label^="${label}:"]`);
    const status = () => page.locator('[role="status"]').textContent();
    const pressed = () =>
      page
        .locator('.point[aria-pressed="true"]')
        .evaluateAll((all: { ariaLabel: string }[]) => all.map((one) => one.ariaLabel));
    const middle = async (label: string) => {
      const { x, y, width, height } = (await bar(label).locator("rect").boundingBox()) ?? assert.fail(label);
      return [x + width / 2, y + height / 2] as const;
    };

    test("a click on a bar shows its rows alone, a second one all of them again", async () => {
      await page.setContent(await show());
      await bar("wrong").locator("rect").click();
      assert.deepEqual(await page.locator("div > table tbody td:last-child").allTextContents(), [
        "wrong",
        "wrong",
      ]);
      assert.equal(await status(), "rows 1 to 2 of 2 found in 6, for wrong");
      assert.deepEqual(await pressed(), ["wrong: 2"]);
      if (pictures) await page.screenshot({ path: join(pictures, "filtered.png") });
      await bar("none").locator("rect").click();
      assert.equal(await status(), "rows 1 to 1 of 1 found in 6, for none");
      await bar("none").locator("rect").click();
      assert.equal(await status(), "rows 1 to 6 of 6");
      assert.deepEqual(await pressed(), []);
    });

    test("Ctrl adds a bar and takes it away, and a button shows all again", async () => {
      await page.setContent(await show());
      await bar("wrong").locator("rect").click();
      await bar("right")
        .locator("rect")
        .click({ modifiers: ["Control"] });
      assert.equal(await status(), "rows 1 to 5 of 5 found in 6, for wrong, right");
      await bar("wrong")
        .locator("rect")
        .click({ modifiers: ["Control"] });
      assert.equal(await status(), "rows 1 to 3 of 3 found in 6, for right");
      await page.getByRole("button", { name: "all bars" }).click();
      assert.equal(await status(), "rows 1 to 6 of 6");
    });

    test("a drag over several bars takes them all", async () => {
      await page.setContent(await show());
      await page.mouse.move(...(await middle("right")));
      await page.mouse.down();
      await page.mouse.move(...(await middle("wrong")), { steps: 5 });
      await page.mouse.move(...(await middle("none")), { steps: 5 });
      await page.mouse.up();
      assert.deepEqual(await pressed(), ["none: 1", "wrong: 2", "right: 3"]);
      assert.equal(await status(), "rows 1 to 6 of 6, for none, wrong, right");
    });

    test("filter and order of the table go on among the rows of a bar", async () => {
      await page.setContent(await show());
      await page.getByRole("button", { name: "place" }).click();
      await page.getByRole("button", { name: "place" }).click();
      await bar("right").locator("rect").click();
      assert.deepEqual(await page.locator("div > table tbody td:first-child").allTextContents(), [
        "2",
        "1",
        "0",
      ]);
      await page.getByLabel("filter").fill("place>0");
      assert.equal(await status(), "rows 1 to 2 of 2 found in 6, for right, by place, descending");
    });

    test("all of it goes by keyboard alone: one bar is reached by Tab, arrows go on, Enter chooses, Escape ends", async () => {
      await page.setContent(await show());
      assert.equal(await page.locator('.point[tabindex="0"]').count(), 1);
      await page.keyboard.press("Tab");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("ArrowUp");
      assert.equal(await page.evaluate("document.activeElement.ariaLabel"), "wrong: 2");
      await page.keyboard.press("Enter");
      assert.deepEqual(await pressed(), ["wrong: 2"]);
      await page.keyboard.press("Shift+ArrowUp");
      assert.deepEqual(await pressed(), ["wrong: 2", "right: 3"]);
      await page.keyboard.press("Escape");
      assert.deepEqual(await pressed(), []);
      await page.keyboard.press(" ");
      assert.deepEqual(await pressed(), ["right: 3"]);
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate("document.activeElement.textContent"), "all bars");
    });

    test("a value can belong to a bar of another name", async () => {
      const scores = [0.05, 0.5, 0.55, 1];
      const tenth = (score: number) => Math.min(9, Math.floor(score * 10));
      const toLabel = (score: unknown) => `${10 * tenth(Number(score))}–${10 * tenth(Number(score)) + 10}`;
      await showFilteredBy(scoreFigure(scores, text), toFrame(scores.map((score) => ({ score }))), {
        column: "score",
        toLabel,
      });
      await page.setContent(`${kernel.messages[0]?.data["text/html"]}`);
      await bar("50–60")
        .locator("rect")
        .click({ position: { x: 5, y: 5 } });
      assert.deepEqual(await page.locator("div > table tbody td").allTextContents(), ["0.5000", "0.5500"]);
    });

    test("a table runs where a copy of the script is run behind it, as VS Code does", async () => {
      const html = renderFrame(toFrame(Array.from({ length: 30 }, (_, place) => ({ place }))))["text/html"];
      await page.setContent("<div></div>");
      await page.evaluate(
        `((html) => {
          const holder = document.querySelector("div");
          holder.innerHTML = html;
          for (const script of [...holder.querySelectorAll("script")]) {
            const copy = document.createElement("script");
            copy.text = script.innerText;
            holder.appendChild(copy).parentNode.removeChild(copy);
          }
        })(${JSON.stringify(html)})`,
      );
      await page.getByRole("button", { name: "next" }).click();
      assert.equal(await status(), "rows 11 to 20 of 30");
    });

    test("a table can be read and worked in a dark page, by keyboard too, and keeps its place while pages turn", async () => {
      const html = renderFrame(
        toFrame(Array.from({ length: 30 }, (_, place) => ({ place, text: "x".repeat(place) }))),
      )["text/html"];
      await page.setContent(`<body style="background:#111;color:#ddd">${html}</body>`);
      assert.ok(
        (await leastContrast(page, "th, td, small, button:not([aria-disabled=true]), input, label")) >= 4.5,
      );
      const next = page.getByRole("button", { name: "next" });
      const place = await next.boundingBox();
      for (let tabs = 0; tabs < 10; tabs++) {
        await page.keyboard.press("Tab");
        if ((await page.evaluate("document.activeElement.textContent")) === "next ›") break;
      }
      for (let turns = 0; turns < 4; turns++) await page.keyboard.press("Enter");
      assert.equal(await status(), "rows 21 to 30 of 30");
      assert.equal(await page.evaluate("document.activeElement.textContent"), "next ›");
      assert.deepEqual(await next.boundingBox(), place);
      const width = () =>
        page
          .locator("th")
          .last()
          .evaluate((head: { offsetWidth: number }) => head.offsetWidth);
      const widest = await width();
      await page.getByRole("button", { name: "previous" }).click();
      assert.equal(await width(), widest);
      if (pictures) await page.screenshot({ path: join(pictures, "dark.png") });
    });

    test("no script failed", () => assert.deepEqual(errors, []));
  });
});

test("outside a kernel its words and the table are printed", async () => {
  assert.match(
    await printedBy(() => showFilteredBy(figure, frame, { column: "result" })),
    /^Bars of results\.\nplace\tresult\n/,
  );
});

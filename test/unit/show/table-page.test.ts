import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DataFrame } from "danfojs-node";
import { toFrame } from "user-activity/dist/show/frames";
import { renderFrame, type ShowFrameOptions } from "user-activity/dist/show/show";
import { runMarkup } from "../../helpers/live-markup";
import { parseMarkup } from "../../helpers/parse-markup";

/** The page of a frame, and what a person does there. */
function open(frame: DataFrame, options: ShowFrameOptions = {}) {
  const html = `${renderFrame(frame, { interactive: true, ...options })["text/html"]}`;
  const page = runMarkup(html);
  const [field] = page.all("input");
  const button = (words: string) =>
    page.all("button").find(({ textContent }) => textContent.includes(words)) ?? assert.fail(words);
  return {
    ...page,
    html,
    button,
    column: (place: number) => page.texts(`tbody td:nth-child(${place + 1})`),
    sort: (name: string) => button(name).click(),
    filter: (words: string) => page.write(field ?? assert.fail("a field"), words),
    status: () => page.texts('[role="status"]')[0],
    sorts: () => page.all("th").map((head) => head.getAttribute("aria-sort")),
  };
}

const numbered = (count: number) => toFrame(Array.from({ length: count }, (_, number) => ({ number })));

test("infinity stays what it is on later pages", () => {
  const rows = [{ value: 1 }, { value: 2 }, { value: Number.POSITIVE_INFINITY }];
  const page = open(toFrame(rows), { rows: 2 });
  page.sort("value");
  page.sort("value");
  assert.deepEqual(page.column(0), ["Infinity", "2"]);
});

describe("sorting", () => {
  const rows = [
    { name: "b", score: 10, item: "item 10" },
    { name: null, score: 9.5, item: "item 9" },
    { name: "a", score: null, item: "item 1" },
    { name: "b", score: -1, item: "item 2" },
  ];

  test("a click on a name sorts up, a second one down, a third one as it was, and the head says so", () => {
    const page = open(toFrame(rows));
    const seen = [0, 1, 2].map(() => {
      page.sort("score");
      return [page.column(1), page.sorts()[1], page.texts("th")[1]];
    });
    assert.deepEqual(seen, [
      [["-1.0000", "9.5000", "10.0000", "null"], "ascending", "score ▲float32"],
      [["10.0000", "9.5000", "-1.0000", "null"], "descending", "score ▼float32"],
      [["10.0000", "9.5000", "null", "-1.0000"], null, "score ↕float32"],
    ]);
  });

  test("nulls are last in both directions, and rows that are equal stay in their order", () => {
    const page = open(toFrame(rows));
    page.sort("name");
    assert.deepEqual(page.column(2), ["item 1", "item 10", "item 2", "item 9"]);
    page.sort("name");
    assert.deepEqual(page.column(2), ["item 10", "item 2", "item 1", "item 9"]);
  });

  test("numbers within texts count as numbers, and another column begins anew", () => {
    const page = open(toFrame(rows));
    page.sort("score");
    page.sort("item");
    assert.deepEqual(page.column(2), ["item 1", "item 2", "item 9", "item 10"]);
    assert.deepEqual(page.sorts(), [null, null, "ascending"]);
    assert.equal(page.status(), "rows 1 to 4 of 4, by item, ascending");
  });

  test("all rows that are there are sorted, those of later pages too", () => {
    const page = open(numbered(1000));
    page.sort("number");
    page.sort("number");
    assert.deepEqual(page.column(0).slice(0, 3), ["999", "998", "997"]);
  });
});

describe("filtering", () => {
  const rows = [
    { name: "Data Mining", score: 0.25, at: "2017-12-31T10:00:00.000Z", flag: true },
    { name: "Deep learning", score: 1, at: "2018-01-01T10:00:00.000Z", flag: false },
    { name: "Learning data", score: 0.5, at: "2018-01-02T10:00:00.000Z", flag: null },
  ];
  const found = (words: string) => {
    const page = open(toFrame(rows));
    page.filter(words);
    return page.column(0).map((name) => rows.findIndex((row) => row.name === name));
  };

  test("rows that hold every word are found, in any column and in any case", () => {
    assert.deepEqual(found("learning"), [1, 2]);
    assert.deepEqual(found("LEARNING data"), [2]);
    assert.deepEqual(found("learning 0.5000"), [2]);
    assert.deepEqual(found("nothing like it"), []);
    assert.deepEqual(found("  "), [0, 1, 2]);
  });

  test("a condition on a column is one on its values", () => {
    assert.deepEqual(found("score>0.25"), [1, 2]);
    assert.deepEqual(found("score>=0.25 score<1"), [0, 2]);
    assert.deepEqual(found("score=1"), [1]);
    assert.deepEqual(found("flag!=true"), [1, 2]);
    assert.deepEqual(found("flag=null"), [2]);
    assert.deepEqual(found("flag<true"), [1]);
    assert.deepEqual(found("at>=2018"), [1, 2]);
    assert.deepEqual(found("at<=2018"), [0]);
  });

  test("what looks like a condition on no column is a word", () => {
    const page = open(toFrame([{ a: "x>1" }, { a: "x" }]));
    page.filter("x>1");
    assert.deepEqual(page.column(0), ["x>1"]);
  });

  test("what was found is counted, and goes away with the words", () => {
    const page = open(numbered(40));
    page.filter("9");
    assert.equal(page.status(), "rows 1 to 4 of 4 found in 40");
    page.filter("none");
    assert.equal(page.status(), "0 found in 40");
    page.filter("");
    assert.equal(page.status(), "rows 1 to 10 of 40");
  });
});

describe("paging", () => {
  test("pages turn on and back, and not beyond the ends", () => {
    const page = open(numbered(25));
    const offs = () => ["previous", "next"].map((words) => page.button(words).getAttribute("aria-disabled"));
    assert.deepEqual(offs(), ["true", "false"]);
    page.button("previous").click();
    assert.equal(page.status(), "rows 1 to 10 of 25");
    page.button("next").click();
    assert.deepEqual(offs(), ["false", "false"]);
    page.button("next").click();
    page.button("next").click();
    assert.equal(page.status(), "rows 21 to 25 of 25");
    assert.deepEqual(page.column(0), ["20", "21", "22", "23", "24"]);
    assert.deepEqual(offs(), ["false", "true"]);
  });

  test("a long page is there for those who look through", () => {
    const page = open(numbered(250));
    page.button("100 a page").click();
    assert.equal(page.status(), "rows 1 to 100 of 250");
    assert.equal(page.button("100 a page").getAttribute("aria-pressed"), "true");
    page.button("100 a page").click();
    assert.equal(page.status(), "rows 1 to 10 of 250");
  });

  test("a frame that is shown whole has no pages", () => {
    const page = open(numbered(10));
    assert.equal(page.all("button").length, 1);
    assert.equal(page.status(), "rows 1 to 10 of 10");
  });

  test("rows of later pages look like those of the first", () => {
    const row = { text: "a", whole: 1, share: 0.5, none: null, list: ["<b>", "c"], few: 1 };
    const page = open(toFrame(Array.from({ length: 4 }, () => row)), { rows: 2 });
    const rows = () => page.all("tbody tr").map((one) => [...one.children].map(cellOf));
    const cellOf = (cell: { textContent: string; style: Readonly<Record<string, string>> }) => [
      cell.textContent,
      cell.style.textAlign,
    ];
    const first = rows();
    page.button("next").click();
    assert.deepEqual(rows(), first);
    assert.equal(page.all("tbody i").length, 2);
    assert.equal(page.all("tbody br").length, 2);
  });
});

describe("what is in the page", () => {
  test("a frame of ten rows or fewer is a plain table, without a script or a profile", () => {
    const { "text/html": html } = renderFrame(numbered(10));
    assert.doesNotMatch(`${html}`, /<script|<svg|distinct/);
    assert.match(`${renderFrame(numbered(11))["text/html"]}`, /<script/);
  });

  test("a frame of over twenty rows has profiles, or one that is to have them", () => {
    assert.doesNotMatch(`${renderFrame(numbered(20))["text/html"]}`, /distinct/);
    assert.match(`${renderFrame(numbered(21))["text/html"]}`, /21 distinct/);
    assert.match(`${renderFrame(numbered(20), { profile: true })["text/html"]}`, /20 distinct/);
    assert.doesNotMatch(`${renderFrame(numbered(21), { profile: false })["text/html"]}`, /distinct/);
  });

  test("without a script there are the first rows, and how many there are", () => {
    const { all } = parseMarkup(`${renderFrame(numbered(40))["text/html"]}`);
    assert.equal(all("tbody tr").length, 10);
    assert.equal(all("p")[0]?.textContent, "40 rows × 1 column, the first 10 shown");
    assert.equal(all("button, input").length, 0);
  });

  test("at most 1000 rows are there, and it says so; profiles are of all", () => {
    const page = open(numbered(2500));
    assert.equal(page.status(), "rows 1 to 10 of 1000");
    assert.equal(page.texts("p")[0], "2500 rows × 1 column, the first 1000 here; profiles are of all");
    const plain = open(numbered(2500), { profile: false });
    assert.equal(plain.texts("p")[0], "2500 rows × 1 column, the first 1000 here");
    assert.match(page.texts("thead td")[0] ?? "", /^2,500 distinct0 to 2,499/);
  });

  test("wide rows are fewer, so that a notebook stays small, and it says how many", () => {
    const wide = (row: number) =>
      Object.fromEntries(
        Array.from({ length: 20 }, (_, column) => [`c${column}`, `${row} ${column} ${"x".repeat(60)}`]),
      );
    const page = open(toFrame(Array.from({ length: 900 }, (_, row) => wide(row))));
    assert.ok(page.html.length < 130_000, `${page.html.length}`);
    assert.match(page.texts("p")[0] ?? "", /^900 rows × 20 columns, the first \d\d here; /);
  });

  test("values that come again and again are there once", () => {
    const name = "x".repeat(60);
    const { html } = open(toFrame(Array.from({ length: 200 }, (_, id) => ({ id, name }))));
    assert.equal(html.split(name).length - 1, 10 + 1, "in the first rows, and in the script");
  });

  test("markup and the ends of scripts in values are shown, not obeyed", () => {
    const hostile = [
      "</script><script>throw 1</script>",
      "<!--<script>",
      "<img src=x onerror=alert(1)>",
      "\u2028",
    ];
    const rows = Array.from({ length: 12 }, (_, row) => ({
      a: hostile[row % 4] ?? "",
      runTable: "findRows",
    }));
    const page = open(toFrame(rows), { rows: 4, caption: "</script>" });
    page.button("next").click();
    assert.deepEqual(page.column(0), hostile);
    assert.deepEqual(page.column(1), Array(4).fill("findRows"));
    assert.equal(page.all("script").length, 1);
    assert.equal(page.all("img").length, 0);
  });

  test("the script is short, and twice is once", () => {
    const html = `${renderFrame(numbered(11))["text/html"]}`;
    const [script = ""] = /<script>.*<\/script>/s.exec(html) ?? [];
    assert.ok(script.length < 7200, `${script.length}`);
    assert.equal(runMarkup(`<div>${html}${script}</div>`).all("input").length, 1);
  });

  test("tables on one page keep apart, and leave nothing in it", () => {
    const html = `${renderFrame(numbered(30))["text/html"]}`;
    const page = runMarkup(`<div>${html}</div><div>${html}</div>`);
    page
      .all("button")
      .find(({ textContent }) => textContent.includes("next"))
      ?.click();
    assert.deepEqual(page.texts('[role="status"]'), ["rows 11 to 20 of 30", "rows 1 to 10 of 30"]);
    assert.doesNotMatch(html, / id=/);
  });

  test("keys in a control are not JupyterLab's, and controls have no colours of their own", () => {
    const page = open(numbered(30));
    const controls = page.all("button, input");
    assert.equal(controls.length, 5);
    for (const control of controls) assert.equal(control.dataset.lmSuppressShortcuts, "true");
    assert.doesNotMatch(page.html, /#[0-9a-f]{3}|rgb|background:(?!none)/);
  });

  test("text that looks like a number stays as it is", () => {
    const rows = Array.from({ length: 12 }, () => ["007", "1.50"]);
    const { DataFrame: Frame } = require("danfojs-node") as typeof import("danfojs-node");
    const page = open(new Frame(rows, { columns: ["a", "b"], dtypes: ["int32", "float32"] }), { rows: 2 });
    page.button("next").click();
    assert.deepEqual(
      [page.column(0), page.column(1)],
      [
        ["007", "007"],
        ["1.50", "1.50"],
      ],
    );
  });
});

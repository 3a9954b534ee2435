import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { barFigure } from "user-activity/dist/show/figures";
import { toFrame } from "user-activity/dist/show/frames";
import { showFigure, showFrame } from "user-activity/dist/show/show";
import { fakeKernel, printed, type Shown, withSilentKernel } from "../../helpers/fake-kernel";
import { parseMarkup } from "../../helpers/parse-markup";

describe("in the kernel", () => {
  const kernel = fakeKernel();

  function shown(): Shown {
    assert.equal(kernel.messages.length, 1);
    return kernel.messages[0]?.data ?? {};
  }

  function tableOf(data: Shown) {
    const { all } = parseMarkup(`${data["text/html"]}`);
    const texts = (selector: string) => all(selector).map((one) => one.textContent);
    return {
      caption: texts("caption")[0],
      heads: texts("th"),
      rows: all("tbody tr").map((row) => [...row.children].map((cell) => cell.textContent)),
      aligns: all("tbody tr:first-child td").map((cell) => cell.style.textAlign),
      nulls: texts("td i"),
      size: texts("p")[0],
    };
  }

  test("a frame is shown as a table, dtypes under the names, numbers to the right", () => {
    showFrame(toFrame([{ name: "a", count: 1, share: 0.5, flag: true }]), { caption: "Table 1. One" });
    const table = tableOf(shown());
    assert.equal(table.caption, "Table 1. One");
    assert.deepEqual(table.heads, ["namestring", "countint32", "sharefloat32", "flagboolean"]);
    assert.deepEqual(table.rows, [["a", "1", "0.5000", "true"]]);
    assert.deepEqual(table.aligns, ["left", "right", "right", "left"]);
    assert.equal(table.size, "1 row × 4 columns");
    assert.deepEqual(
      kernel.messages.map(({ isUpdate }) => isUpdate),
      [false],
    );
  });

  test("null is told apart from the text null, from the empty text and from 0", () => {
    showFrame(toFrame([{ a: null, b: "null", c: "", d: 0 }]));
    const table = tableOf(shown());
    assert.deepEqual(table.rows, [["null", "null", "", "0"]]);
    assert.deepEqual(table.nulls, ["null"]);
  });

  test("markup in values, names and captions is shown, not obeyed", () => {
    const markup = "<script>alert(1)</script>&amp;\"'";
    showFrame(toFrame([{ [markup]: markup }]), { caption: markup });
    const table = tableOf(shown());
    assert.deepEqual([table.caption, table.rows], [markup, [[markup]]]);
    assert.equal(table.heads[0], `${markup}string`);
    assert.doesNotMatch(`${shown()["text/html"]}`, /<script/);
  });

  test("the numbers of a column have decimals if one of them has", () => {
    const rows = [
      { whole: 1, mixed: 1, missing: 0.25 },
      { whole: 20, mixed: 0.12345, missing: null },
    ];
    showFrame(toFrame(rows), { decimals: 2 });
    assert.deepEqual(tableOf(shown()).rows, [
      ["1", "1.00", "0.25"],
      ["20", "0.12", "null"],
    ]);
  });

  test("only the first rows are shown, ten if not said otherwise, and the size says so", () => {
    const frame = toFrame(Array.from({ length: 12 }, (_, index) => ({ index })));
    showFrame(frame);
    assert.equal(tableOf(shown()).rows.length, 10);
    assert.equal(tableOf(shown()).size, "12 rows × 1 column, the first 10 shown");
    kernel.messages.length = 0;
    showFrame(frame, { rows: 40 });
    assert.equal(tableOf(shown()).rows.length, 12);
    assert.equal(tableOf(shown()).size, "12 rows × 1 column");
  });

  test("an empty frame is shown with its columns", () => {
    showFrame(toFrame<{ a: string; b: string }>([], ["a", "b"]));
    const table = tableOf(shown());
    assert.deepEqual([table.heads, table.rows, table.size], [["a", "b"], [], "0 rows × 2 columns"]);
  });

  test("long text is cut, between characters", () => {
    showFrame(toFrame([{ a: "👩".repeat(81), b: "x".repeat(80) }]));
    assert.deepEqual(tableOf(shown()).rows, [[`${"👩".repeat(79)}…`, "x".repeat(80)]]);
  });

  test("lists have a line for each element, and options show whether they are ticked and right", () => {
    const options = [
      { id: "a", checked: true, correct: true, submitted: 1, at: 0 },
      { id: "b", checked: false, correct: null, submitted: null, at: null },
      { id: "c", checked: true, correct: null, submitted: 1, at: 0 },
    ];
    const failures = [{ path: "counts", rule: "required", expected: "an object", received: null }];
    const rows = [
      { options, failures, numbers: [1, 2] },
      { options: [], failures: null, numbers: [[3], { four: 4 }] },
    ];
    showFrame(toFrame(rows));
    assert.match(`${shown()["text/html"]}`, /☑ ✓ a<br>☐ ✗ b<br>☑ ✗ c/);
    assert.deepEqual(tableOf(shown()).rows, [
      ["☑ ✓ a☐ ✗ b☑ ✗ c", "path: counts, rule: required, expected: an object", "12"],
      ["(none)", "null", "[3]four: 4"],
    ]);
    assert.match(`${shown()["text/plain"]}`, /☑ ✓ a; ☐ ✗ b; ☑ ✗ c\tpath: counts/);
  });

  test("long lists are cut, and their lines as any text; markup in them is shown, not obeyed", () => {
    showFrame(toFrame([{ a: Array.from({ length: 12 }, (_, index) => index), b: ["x".repeat(81), "<b>"] }]));
    assert.match(`${shown()["text/html"]}`, /7<br>… 4 more<\/td>/);
    assert.match(`${shown()["text/html"]}`, />x{79}…<br>&lt;b&gt;</);
  });

  test("a column of text is none of lists because some of it looks like one", () => {
    showFrame(toFrame([{ a: "[1]" }, { a: "[cut" }, { a: '{"b":1}' }]));
    assert.deepEqual(tableOf(shown()).rows, [["[1]"], ["[cut"], ['{"b":1}']]);
  });

  test("a figure is shown for Plotly, as a picture, and in words, in one message", async () => {
    const figure = barFigure([{ label: "a", value: 1 }], "attempts", {
      title: "Figure 1. A",
      alt: "In words.",
    });
    await showFigure(figure, { width: 400, height: 300 });
    const data = shown();
    assert.deepEqual(Object.keys(data), ["application/vnd.plotly.v1+json", "image/svg+xml", "text/plain"]);
    const plotly = data["application/vnd.plotly.v1+json"] as { data: unknown; layout: Shown };
    assert.deepEqual(plotly.data, figure.data);
    assert.equal(plotly.layout.height, 300);
    assert.match(
      `${data["image/svg+xml"]}`,
      /^<svg [^>]*aria-label="In words\."[^>]*width="400" height="300"/,
    );
    assert.equal(data["text/plain"], "In words.");
    assert.deepEqual(kernel.messages[0]?.metadata, { "image/svg+xml": { alt: "In words." } });
  });
});

describe("outside a kernel", () => {
  test("a frame is printed as text", () => {
    assert.equal(
      printed(() => showFrame(toFrame([{ name: "a", count: null }]), { caption: "Table 1. One" })),
      "Table 1. One\nname\tcount\na\tnull\n1 row × 2 columns\n",
    );
  });

  test("a kernel that writes nothing yet is none", () => {
    withSilentKernel(() =>
      assert.match(
        printed(() => showFrame(toFrame([{ a: 1 }]))),
        /^a\n1\n/,
      ),
    );
  });
});

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { barFigure } from "user-activity/dist/figures";
import { toFrame } from "user-activity/dist/frames";
import { showFigure, showFrame } from "user-activity/dist/show";
import { parseMarkup } from "./parse-markup";

type Shown = Record<string, unknown>;

// where the kernel's module for messages is found, were this process the kernel
const kernelPath = "/somewhere/node_modules/tslab/dist/jupyter.js";

describe("in the kernel", () => {
  const messages: { data: Shown; metadata: object; transient: object }[] = [];
  const updates: boolean[] = [];

  beforeEach(() => {
    messages.length = 0;
    updates.length = 0;
    const write = (message: (typeof messages)[number], isUpdate: boolean) => {
      messages.push(message);
      updates.push(isUpdate);
    };
    require.cache[kernelPath] = { exports: { lastWriteDisplayData: write } } as NodeJS.Module;
  });
  afterEach(() => {
    delete require.cache[kernelPath];
  });

  function shown(): Shown {
    assert.equal(messages.length, 1);
    return messages[0]?.data ?? {};
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
    assert.deepEqual(updates, [false]);
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
    messages.length = 0;
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
    require.cache[kernelPath] = { exports: { lastWriteDisplayData: null } } as NodeJS.Module;
    try {
      assert.match(
        printed(() => showFrame(toFrame([{ a: 1 }]))),
        /^a\n1\n/,
      );
    } finally {
      delete require.cache[kernelPath];
    }
  });
});

function printed(work: () => void): string {
  let text = "";
  const write = mock.method(process.stdout, "write", (part: string) => {
    text += part;
    return true;
  });
  try {
    work();
  } finally {
    write.mock.restore();
  }
  return text;
}

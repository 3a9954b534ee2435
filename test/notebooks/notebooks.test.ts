import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { codeCells, committed, folder, type Notebook, textOf } from "../helpers/notebook-runs";
import { shippedSum } from "../helpers/shipped";

/** Everything that a reader sees of the outputs, charts as their numbers. */
function outputText(notebook: Notebook): string {
  return codeCells(notebook)
    .flatMap(({ outputs = [] }) => outputs)
    .map(({ text, data = {} }) => {
      const html = textOf(data["text/html"] as string[]).replaceAll(/<[^>]*>/g, " ");
      const chart = JSON.stringify(data["application/vnd.plotly.v1+json"] ?? "", withoutLayout);
      return [textOf(text), html, textOf(data["text/plain"] as string[]), chart].join(" ");
    })
    .join("\n");
}

/** Of a chart's layout only its title: ranges, sizes and ticks are no numbers that a reader is shown. */
function withoutLayout(key: string, value: unknown): unknown {
  return key === "layout" ? { title: (value as { title?: unknown }).title } : value;
}

function proseOf({ cells }: Notebook): string {
  return cells
    .filter(({ cell_type }) => cell_type === "markdown")
    .map(({ source }) => textOf(source))
    .join("\n\n");
}

interface Section {
  readonly heading: string;
  readonly prose: string;
  /** The numbers that its outputs show; those of the whole notebook where it is its beginning or its end. */
  readonly shown: readonly number[];
}

/** A notebook by its second headings. Solutions are left out: their outputs are the reader's. */
function sectionsOf(notebook: Notebook): Section[] {
  const whole = numbersIn(outputText(notebook));
  const sections = [{ heading: "its beginning", prose: "", cells: [] as Notebook["cells"][number][] }];
  for (const cell of notebook.cells.filter(({ id }) => !id.startsWith("solution-"))) {
    if (cell.cell_type === "code") sections.at(-1)?.cells.push(cell);
    else
      for (const [index, part] of textOf(cell.source).split(/^## /m).entries()) {
        const heading = part.split("\n")[0] ?? "";
        if (index > 0) sections.push({ heading, prose: part.slice(heading.length), cells: [] });
        else sections.splice(-1, 1, { ...lastOf(sections), prose: `${lastOf(sections).prose}\n\n${part}` });
      }
  }
  return sections.map(({ heading, prose, cells }, index) => {
    const isSummary = index === 0 || /^What we have now|^Sources/.test(heading);
    return { heading, prose, shown: isSummary ? whole : numbersIn(outputText({ ...notebook, cells })) };
  });
}

function lastOf<T>(list: readonly T[]): T {
  return list.at(-1) ?? assert.fail("nothing is there");
}

/** The numbers of a text from 10 on, as they are written, outside headings, code and links. */
function numbersOf(text: string): string[] {
  const prose = text.replaceAll(/^#.*$/gm, "").replaceAll(/`[^`]*`|\]\([^)]*\)|\[\d\. |is step \d+/g, "");
  return [...prose.matchAll(/(?<![\w.,])\d[\d,]*(?:\.\d+)?/g)]
    .map(([number]) => number.replace(/,$/, ""))
    .filter((number) => Number(number.replaceAll(",", "")) >= 10);
}

describe("the committed notebooks", () => {
  test("are those that the project is about", () => {
    for (const number of ["01", "02", "03", "04", "05", "05p", "06", "07", "08"]) {
      assert.equal([...committed.keys()].filter((name) => name.startsWith(`${number}-`)).length, 1, number);
    }
  });

  for (const [name, notebook] of committed) {
    describe(name, () => {
      test("comes from one run from top to bottom, without an error or a word on stderr", () => {
        const code = codeCells(notebook);
        assert.deepEqual(
          code.map(({ execution_count }) => execution_count),
          code.map((_, index) => index + 1),
        );
        const outputs = code.flatMap((cell) => cell.outputs ?? []);
        assert.ok(outputs.length > 0);
        assert.deepEqual(
          outputs.filter((output) => output.output_type === "error" || output.name === "stderr"),
          [],
        );
      });

      test("says nothing of the machine that it ran on, nor of the time", () => {
        const text = JSON.stringify(notebook);
        assert.doesNotMatch(text, /\/(work|root|home|Users|tmp)\//);
        assert.doesNotMatch(text, /127\.0\.0\.1|localhost/);
        // the cell behind which papermill puts what -p gives; it takes no parameters for the TypeScript kernel
        const parameters = name.startsWith("05p-") ? [{ tags: ["parameters"] }] : [];
        assert.deepEqual(
          notebook.cells.map(({ metadata }) => metadata).filter((one) => Object.keys(one).length > 0),
          parameters,
        );
        assert.deepEqual(Object.keys(notebook.metadata).sort(), ["kernelspec", "language_info"]);
      });

      test("shows every figure as chart, as picture and in words, and none as bitmap", () => {
        const bundles = codeCells(notebook).flatMap(({ outputs = [] }) =>
          outputs.map(({ data }) => data ?? {}),
        );
        for (const data of bundles) assert.equal("image/png" in data, false);
        const types = ["application/vnd.plotly.v1+json", "image/svg+xml"];
        for (const data of bundles.filter((one) => types.some((type) => type in one))) {
          assert.deepEqual(Object.keys(data).sort(), [...types, "text/plain"]);
          const { title } = (data[types[0] ?? ""] as { layout: { title: { text: string } } }).layout;
          assert.match(title.text, /^Figure \d+\. \S/);
        }
      });

      test("numbers its tables, figures and steps from 1 on", () => {
        const outputs = outputText(notebook);
        for (const kind of ["Table", "Figure"]) {
          const pattern = new RegExp(`${kind === "Table" ? "" : '"text": ?"'}${kind} (\\d+)\\.`, "g");
          const numbers = new Set([...outputs.matchAll(pattern)].map(([, number]) => Number(number)));
          assert.deepEqual(
            [...numbers],
            [...numbers].map((_, index) => index + 1),
          );
        }
        const chapter = name.split("-")[0]?.replace(/^0/, "");
        const steps = [...proseOf(notebook).matchAll(/^## (\d+[a-z]?)\.(\d+) /gm)];
        assert.deepEqual(
          steps.map(([, one, two]) => `${one}.${two}`),
          steps.map((_, index) => `${chapter}.${index + 1}`),
        );
        assert.match(proseOf(notebook), new RegExp(`^# ${chapter}\\. `));
      });

      test("has short cells, each with words before it", () => {
        const { cells } = notebook;
        for (const [index, { id, cell_type, source }] of cells.entries()) {
          if (cell_type !== "code") continue;
          const lines = textOf(source).split("\n");
          assert.ok(lines.length <= 15, `${id}: ${lines.length} lines`);
          assert.deepEqual(
            lines.filter((line) => line.length > 110),
            [],
            id,
          );
          assert.equal(cells[index - 1]?.cell_type, "markdown", `${id}: what does it ask?`);
        }
      });

      test("has at least as much prose as code, and no way around types", () => {
        const prose = notebook.cells.filter(({ cell_type }) => cell_type === "markdown");
        assert.ok(prose.length >= codeCells(notebook).length, `${prose.length} cells of prose`);
        for (const { id, source } of codeCells(notebook))
          assert.doesNotMatch(textOf(source), /\bas any\b/, id);
      });

      for (const section of sectionsOf(notebook)) {
        test(`names no number that no output shows: ${section.heading}`, () => {
          const unknown = numbersOf(section.prose).filter((number) => !isShown(number, section.shown));
          assert.deepEqual(unknown, []);
        });
      }

      test("leads only to what is there", () => {
        const links = [...proseOf(notebook).matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)];
        assert.ok(links.length > 0, "it leads onward");
        for (const [, path = ""] of links) assert.ok(existsSync(join(folder, path)), path);
      });
    });
  }

  test("show the numbers that the project is known by", () => {
    const known: Record<string, readonly string[]> = {
      "01": ["3280", "1105", "1118", "1057", "9304997"],
      "02": [
        "34 paths",
        "14717",
        "14555",
        "5 of",
        "3275",
        "5 of 6 columns of a question are the same by frames and by notes",
        "the draft refuses 0 events",
        "the contract refuses 5 events",
      ],
      "03": [
        shippedSum,
        "by hand the same: true",
        "by the stream the same: true",
        "3148 times false became true",
        "grouped: 62.56148373983724 %",
        "62.65699745547047 %",
        "102 rows",
      ],
      "04": [shippedSum, "14555", "3237", "102"],
      "05": ["473", "36.0", "8.7", "0.57", "-0.02", "224", "68.42", "71.74", "56.93", "55.53"],
      "05p": ["3237 grades, 14555 questions", "61271 options, 23402 ticked"],
      "06": ["3280 rows in raw_data, 3280 different places", "leads with 390 of 3237"],
      "07": ["consumed 3280 = graded 3191 + duplicates 28 + quarantined 61", "91 of 6560 outcomes change"],
    };
    for (const [number, wanted] of Object.entries(known)) {
      const [, notebook] = [...committed].find(([name]) => name.startsWith(`${number}-`)) ?? [];
      const text = notebook ? outputText(notebook) : "";
      for (const one of wanted) assert.ok(text.includes(one), `${number}: ${one}`);
    }
  });
});

function numbersIn(text: string): number[] {
  return [...text.matchAll(/(?<![\w.])-?\d[\d,]*(?:\.\d+)?/g)].flatMap(([number]) => [
    Number(number.replaceAll(",", "")),
    ...number.split(",").map(Number),
  ]);
}

/** Whether a number of the prose is one of the outputs', rounded to the decimals that the prose has. */
function isShown(number: string, shown: readonly number[]): boolean {
  const decimals = number.split(".")[1]?.length ?? 0;
  const wanted = Number(number.replaceAll(",", ""));
  return shown.some((one) => Number(one.toFixed(decimals)) === wanted);
}

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { projectPath } from "user-activity/dist/paths";
import { ownConfig, ownFolder, streamConfig } from "./live-lake";

interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string | string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Cell {
  readonly id: string;
  readonly cell_type: "code" | "markdown";
  readonly source: string | string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
}

interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface Runner {
  runNotebook(
    notebook: string,
    output: string,
    options?: { signal?: AbortSignal; env?: Record<string, string>; onCell?: (cell: CellStart) => void },
  ): Promise<void>;
}

interface CellStart {
  readonly cell: number;
  readonly of: number;
  readonly heading: string;
}

const folder = projectPath("notebooks");
const names = readdirSync(folder).filter((name) => /^\d\d[a-z]?-.*\.ipynb$/.test(name));
const committed = new Map(names.map((name) => [name, readNotebook(join(folder, name))]));

function readNotebook(path: string): Notebook {
  return JSON.parse(readFileSync(path, "utf8"));
}

async function loadRunner(): Promise<Runner> {
  return import(pathToFileURL(projectPath("local", "notebooks.mjs")).href);
}

function codeCells({ cells }: Notebook): Cell[] {
  return cells.filter(({ cell_type }) => cell_type === "code");
}

function textOf(text: string | string[] | undefined): string {
  return Array.isArray(text) ? text.join("") : (text ?? "");
}

/** Everything that a reader sees of the outputs, charts as their numbers. */
function outputText(notebook: Notebook): string {
  return codeCells(notebook)
    .flatMap(({ outputs = [] }) => outputs)
    .map(({ text, data = {} }) => {
      const html = textOf(data["text/html"] as string[]).replaceAll(/<[^>]*>/g, " ");
      const chart = JSON.stringify(data["application/vnd.plotly.v1+json"] ?? "");
      return [textOf(text), html, textOf(data["text/plain"] as string[]), chart].join(" ");
    })
    .join("\n");
}

function proseOf({ cells }: Notebook): string {
  return cells
    .filter(({ cell_type }) => cell_type === "markdown")
    .map(({ source }) => textOf(source))
    .join("\n\n");
}

describe("the committed notebooks", () => {
  test("are those that the project is about", () => {
    for (const number of ["01", "02", "03", "04", "05", "06"]) {
      assert.equal(names.filter((name) => name.startsWith(`${number}-`)).length, 1, number);
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
        for (const { metadata } of notebook.cells) assert.deepEqual(metadata, {});
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

      test("names no number in its prose that no output shows", () => {
        const shown = [...committed.values()].flatMap((one) => numbersIn(outputText(one)));
        const prose = proseOf(notebook)
          .replaceAll(/^#.*$/gm, "")
          .replaceAll(/`[^`]*`|\]\([^)]*\)|\[\d\. /g, "");
        const unknown = [...prose.matchAll(/(?<![\w.,])\d[\d,]*(?:\.\d+)?/g)]
          .map(([number]) => number.replace(/,$/, ""))
          .filter((number) => Number(number.replaceAll(",", "")) >= 10 && !isShown(number, shown));
        assert.deepEqual(unknown, []);
      });

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
      "02": ["34 paths", "14717", "14555", "5 of", "3275"],
      "03": [
        "consumed 3280 = graded 3237 + duplicates 38 + quarantined 5",
        "62.65699745547047 %",
        "102 rows",
      ],
      "04": ["consumed 3280 = graded 3237 + duplicates 38 + quarantined 5", "14555", "3237", "102"],
      "05": ["473", "36.0", "8.7", "0.57", "-0.02", "224", "68.42", "71.74", "56.93", "55.53"],
      "05p": ["3237 grades, 14555 questions", "61271 options, 23402 ticked"],
      "06": ["3280 rows in raw_data, 3280 different places", "leads with 390 of 3237"],
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

describe("each notebook alone, in a fresh kernel, on a topic and a lake of its own", {
  concurrency: 2,
}, () => {
  for (const [name, notebook] of committed) {
    test(`${name} gives what is committed, and the same again`, async () => {
      const { runNotebook } = await loadRunner();
      const config = ownConfig(name.split("-")[0] ?? name);
      if (name.startsWith("06-")) streamConfig(config);
      const outputs = ownFolder();
      const env = { KAFKA_TOPIC: config.kafka.topic, LAKE_DIR: config.hdfs.lakeDir };
      const cells: CellStart[] = [];
      await runNotebook(join(folder, name), join(outputs, "first.ipynb"), {
        env,
        onCell: (cell) => cells.push(cell),
      });
      await runNotebook(join(folder, name), join(outputs, "second.ipynb"), { env });
      const count = codeCells(notebook).length;
      assert.deepEqual(
        cells.map(({ cell, of }) => [cell, of]),
        Array.from({ length: count }, (_, index) => [index + 1, count]),
      );
      const first = readFileSync(join(outputs, "first.ipynb"), "utf8");
      assert.ok(
        readFileSync(join(outputs, "second.ipynb"), "utf8") === first,
        "the second run gave something else",
      );
      // what may differ from the committed run: the names given here, and whose services they are
      const asCommitted = first
        .replaceAll(config.hdfs.lakeDir, "/user-activity")
        .replaceAll(config.kafka.topic, "assessments")
        .replaceAll(/\bexternal(?=<|\\t)/g, "running");
      const { cells: run, metadata } = JSON.parse(asCommitted) as Notebook;
      const differing = notebook.cells.filter((cell, index) => !isDeepStrictEqual(cell, run[index]));
      assert.deepEqual(
        differing.map(({ id }) => id),
        [],
        'outdated: write it anew with "npm run notebooks"',
      );
      assert.deepEqual(metadata, notebook.metadata);
    });
  }
});

describe("the runner", { concurrency: 2 }, () => {
  const place = projectPath(".local", `test-notebooks-${process.pid}`);
  mkdirSync(place, { recursive: true });
  after(() => rmSync(place, { recursive: true, force: true }));

  function writeNotebook(
    name: string,
    sources: readonly (string | { source: string; metadata: object })[],
    kernel = "tslab",
  ): string {
    const cells = sources.map((one, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      execution_count: index + 1,
      metadata: {},
      outputs: [{ output_type: "stream", name: "stdout", text: "from an earlier run\n" }],
      ...(typeof one === "string" ? { source: one } : one),
    }));
    const metadata = { kernelspec: { name: kernel, display_name: kernel }, language_info: { name: kernel } };
    const path = join(place, `${name}.ipynb`);
    writeFileSync(path, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
    return path;
  }

  async function failureOf(path: string, output = path.replace(".ipynb", ".out.ipynb")): Promise<string> {
    const { runNotebook } = await loadRunner();
    return runNotebook(path, output).then(
      () => assert.fail(`${basename(path)} was taken for sound`),
      (error: Error) => error.message,
    );
  }

  test("names notebook and cell where a cell throws, the cells that were not executed, and keeps the copy", async () => {
    const path = writeNotebook("throws", ["1;", 'throw new Error("no such luck");', "2;", "3;"]);
    const message = await failureOf(path);
    assert.match(message, /^throws\.ipynb: code cell 2 /);
    assert.match(message, /no such luck/);
    assert.match(message, /throws\.ipynb: not executed after it: code cell 3, 4/);
    const { cells } = readNotebook(path.replace(".ipynb", ".out.ipynb"));
    assert.match(JSON.stringify(cells[1]?.outputs), /Error: no such luck/);
  });

  test("names notebook and cell where a cell does not compile", async () => {
    assert.match(
      await failureOf(writeNotebook("types", ['const n: number = "text";'])),
      /^types\.ipynb: code cell 1 /,
    );
  });

  test("names notebook and cell where a cell in Python throws or writes to stderr", async () => {
    const throws = writeNotebook("raises", ["1", '{}["no such key"]', "2"], "python3");
    assert.match(await failureOf(throws), /^raises\.ipynb: code cell 2 KeyError: 'no such key'$/m);
    const source = 'import sys\nprint("careful", file=sys.stderr)';
    const message = await failureOf(writeNotebook("mutters-too", [source], "python3"));
    assert.match(message, /^mutters-too\.ipynb: code cell 1 wrote to stderr: careful$/m);
  });

  test("does not let a cell write to stderr", async () => {
    const message = await failureOf(writeNotebook("mutters", ["1;", 'console.error("careful");', "2;"]));
    assert.equal(message, "mutters.ipynb: code cell 2 wrote to stderr: careful");
  });

  test("sees that the kernel passed over a cell after an error that was allowed", async () => {
    // for 200 ms after an error the kernel drops what it is asked; stretched here, for machines that are slow to ask
    const source = `const wait = globalThis.setTimeout;
globalThis.setTimeout = ((work, ms, ...rest) => wait(work, ms === 200 ? 5000 : ms, ...rest)) as any;
throw new Error("on purpose");`;
    const allowed = { source, metadata: { tags: ["raises-exception"] } };
    const message = await failureOf(writeNotebook("skips", ["1;", allowed, 'console.log("never");']));
    assert.match(message, /^skips\.ipynb: code cell 2 /);
    assert.match(message, /not executed after it: code cell 3$/);
  });

  test("names notebook and cell where the kernel dies", async () => {
    const message = await failureOf(writeNotebook("dies", ["1;", "process.exit(1);", "2;"]));
    assert.match(message, /^dies\.ipynb: code cell 2 failed: Kernel died/);
  });

  test("says in one line that a notebook is none, or is not there", async () => {
    const broken = join(place, "broken.ipynb");
    writeFileSync(broken, "{");
    assert.match(await failureOf(broken), /^broken\.ipynb: expected a notebook, received .+$/);
    assert.match(
      await failureOf(join(place, "none.ipynb")),
      /^none\.ipynb: expected a notebook, received .+$/,
    );
  });

  test("leaves a notebook that is executed in place as it was if it fails", async () => {
    const path = writeNotebook("in-place", ['throw new Error("no");']);
    const before = readFileSync(path, "utf8");
    await failureOf(path, path);
    assert.equal(readFileSync(path, "utf8"), before);
  });

  test("forgets what an earlier run left and joins what a cell prints", async () => {
    const { runNotebook } = await loadRunner();
    const path = writeNotebook("prints", ['console.log("a");\nconsole.log("b");', "", "let quiet = 1;"]);
    await runNotebook(path, path);
    const cells = readNotebook(path).cells;
    assert.deepEqual(
      cells.map(({ outputs = [] }) => outputs.map(({ name, text }) => [name, textOf(text)])),
      [[["stdout", "a\nb\n"]], [], []],
    );
    assert.deepEqual([cells[0]?.execution_count, cells[2]?.execution_count], [1, 2]);
  });

  test("ends with the signal's reason when it is aborted, and its kernel with it", async () => {
    const { runNotebook } = await loadRunner();
    const pidFile = join(place, "pid");
    const wait = `require("fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
await new Promise((resolve) => setTimeout(resolve, 600000));`;
    const path = writeNotebook("waits", [wait]);
    const controller = new AbortController();
    const running = runNotebook(path, path, { signal: controller.signal });
    while (!existsSync(pidFile) || readFileSync(pidFile, "utf8") === "") await sleep(50);
    controller.abort(new Error("enough"));
    await assert.rejects(running, /^Error: enough$/);
    const pid = Number(readFileSync(pidFile, "utf8"));
    while (isAlive(pid)) await sleep(50);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { before, describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { type Block, loadPageModule, readPage } from "../helpers/walkthrough";

const page = readPage();
const history = readFileSync(projectPath("history.txt"), "utf8");
const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, text = ""]) => text);

/** The words of a notebook. */
function proseOf(notebook: string): string {
  const { cells } = JSON.parse(readFileSync(projectPath("notebooks", notebook), "utf8"));
  const texts = cells.filter((cell: { cell_type: string }) => cell.cell_type === "markdown");
  return texts.map(({ source }: { source: string | string[] }) => [source].flat().join("")).join("\n\n");
}

/** What stands under a heading. */
function stepText(heading: string): string {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  assert.ok(text, heading);
  return text;
}

let blocks: Block[];
let pageModule: Awaited<ReturnType<typeof loadPageModule>>;
before(async () => {
  pageModule = await loadPageModule();
  blocks = pageModule.parsePage(page);
});

describe("annotations.md", () => {
  test("numbers its steps from 1 on, and each has a command", () => {
    assert.ok(headings.length >= 15);
    for (const [index, heading] of headings.entries()) {
      assert.match(heading, new RegExp(`^Step ${index + 1}\\. [A-Z]`));
      assert.ok(
        blocks.some(({ step }) => step === heading),
        `${heading}: no command`,
      );
    }
  });

  test("refers to steps that there are", () => {
    const known = headings.map((_, index) => index + 1);
    for (const [reference, one, , two] of page.matchAll(/\b[Ss]teps? (\d+)( (?:to|and) (\d+))?/g))
      for (const number of [one, two].filter((text) => text !== undefined))
        assert.ok(known.includes(Number(number)), reference);
  });

  test("has every step in the table before the first, once and in order", () => {
    const rows = [...page.matchAll(/^\| Steps (\d+) to (\d+) \|/gm)];
    const listed = rows.flatMap(([, from, to]) =>
      Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index),
    );
    assert.deepEqual(
      listed,
      headings.map((_, index) => index + 1),
    );
  });

  test("has no number in its prose that its step doesn't show", () => {
    assert.deepEqual(pageModule.findUnshownNumbers(page), []);
  });

  test("fails, naming the step, where one number of any output is another", () => {
    const changed = blocks.filter(({ shown, varies, until }) => {
      const output = shown ?? "";
      const place = output.search(/(?<![\w.,:-])\d+(?![\w.,:-])/);
      return !until && varies.length === 0 && place >= 0 && !output.includes(" more line");
    });
    assert.ok(changed.length >= 10);
    for (const block of changed) {
      const output = block.shown ?? "";
      const other = output.replace(/(?<![\w.,:-])\d+(?![\w.,:-])/, (number) => `${Number(number) + 1}`);
      assert.equal(pageModule.findDifference(block, output), undefined);
      const difference = pageModule.findDifference(block, other) ?? "";
      assert.ok(difference.includes(`${block.step}: `), `${block.step}: ${block.command}`);
    }
  });
});

describe("the notebooks", () => {
  const all = readdirSync(projectPath("notebooks")).filter((name) => name.endsWith(".ipynb"));
  /** Notebook 8 stands beside no step, as none needs Spark. */
  const notebooks = all.filter((name) => !name.startsWith("08-"));

  /** The step that a notebook says that it is. */
  function stepOf(notebook: string): string {
    const named = [
      ...proseOf(notebook).matchAll(/\[annotated walkthrough\]\(\.\.\/annotations\.md\).*? step (\d+)\b/g),
    ];
    assert.equal(named.length, 1, "expected one reference to the annotated walkthrough");
    return headings[Number(named[0]?.[1]) - 1] ?? assert.fail(`no step ${named[0]?.[1]}`);
  }

  for (const notebook of notebooks)
    test(`${notebook} names the step beside which it stands, and that step names it and has a command of its own`, () => {
      const step = stepOf(notebook);
      const number = /^0?(\d+p?)-/.exec(notebook)?.[1];
      assert.ok(stepText(step).includes(`[Notebook ${number}](notebooks/${notebook})`));
      assert.ok(blocks.some((block) => block.step === step));
    });

  test("stand beside steps in their order, each named once", () => {
    const links = [...page.matchAll(/\]\(notebooks\/([^)]+)\)/g)].map(([, name]) => name);
    assert.deepEqual(links, notebooks.sort());
  });

  test("are run by no step: a step's commands do what its heading says", () => {
    const commands = blocks.map(({ command }) => command);
    assert.deepEqual(
      commands.filter((command) => /\.ipynb|npm run (--silent )?notebooks/.test(command)),
      [],
    );
    const did = (name: string) => blocks.find(({ step }) => step.endsWith(`. ${name}`))?.command ?? "";
    assert.match(did("Infer the schema"), /user-activity infer/);
    assert.match(did("Enforce the schema"), /enforceGrade/);
    assert.match(did("Query the tables"), /user-activity query/);
    const land = blocks.find(({ command }) => command === "npx user-activity land");
    assert.ok(headings.indexOf(land?.step ?? "") + 1 < 10, "it lands before step 10");
    assert.match(land?.step ?? "", /\. Land$/);
  });
});

describe("history.txt", () => {
  const entry = /^ *(\d+) {2}(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) {2}/gm;

  test("has the page's commands, all of them, in their order", () => {
    const commands = history.split(/^ *\d+ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}/m).slice(1);
    assert.deepEqual(
      commands,
      blocks.map(({ command }) => `${command}\n`),
    );
  });

  test("is numbered from 1 on, and its times rise", () => {
    const entries = [...history.matchAll(entry)];
    assert.deepEqual(
      entries.map(([, number]) => Number(number)),
      blocks.map((_, index) => index + 1),
    );
    const times = entries.map(([, , time]) => Date.parse(`${time?.replace(" ", "T")}Z`));
    for (const [index, time] of times.entries()) assert.ok(index === 0 || time >= (times[index - 1] ?? 0));
  });
});

for (const [name, text] of Object.entries({ "annotations.md": page, "history.txt": history }))
  test(`${name} names no folder, host or person of the machine that it ran on, and no secret`, () => {
    assert.doesNotMatch(text, /(?<![\w.])\/(root|home|Users|tmp|work|usr|opt|private)\//);
    assert.doesNotMatch(text, /token=\w|password\s*[=:]\s*\S/i);
    const addresses = [...text.matchAll(/\b\d{1,3}(\.\d{1,3}){3}\b/g)].map(([address]) => address);
    assert.deepEqual(
      addresses.filter((address) => address !== "127.0.0.1"),
      [],
    );
    assert.doesNotMatch(
      text,
      new RegExp(`\\b${userInfo().username} +supergroup|ugi=|\\bby ${userInfo().username}\\b`),
    );
    assert.doesNotMatch(text, /supergroup(?<!\byou +supergroup)/);
  });

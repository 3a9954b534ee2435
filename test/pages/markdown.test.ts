import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { findBrokenLinks, listPages, readPage } from "../helpers/markdown";
import { findBrokenCommands, listCommands, parse, toWords } from "../helpers/markdown-commands";

describe("every Markdown file", () => {
  const paths = listPages();

  test("is found", () => {
    for (const path of ["README.md", "data/README.md", "docs/reading.md"]) assert.ok(paths.includes(path));
  });

  for (const path of paths) {
    test(`${path}: its links lead somewhere`, () => {
      assert.deepEqual(findBrokenLinks(readPage(path)), []);
    });

    test(`${path}: its commands and their options exist`, async () => {
      assert.deepEqual(await findBrokenCommands(readPage(path)), []);
    });
  }
});

describe("a link is broken", () => {
  const good = [
    ...["docs/reading.md", "docs/reading.md#types", "#headings", "notebooks", "LICENSE"],
    ...["https://example.org/page#part", "http://127.0.0.1:9870"],
  ];
  const bad = [
    ...[
      "docs/none.md",
      "docs/reading.md#none",
      "#none",
      "../elsewhere.md",
      "/README.md",
      "src/dist/index.js",
    ],
    ...["http://example.org", "https://", "https://example", "javascript:alert(1)"],
  ];

  for (const link of good)
    test(`not where it is ${link}`, () => {
      assert.deepEqual(findBrokenLinks(readPage("README.md", `# Headings\n\n[here](${link})`)), []);
    });

  for (const link of bad)
    test(`where it is ${link}`, () => {
      const pages = [`# Headings\n\n![here](${link})`, `# Headings\n\n<a href="${link}">here</a>`];
      for (const text of pages) assert.equal(findBrokenLinks(readPage("README.md", text)).length, 1);
    });
});

describe("a command is unknown", () => {
  const good = [
    "`npm run land`",
    "`user-activity`",
    "`npx user-activity publish`",
    "`land --follow`",
    "`--give-up`",
    "```sh\nnpm start -- --headless   # ends after the table\n```",
    "```sh\nLAKE_DIR=/x npx user-activity query \"SELECT '--none'\n  FROM grades_ID\" --csv | head --none\n```",
    "```sh\nnode local/hdfs.mjs dfs -ls / && node data/generate.mjs --check\n```",
    "```python\nnpm run none\n```",
  ];
  const bad = [
    "`npm run none`",
    "`npx user-activity none`",
    "`npx user-activity land --none`",
    "`land --none`",
    "`--none`",
    "```sh\nnpx user-activity publish\n```",
    "```sh\nnpm start -- --none\n```",
    "```sh\nnpx user-activity land --batch none\n```",
    "```sh\nnpx user-activity query 'SELECT 1' --csv --json\n```",
    "```sh\nnode local/none.mjs\n```",
    "```sh\nnode data/generate.mjs --none\n```",
  ];

  for (const text of good)
    test(`not in ${JSON.stringify(text)}`, async () => {
      assert.deepEqual(await findBrokenCommands(readPage("README.md", text)), []);
    });

  for (const text of bad)
    test(`in ${JSON.stringify(text)}`, async () => {
      assert.equal((await findBrokenCommands(readPage("README.md", text))).length, 1);
    });
});

test("words end with the command and keep what is quoted together", () => {
  assert.deepEqual(toWords(`land --x 'a b' "c\nd" \\\n  e # f`), ["land", "--x", "a b", "c\nd", "e"]);
  assert.deepEqual(toWords("a b\nc"), ["a", "b"]);
});

test("the README names each npm script", () => {
  const { scripts } = JSON.parse(readFileSync(projectPath("package.json"), "utf8"));
  const { text } = readPage("README.md");
  for (const name of Object.keys(scripts))
    assert.match(text, new RegExp(`\\bnpm (run )?${name}(?![\\w:-])`), name);
});

test("the README's table of commands names each command of the command line, and no other", async () => {
  const { text } = readPage("README.md");
  const [, table = ""] = /^\| command \| does \|\n\|---\|---\|\n((?:\|.*\n)+)/m.exec(text) ?? [];
  const cells = table.split("\n").map((line) => line.split(" | ")[0] ?? "");
  const calls = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, call = ""]) => call));
  for (const call of calls) assert.equal(await parse(toWords(call)), undefined, call);
  const named = new Set(
    listCommands().filter((name) => calls.some((call) => call === name || call.startsWith(`${name} `))),
  );
  assert.deepEqual([...named].sort(), [...listCommands()].sort());
});

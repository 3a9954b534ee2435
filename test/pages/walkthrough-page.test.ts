import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { type Block, loadPageModule } from "../helpers/walkthrough";

type PageModule = Awaited<ReturnType<typeof loadPageModule>>;

/** A page of one step, with this between its command and the end. */
function pageOf(command: string, rest: string): string {
  return `# A page\n\n## Step 1. Count\n\nHow many?\n\n\`\`\`sh\n${command}\n\`\`\`\n\n${rest}\n`;
}

function shows(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

describe("a page of commands", () => {
  let page: PageModule;
  before(async () => {
    page = await loadPageModule();
  });

  function onlyBlock(text: string): Block {
    const [block, ...others] = page.parsePage(text);
    assert.ok(block);
    assert.deepEqual(others, []);
    return block;
  }

  describe("parsePage", () => {
    test("takes each command with its step, its lines and what is shown of it", () => {
      const { step, line, command, shown } = onlyBlock(pageOf("seq 3 |\n  wc -l", shows("3")));
      assert.deepEqual([step, line, command, shown], ["Step 1. Count", 8, "seq 3 |\n  wc -l", "3"]);
    });

    test("takes what varies, what is waited for, and that nothing is shown", () => {
      const varying = onlyBlock(
        pageOf("id", `<!-- varies: \\d+ -->\n\n<!-- until: done -->\n\n${shows("1")}`),
      );
      assert.deepEqual([varying.varies, varying.until], [[/\d+/gm], "done"]);
      const { shown } = onlyBlock(pageOf("setup", "<!-- not shown: it depends -->"));
      assert.equal(shown, undefined);
    });

    test("passes over blocks in other languages", () => {
      assert.deepEqual(page.parsePage("```python\nprint(1)\n```\n"), []);
    });

    const wrong: readonly (readonly [string, string, RegExp])[] = [
      ["a command without an output", pageOf("ls", ""), /annotations\.md:8: the command has no output/],
      [
        "two commands and one output",
        pageOf("ls", pageOf("ls", shows("a"))),
        /command of line 8 has no output/,
      ],
      ["an output without a command", shows("a"), /annotations\.md:1: an output without a command/],
      ["a comment without a command", "<!-- varies: a -->", /annotations\.md:1: expected a command/],
      [
        "a comment of another name",
        pageOf("ls", `<!-- shows: a -->\n\n${shows("a")}`),
        /expected varies, until or not shown, received "<!-- shows: a -->"/,
      ],
    ];
    for (const [name, text, message] of wrong)
      test(`refuses ${name}`, () => {
        assert.throws(() => page.parsePage(text), message);
      });
  });

  describe("findDifference", () => {
    const differ = (shown: string, output: string, comments = "") =>
      page.findDifference(onlyBlock(pageOf("count", `${comments}\n\n${shows(shown)}`)), output);

    test("finds none where a command says what the page shows, spaces that align aside", () => {
      assert.equal(differ("rows  3\nend", "rows 3\nend\n"), undefined);
    });

    test("names the line, the step, the command and both sides where a number is another", () => {
      assert.equal(
        differ("rows 3\nfiles 1", "rows 3\nfiles 2\n"),
        "annotations.md:15: Step 1. Count: count\n  the page shows: files 1\n  the command said: files 2",
      );
    });

    test("finds a line that is missing and one that is too many", () => {
      assert.match(differ("a\nb", "a\n") ?? "", /the page shows: b\n {2}the command said: \(nothing\)/);
      assert.match(differ("a", "a\nb\n") ?? "", /the page shows: \(nothing\)\n {2}the command said: b/);
    });

    test("passes over times, durations, memory and tokens of a run, and nothing else", () => {
      const at = (time: string, duration: string, token: string) =>
        `${time} 3 rows in ${duration}, at most 99.5 MB of memory, token=${token}`;
      const shown = at("2026-11-26T15:10:27.678Z", "3.9 s", "abc");
      assert.equal(differ(shown, at("2031-01-02 03:04", "120 ms", "def")), undefined);
      assert.ok(differ(shown, at("2031-01-02 03:04", "120 ms", "def").replace("3 rows", "4 rows")));
      assert.ok(differ("started_at 2017-12-05T14:28:23.966Z", "started_at 2017-12-05T14:28:23.967Z"));
    });

    test("passes over what a comment says varies, in this output alone", () => {
      const varies = "<!-- varies: (?<=id )\\w+ -->";
      assert.equal(differ("id a1, 3 rows", "id b2, 3 rows", varies), undefined);
      assert.ok(differ("id a1, 3 rows", "id b2, 4 rows", varies));
      assert.ok(differ("id a1, 3 rows", "id b2, 3 rows"));
    });

    test("compares beginning, end and length of an output that is cut", () => {
      const shown = "1\n… 3 more lines\n5";
      assert.equal(differ(shown, "1\n2\n3\n4\n5\n"), undefined);
      assert.match(differ(shown, "1\n2\n3\n4\n4\n5\n") ?? "", /the command said: … 4 more lines/);
      assert.match(differ(shown, "1\n2\n3\n4\n6\n") ?? "", /the command said: 6/);
      assert.match(differ(shown, "0\n2\n3\n4\n5\n") ?? "", /the command said: 0/);
    });

    test("compares the beginning of a line that is cut", () => {
      const long = "x".repeat(200);
      const shown = `${"x".repeat(150)} …`;
      assert.equal(differ(shown, long), undefined);
      assert.ok(differ(shown, `y${long}`));
    });

    test("finds none where nothing is shown", () => {
      const block = onlyBlock(pageOf("setup", "<!-- not shown: it depends -->"));
      assert.equal(page.findDifference(block, "anything"), undefined);
    });
  });

  describe("rewritePage", () => {
    test("puts outputs in the place of those shown, and leaves the rest as it is", () => {
      const before = `${pageOf("one", shows("1"))}\n${pageOf("two", shows("2\n2"))}Words.\n`;
      const after = `${pageOf("one", shows("a\nb"))}\n${pageOf("two", shows("c"))}Words.\n`;
      assert.equal(page.rewritePage(before, ["a\nb\n", "c\n"]), after);
    });

    test("fills an output that has no line yet", () => {
      const empty = pageOf("one", shows("x")).replace("\nx\n", "\n");
      assert.equal(page.rewritePage(empty, ["a\nb\n"]), pageOf("one", shows("a\nb")));
    });

    test("cuts as the page does now, and not where a line or less would be left out", () => {
      const text = pageOf("seq", shows("x\n… 9 more lines\ny\nz"));
      assert.equal(
        page.rewritePage(text, ["1\n2\n3\n4\n5\n6\n"]),
        pageOf("seq", shows("1\n… 3 more lines\n5\n6")),
      );
      assert.equal(page.rewritePage(text, ["1\n2\n3\n4\n"]), pageOf("seq", shows("1\n2\n3\n4")));
    });

    test("leaves no difference, even where an output holds what looks like the page's own marks", () => {
      const text = pageOf("cat", shows("old"));
      const output = "# A heading\n## Step 9. Not one\n<!-- varies: x -->\n| a |\n";
      const [block] = page.parsePage(page.rewritePage(text, [output]));
      assert.ok(block);
      assert.equal(page.findDifference(block, output), undefined);
    });
  });

  describe("findUnshownNumbers", () => {
    const find = (prose: string, comments = "") =>
      page.findUnshownNumbers(pageOf("count 7", `${comments}\n\n${shows("rows 3280, files 1")}\n\n${prose}`));

    test("finds the numbers of the prose that its step shows nowhere, and names the step", () => {
      assert.deepEqual(find("3,280 rows in 1 file by 7."), []);
      assert.deepEqual(find("3,281 rows."), ["Step 1. Count: 3281"]);
    });

    test("takes numbers of steps and notebooks for what they are", () => {
      assert.deepEqual(find("See step 9, steps 2 to 6 and notebook 5p; [notebook 2](02-two.ipynb)."), []);
    });

    test("takes no number that varies for shown, nor one of another step", () => {
      assert.deepEqual(find("3280 rows.", "<!-- varies: 3280 -->"), ["Step 1. Count: 3280"]);
      const text = `${pageOf("one", shows("5"))}\n## Step 2. Rest\n\nThere are 5.\n`;
      assert.deepEqual(page.findUnshownNumbers(text), ["Step 2. Rest: 5"]);
    });

    test("reads what stands before the first step too", () => {
      assert.deepEqual(page.findUnshownNumbers("# A page\n\nIt has 4 steps.\n"), ["the head: 4"]);
    });
  });

  test("refitTables makes each column as wide as its widest cell", () => {
    const wide = "┌──────┬─────┐\n│ name │   n │\n├──────┼─────┤\n│ a    │  10 │\n└──────┴─────┘";
    const narrow = "┌──────┬────┐\n│ name │  n │\n├──────┼────┤\n│ a    │ 10 │\n└──────┴────┘";
    assert.equal(page.refitTables(wide), narrow);
    assert.equal(page.refitTables(narrow), narrow);
  });

  test("formatHistory numbers and times each command as a shell does", () => {
    const startedAt = new Date("2026-01-02T03:04:05.678Z");
    const entries = [
      { command: "ls", startedAt },
      { command: "seq 3 |\n  wc", startedAt },
    ];
    assert.equal(
      page.formatHistory(entries),
      "    1  2026-01-02 03:04:05  ls\n    2  2026-01-02 03:04:05  seq 3 |\n  wc\n",
    );
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { showProgress, watchFetching } from "user-activity/dist/show/progress";
import { fakeKernel, printedBy } from "../../helpers/fake-kernel";
import { parseMarkup } from "../../helpers/parse-markup";

describe("in the kernel", () => {
  const kernel = fakeKernel();

  function barsOf(): (readonly [value: string | null | undefined, words: unknown])[] {
    return kernel.messages.map(({ data }) => {
      const [bar] = parseMarkup(`${data["text/html"]}`).all("progress");
      const words = parseMarkup(`${data["text/html"]}`).root.textContent?.trim();
      assert.equal(words, data["text/plain"]);
      return [bar && `${bar.getAttribute("value")} of ${bar.getAttribute("max")}`, words] as const;
    });
  }

  test("a bar moves in place and ends as one line without a bar", async () => {
    const result = await showProgress(
      "landing",
      async (tell) => {
        tell(0, 3280);
        tell(1640, 3280);
        tell("grades_ID");
        return 3280;
      },
      (count) => `landed ${count} messages`,
    );
    assert.equal(result, 3280);
    assert.deepEqual(barsOf(), [
      ["null of null", "landing"],
      ["0 of 3280", "landing: 0 of 3,280"],
      ["1640 of 3280", "landing: 1,640 of 3,280"],
      ["null of null", "landing: grades_ID"],
      [undefined, "✓ landed 3280 messages"],
    ]);
    const ids = new Set(kernel.messages.map(({ transient }) => transient.display_id));
    assert.ok(ids.size === 1 && !ids.has(undefined), "one place");
    assert.deepEqual(
      kernel.messages.map(({ isUpdate }) => isUpdate),
      [false, true, true, true, true],
    );
  });

  test("two bars have two places", async () => {
    for (const title of ["one", "two"]) await showProgress(title, async () => 1, String);
    assert.equal(new Set(kernel.messages.map(({ transient }) => transient.display_id)).size, 2);
  });

  test("work that has nothing to do has a bar without a length", async () => {
    await showProgress(
      "landing",
      async (tell) => tell(0, 0),
      () => "landed nothing",
    );
    assert.deepEqual(barsOf()[1], ["null of null", "landing"]);
  });

  test("an error ends the bar and is thrown on", async () => {
    const work = showProgress("landing", () => Promise.reject(new Error("no HDFS")), String);
    await assert.rejects(work, /^Error: no HDFS$/);
    assert.deepEqual(barsOf().at(-1), [undefined, "✗ landing: failed"]);
  });

  test("a query's fetching is told of where it is much, by the bytes and not by the time it takes", () => {
    const small = watchFetching();
    small.see({ table: "raw_data", bytes: 1000 });
    small.end();
    assert.deepEqual(kernel.messages, []);
    const large = watchFetching();
    large.see({ table: "raw_data", bytes: 40_000_000 });
    large.see({ table: "grades_ID", bytes: 1_000_000 });
    large.end();
    assert.deepEqual(
      barsOf().map(([, words]) => words),
      [
        "fetching the tables",
        "fetching the tables: 1 file, 40.0 MB",
        "fetching the tables: 2 files, 41.0 MB",
        "✓ fetched from HDFS: 2 files, 41.0 MB",
      ],
    );
  });

  test("markup in what is said is shown, not obeyed", async () => {
    await showProgress(
      "<b>R & S</b>",
      async () => 1,
      () => "<script>",
    );
    assert.deepEqual(
      barsOf().map(([, words]) => words),
      ["<b>R & S</b>", "✓ <script>"],
    );
  });
});

describe("outside a kernel", () => {
  test("only the last line is printed", async () => {
    const work = () =>
      showProgress(
        "landing",
        async (tell) => tell(1, 2),
        () => "landed 2 messages",
      );
    assert.equal(await printedBy(work), "✓ landed 2 messages\n");
  });
});

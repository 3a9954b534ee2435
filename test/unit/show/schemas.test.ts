import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { alignFields, showSchemas } from "user-activity/dist/show/schemas";
import { fakeKernel, printed } from "../../helpers/fake-kernel";
import { parseMarkup } from "../../helpers/parse-markup";

const field = (path: string, type = "STRING", nullable?: boolean) => ({
  path,
  type,
  ...(nullable === undefined ? {} : { nullable }),
});

describe("schemas side by side", () => {
  test("have a row for each path, in the order of the first that has it, each behind the one that it follows", () => {
    const rows = alignFields([
      [field("a"), field("c"), field("d")],
      [field("a"), field("b"), field("d"), field("e")],
      [field("z"), field("c")],
    ]);
    assert.equal(rows.map(({ path }) => path).join(""), "zabcde");
    assert.deepEqual(
      rows[1]?.cells.map((cell) => cell?.path ?? null),
      ["a", "a", null],
    );
  });

  test("differ where type or null differs, or a path is lacking; a note is no difference", () => {
    const rows = alignFields([
      [
        field("same"),
        { ...field("noted"), note: "one" },
        field("type"),
        field("null", "STRING", true),
        field("lacking"),
      ],
      [
        field("same", "STRING", false),
        field("noted"),
        field("type", "INT32"),
        field("null", "STRING", false),
      ],
    ]);
    const differing = rows.filter(({ isSame }) => !isSame).map(({ path }) => path);
    assert.deepEqual(differing.sort(), ["lacking", "null", "type"]);
  });
});

describe("in the kernel", () => {
  const kernel = fakeKernel();

  test("are a table whose differences are marked by a sign, in words for who can't see it, and counted", () => {
    const observed = [field("id"), { ...field("score", "DOUBLE", true), note: "3 of <10>" }];
    showSchemas(
      { observed, demanded: [field("id"), field("score", "DOUBLE", false)] },
      { caption: "Table 1. <S>" },
    );
    const { all } = parseMarkup(`${kernel.messages[0]?.data["text/html"]}`);
    const texts = (selector: string) => all(selector).map((one) => one.textContent);
    assert.deepEqual(texts("caption"), ["Table 1. <S>"]);
    assert.deepEqual(texts("thead th"), ["path", "observed", "demanded"]);
    assert.deepEqual(texts("tbody th"), ["id", "≠ score"]);
    assert.deepEqual(texts("tbody td"), ["STRING", "STRING", "DOUBLE or null3 of <10>", "DOUBLE"]);
    assert.deepEqual(texts("td b"), ["DOUBLE or null", "DOUBLE"]);
    assert.equal(all("tbody th span")[0]?.getAttribute("aria-label"), "differs");
    assert.deepEqual(texts("p"), ["2 paths, 1 differs (≠)"]);
  });
});

test("outside a kernel they are printed", () => {
  const text = printed(() => showSchemas({ one: [field("a")], other: [field("b", "INT32", true)] }));
  assert.equal(text, "path\tone\tother\n≠ b\t–\tINT32 or null\n≠ a\tSTRING\t–\n2 paths, 2 differ (≠)\n");
  assert.match(
    printed(() => showSchemas({ one: [field("a")], two: [field("a")] })),
    /1 path, the same in all\n$/,
  );
  assert.match(
    printed(() => showSchemas({ one: [field("a")] })),
    /1 path, one schema\n$/,
  );
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { profileColumn, renderProfile } from "user-activity/dist/show/head-profile";
import { parseMarkup } from "../../helpers/parse-markup";

const countsOf = (cells: readonly unknown[]) => profileColumn(cells).bars.map(({ count }) => count);

describe("a column's profile", () => {
  test("counts nulls and different values, NaN and undefined as null", () => {
    const { nullCount, distinctCount } = profileColumn([1, null, 1, Number.NaN, undefined, 2]);
    assert.deepEqual([nullCount, distinctCount], [3, 2]);
  });

  test("says of numbers from where to where they go, with a bar for each where they are few", () => {
    const { words, bars } = profileColumn([3, 1, 3, -2.5]);
    assert.equal(words, "-2.5 to 3");
    assert.deepEqual(bars, [
      { label: "-2.5", count: 1 },
      { label: "1", count: 1 },
      { label: "3", count: 2 },
    ]);
  });

  test("puts many numbers into twelve bars of the same width, the greatest into the last", () => {
    const numbers = Array.from({ length: 121 }, (_, number) => number);
    assert.deepEqual(countsOf(numbers), [...Array(11).fill(10), 11]);
    assert.equal(profileColumn(numbers).bars[1]?.label, "10 to 20");
  });

  test("says of instants from which day to which, and has bars over the time between", () => {
    const days = Array.from({ length: 24 }, (_, day) => new Date(Date.UTC(2018, 0, 1 + day)).toISOString());
    const { words, bars } = profileColumn(days);
    assert.equal(words, "2018-01-01 to 2018-01-24");
    assert.deepEqual(
      bars.map(({ count }) => count),
      Array(12).fill(2),
    );
  });

  test("says of text what it holds, or what is most frequent", () => {
    assert.equal(profileColumn(["b", "a", "b"]).words, "b 2, a 1");
    assert.equal(profileColumn([true, false, true]).words, "true 2, false 1");
    const many = Array.from({ length: 20 }, (_, place) => `text ${Math.max(1, place)}`);
    assert.equal(profileColumn(many).words, "most: text 1 (2)");
    assert.deepEqual(profileColumn(many).bars, []);
    assert.equal(profileColumn(many.slice(1)).words, "all different");
  });

  test("has bars of text by how frequent it is", () => {
    assert.deepEqual(countsOf(["a", "b", "b", "c", "d", "d", "d"]), [3, 2, 1, 1]);
  });

  test("has nothing to say where there is nothing, or only one value", () => {
    assert.deepEqual(profileColumn([]), { nullCount: 0, distinctCount: 0, words: "", bars: [] });
    assert.deepEqual(profileColumn([null]), { nullCount: 1, distinctCount: 0, words: "", bars: [] });
    assert.equal(profileColumn([7, 7]).words, "only 7");
    assert.equal(profileColumn([Number.POSITIVE_INFINITY, 1]).words, "Infinity 1, 1 1");
  });

  test("is shown with a picture that says its numbers, and markup in values is shown, not obeyed", () => {
    const { all } = parseMarkup(renderProfile(profileColumn(['<b "c">', '<b "c">', "d", null])));
    assert.deepEqual(
      all("small").map((one) => one.textContent),
      ['1 null, 2 distinct<b "c"> 2, d 1'],
    );
    assert.deepEqual(
      all('span[role="img"]').map((one) => [one.getAttribute("title"), one.textContent]),
      [['<b "c">: 2; d: 1', ""]],
    );
  });

  test("draws what is rare, and nothing where nothing is", () => {
    const cells = [0, 100, ...Array.from({ length: 1000 }, (_, place) => place / 100)];
    const [, path = ""] = /<path d="([^"]*)"/.exec(renderProfile(profileColumn(cells))) ?? [];
    assert.equal(path.split("M").length - 1, countsOf(cells).filter((count) => count > 0).length);
    assert.match(path, /v-1h/);
  });
});

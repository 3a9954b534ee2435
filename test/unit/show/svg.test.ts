import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { courseFigure } from "user-activity/dist/show/course-figure";
import {
  barFigure,
  type Figure,
  lineFigure,
  pointFigure,
  scoreFigure,
} from "user-activity/dist/show/figures";
import { renderSvg } from "user-activity/dist/show/svg";
import { parseMarkup } from "../../helpers/parse-markup";

const size = { width: 820, height: 460 };
const text = { title: "Figure 1. What it shows", alt: 'A "chart" of 1 < 2 & $& in words.' };
const bars = barFigure(
  [
    { label: "Learning Git", value: 390 },
    { label: "R & <b>S</b>", value: 128 },
  ],
  "attempts",
  text,
);
const scores = scoreFigure([0, 0.5, 0.5, 1], text);
const courses = courseFigure(
  [
    { label: "a", average: 0.9, deviation: 0.3, attempts: 3 },
    { label: "b", average: 0.5, deviation: null, attempts: 1 },
  ],
  text,
);

type Picture = ReturnType<typeof parseMarkup>;

async function draw(figure: Figure): Promise<Picture> {
  return parseMarkup(await renderSvg(figure, size), "image/svg+xml");
}

const textsOf = (picture: Picture, selector: string) => picture.all(selector).map((one) => one.textContent);

describe("renderSvg", () => {
  test("gives well-formed SVG of the size asked for, with the figure's words as its accessible name", async () => {
    const { root } = await draw(bars);
    assert.equal(root.getAttribute("width"), "820");
    assert.equal(root.getAttribute("height"), "460");
    assert.equal(root.getAttribute("role"), "img");
    assert.equal(root.getAttribute("aria-label"), text.alt);
  });

  test("draws the title, a bar for each value with its number, and the names as they are", async () => {
    const picture = await draw(bars);
    assert.deepEqual(textsOf(picture, ".gtitle"), [text.title]);
    assert.equal(picture.all(".barlayer .point path").length, 2);
    assert.deepEqual(textsOf(picture, ".bartext").sort(), ["128", "390"]);
    assert.deepEqual(textsOf(picture, ".ytick text").sort(), ["Learning Git", "R & <b>S</b>"]);
  });

  test("puts the axis titles beside their labels: below the picture's middle, and left of the bars", async () => {
    const picture = await draw(scores);
    const [below] = picture.all(".xtitle");
    const [beside] = picture.all(".ytitle");
    const lowestLabel = Math.max(...picture.all(".xtick text").map((one) => Number(one.getAttribute("y"))));
    assert.ok(Number(below?.getAttribute("y")) > lowestLabel, "the title of the x axis is under its labels");
    assert.ok(Number(below?.getAttribute("y")) < size.height, "and in the picture");
    const x = Number(beside?.getAttribute("x"));
    const labels = picture
      .all(".ytick text")
      .map((one) => Number(one.getAttribute("x")) - 7 * (one.textContent ?? "").length);
    assert.ok(
      x > 8 && x < Math.min(...labels),
      "the title of the y axis is left of its labels, in the picture",
    );
  });

  test("draws a dot for each course and a line for each deviation that there is", async () => {
    const picture = await draw(courses);
    assert.equal(picture.all(".scatterlayer .point").length, 2);
    assert.equal(picture.all(".errorbar .xerror").length, 1);
  });

  test("draws a line with a dot at each of its points, and the ticks that were asked for", async () => {
    const points = [1, 2, 3, 4, 5].map((x) => ({ x, y: x * x }));
    const picture = await draw(lineFigure(points, { x: "position", y: "unanswered (%)" }, text));
    assert.equal(picture.all(".scatterlayer .js-line").length, 1);
    assert.equal(picture.all(".scatterlayer .point").length, 5);
    assert.deepEqual(textsOf(picture, ".xtick text"), ["1", "2", "3", "4", "5"]);
    assert.deepEqual(textsOf(picture, ".xtitle, .ytitle"), ["position", "unanswered (%)"]);
  });

  test("draws a dot for each point and a line at 0", async () => {
    const points = [
      { x: 80, y: -0.1, label: "a" },
      { x: 20, y: 0.5, label: "b" },
    ];
    const picture = await draw(pointFigure(points, { x: "right (%)", y: "correlation" }, text));
    assert.equal(picture.all(".scatterlayer .point").length, 2);
    assert.equal(picture.all(".zerolinelayer path").length, 1);
  });

  test("rounds places to hundredths of a pixel and leaves texts as they are", async () => {
    const exact = { title: "Figure 1. 0.123456 of it", alt: "From 0.123456 to 0.654321." };
    const svg = await renderSvg(barFigure([{ label: "x 0.123456", value: 1 / 3 }], "share", exact), size);
    const places = [...svg.matchAll(/ (?:d|x|y|transform|width|height)="[^"]*"/g)].join(" ");
    assert.doesNotMatch(places, /\.\d{3}/);
    for (const words of [exact.title, exact.alt, "x 0.123456"]) assert.ok(svg.includes(words), words);
  });

  test("gives the same text for the same figure, also when drawn between others or at once", async () => {
    const first = await renderSvg(courses, size);
    const [second, , third] = await Promise.all([courses, bars, courses].map((one) => renderSvg(one, size)));
    assert.equal(second, first);
    assert.equal(third, first);
  });

  test("gives the same text in another process", async () => {
    const script = `const { renderSvg } = require("user-activity/dist/show/svg");
      renderSvg(${JSON.stringify(courses)}, ${JSON.stringify(size)}).then((svg) => process.stdout.write(svg));`;
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
      cwd: projectPath(),
      encoding: "utf8",
    });
    assert.equal(stderr, "");
    assert.equal(stdout, await renderSvg(courses, size));
  });

  test("gives two figures ids of their own, so that both can stand in one page", async () => {
    const ids = async (figure: Figure) =>
      (await draw(figure)).all("[id]").map((one) => one.getAttribute("id"));
    const [one, other] = [await ids(bars), await ids(scores)];
    assert.ok(one.length > 0);
    assert.deepEqual(
      one.filter((id) => other.includes(id)),
      [],
    );
  });

  test("refers to no id that is not in the picture, and to nothing outside of it", async () => {
    const svg = await renderSvg(bars, size);
    const ids = new Set([...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const used = [...svg.matchAll(/url\(([^)]*)\)/g)].map(([, target]) => target?.replace(/^#/, ""));
    assert.ok(used.length > 0);
    assert.deepEqual(
      used.filter((id) => !ids.has(id)),
      [],
    );
    assert.doesNotMatch(svg.replaceAll(/xmlns(:\w+)?="[^"]*"/g, ""), /https?:|<script|<image/);
  });

  test("leaves the figure as it is", async () => {
    const before = structuredClone(scores);
    await renderSvg(scores, size);
    assert.deepEqual(scores, before);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { courseFigure } from "user-activity/dist/show/course-figure";
import {
  barFigure,
  type Figure,
  lineFigure,
  pointFigure,
  scoreFigure,
} from "user-activity/dist/show/figures";

const text = { title: "Figure 1. What it shows", alt: "In words." };

function traceOf(figure: Figure): Record<string, unknown> {
  assert.equal(figure.data.length, 1);
  return figure.data[0] ?? {};
}

function axisOf(figure: Figure, name: "xaxis" | "yaxis"): Record<string, unknown> {
  return figure.layout[name] as Record<string, unknown>;
}

function titleOf(axis: Record<string, unknown>): unknown {
  return (axis.title as { text: string }).text;
}

const deepFreeze = <T>(value: T): T => {
  if (typeof value === "object" && value !== null) for (const one of Object.values(value)) deepFreeze(one);
  return Object.freeze(value);
};

describe("every figure", () => {
  const figures = {
    bars: barFigure([{ label: "a", value: 1 }], "attempts", text),
    scores: scoreFigure([0.5], text),
    courses: courseFigure([{ label: "a", average: 0.5, deviation: 0.1, attempts: 2 }], text),
    line: lineFigure([{ x: 1, y: 2 }], { x: "hour (UTC)", y: "attempts" }, text),
    points: pointFigure([{ x: 1, y: 2, label: "a" }], { x: "right (%)", y: "correlation" }, text),
  };
  for (const [name, figure] of Object.entries(figures)) {
    test(`${name}: carries its title and its words, is plain JSON, and names its axis of numbers`, () => {
      assert.equal((figure.layout.title as { text: string }).text, text.title);
      assert.equal(figure.alt, text.alt);
      assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
      assert.ok(titleOf(axisOf(figure, "xaxis")));
    });
  }

  test("is the same for the same input, which it leaves as it is", () => {
    const bars = deepFreeze([
      { label: "a", value: 1 },
      { label: "b", value: 2 },
    ]);
    assert.deepEqual(barFigure(bars, "attempts", text), barFigure(bars, "attempts", text));
    const courses = deepFreeze([{ label: "a", average: 0.5, deviation: null, attempts: 1 }]);
    assert.deepEqual(courseFigure(courses, text), courseFigure(courses, text));
    const scores = deepFreeze([0, 1]);
    assert.deepEqual(scoreFigure(scores, text), scoreFigure(scores, text));
    const axes = deepFreeze({ x: "hour", y: "attempts" });
    const points = deepFreeze([
      { x: 2, y: 1, label: "b" },
      { x: 1, y: 2, label: "a" },
    ]);
    assert.deepEqual(lineFigure(points, axes, text), lineFigure(points, axes, text));
    assert.deepEqual(pointFigure(points, axes, text), pointFigure(points, axes, text));
  });
});

describe("barFigure", () => {
  test("puts the longest bar on top and keeps the given order of equal ones", () => {
    const bars = [
      { label: "second", value: 2 },
      { label: "first", value: 9 },
      { label: "third", value: 2 },
    ];
    // Plotly draws from the bottom up
    assert.deepEqual(traceOf(barFigure(bars, "attempts", text)).y, ["third", "second", "first"]);
    assert.deepEqual(traceOf(barFigure(bars, "attempts", text)).x, [2, 2, 9]);
  });

  test("names what is counted on its axis", () => {
    assert.equal(titleOf(axisOf(barFigure([], "questions", text), "xaxis")), "questions");
  });

  test("has an axis from 0 on where there are no bars yet", () => {
    assert.deepEqual(axisOf(barFigure([], "questions", text), "xaxis").range, [0, 1]);
  });

  test("leaves room at both ends where bars go to both sides, and starts at 0 where they don't", () => {
    const toBoth = barFigure(
      [
        { label: "up", value: 3 },
        { label: "down", value: -1 },
      ],
      "points",
      text,
    );
    const [from, to] = axisOf(toBoth, "xaxis").range as number[];
    assert.ok(Number(from) < -1.2 && Number(to) > 3.2);
    assert.equal("range" in axisOf(barFigure([{ label: "up", value: 3 }], "points", text), "xaxis"), false);
  });

  test("cuts long names where they are drawn and keeps names apart that are cut alike", () => {
    const start = "Software Architecture Fundamentals, the ";
    const bars = [
      { label: `${start}Basics`, value: 2 },
      { label: `${start}Rest`, value: 1 },
    ];
    const figure = barFigure(bars, "attempts", text);
    const axis = axisOf(figure, "yaxis");
    assert.deepEqual(traceOf(figure).y, [`${start}Rest`, `${start}Basics`]);
    assert.deepEqual(axis.tickvals, traceOf(figure).y);
    assert.deepEqual(axis.ticktext, Array(2).fill("Software Architecture Fundamentals, the…"));
  });

  test("shows a name that looks like markup as it is, and one that looks like a number as a name", () => {
    const axis = axisOf(
      barFigure(
        [
          { label: "<b>C & C++</b>", value: 1 },
          { label: "2018", value: 2 },
        ],
        "attempts",
        text,
      ),
      "yaxis",
    );
    assert.equal(axis.type, "category");
    assert.deepEqual(axis.ticktext, ["&lt;b&gt;C &amp; C++&lt;/b&gt;", "2018"]);
  });
});

describe("scoreFigure", () => {
  test("counts a score on a border to the right and 1 to the last tenth", () => {
    const borders = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
    assert.deepEqual(traceOf(scoreFigure(borders, text)).y, [1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
  });

  test("counts a fraction as sums of floating point give it", () => {
    assert.deepEqual(
      traceOf(scoreFigure([0.1 + 0.2, 0.7, 29 / 100, 3 / 10], text)).y,
      [0, 0, 1, 2, 0, 0, 0, 1, 0, 0],
    );
  });

  test("shows all ten tenths where there are no scores", () => {
    const { x, y } = traceOf(scoreFigure([], text)) as { x: string[]; y: number[] };
    assert.deepEqual([x.length, y], [10, Array(10).fill(0)]);
    assert.deepEqual([x[0], x[9]], ["0–10", "90–100"]);
  });
});

describe("lineFigure", () => {
  const axes = { x: "position", y: "unanswered (%)" };

  test("goes from left to right, whatever the order of the points", () => {
    const points = [
      { x: 2, y: 20 },
      { x: 10, y: 0 },
      { x: 1, y: 10 },
    ];
    const { x, y } = traceOf(lineFigure(points, axes, text));
    assert.deepEqual(
      [x, y],
      [
        [1, 2, 10],
        [10, 20, 0],
      ],
    );
  });

  test("names both axes and starts the height at 0", () => {
    const figure = lineFigure([{ x: 1, y: 50 }], axes, text);
    assert.deepEqual(
      ["xaxis", "yaxis"].map((name) => titleOf(axisOf(figure, name as "xaxis"))),
      [axes.x, axes.y],
    );
    assert.equal(axisOf(figure, "yaxis").rangemode, "tozero");
  });

  test("has ticks at whole numbers alone where all are whole, a dozen at most and none past the last point", () => {
    const ticksOf = (xs: readonly number[]) =>
      axisOf(
        lineFigure(
          xs.map((x) => ({ x, y: 1 })),
          axes,
          text,
        ),
        "xaxis",
      ).tickvals;
    assert.deepEqual(ticksOf([1, 2, 3, 4, 5]), [1, 2, 3, 4, 5]);
    assert.deepEqual(
      ticksOf(Array.from({ length: 24 }, (_, hour) => hour)),
      [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22],
    );
    assert.equal(ticksOf([0.5, 1]), undefined);
    assert.deepEqual(ticksOf([]), [0]);
  });
});

describe("pointFigure", () => {
  const axes = { x: "right (%)", y: "R & <b>" };

  test("has a dot for each point in the order given, with its label where a mouse is on it", () => {
    const points = [
      { x: 80, y: -0.02, label: "R & <b>S</b>" },
      { x: 20, y: 0.5, label: "" },
    ];
    const { x, y, customdata, hovertemplate } = traceOf(pointFigure(points, axes, text));
    assert.deepEqual(
      [x, y],
      [
        [80, 20],
        [-0.02, 0.5],
      ],
    );
    assert.deepEqual(customdata, ["R &amp; &lt;b&gt;S&lt;/b&gt;", ""]);
    assert.match(
      `${hovertemplate}`,
      /^%\{customdata\}<br>right \(%\): %\{x:,\}<br>R &amp; &lt;b&gt;: %\{y:,\}/,
    );
  });

  test("shows where 0 is, since a correlation may be below", () => {
    assert.equal(axisOf(pointFigure([], axes, text), "yaxis").zeroline, true);
  });
});

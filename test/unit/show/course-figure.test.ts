import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type CourseBar,
  courseFigure,
  type Quartiles,
  quartilesOf,
} from "user-activity/dist/show/course-figure";

const text = { title: "Figure 1. Courses", alt: "Courses." };
const traceOf = (courses: readonly CourseBar[], index = 0) =>
  courseFigure(courses, text).data[index] as Record<string, unknown>;
const rangeOf = (courses: readonly CourseBar[]) =>
  (courseFigure(courses, text).layout.xaxis as { range: [number, number] }).range;

describe("quartilesOf", () => {
  test("gives least, quartiles and greatest, between two numbers by their distance", () => {
    assert.deepEqual(quartilesOf([4, 1, 3, 2]), [1, 1.75, 2.5, 3.25, 4]);
    assert.deepEqual(quartilesOf([0.5]), [0.5, 0.5, 0.5, 0.5, 0.5]);
  });

  test("leaves the numbers in their order", () => {
    const numbers = Object.freeze([3, 1, 2]);
    assert.deepEqual(quartilesOf(numbers), [1, 1.5, 2, 2.5, 3]);
  });
});

describe("courseFigure with quartiles", () => {
  const quartiles: Quartiles = [0, 0.5, 0.75, 1, 1];
  const courses = [
    { label: "low", average: 0.25, attempts: 4, quartiles },
    { label: "high", average: 0.875, attempts: 2, quartiles: [0.75, 0.8, 0.9, 1, 1] as Quartiles },
  ];

  test("draws what the scores are: a box for each course under the dot of its average, best on top", () => {
    const [box, dots] = [traceOf(courses, 0), traceOf(courses, 1)];
    assert.deepEqual([box.y, dots.y], Array(2).fill(["low", "high"]));
    assert.deepEqual(
      [box.lowerfence, box.q1, box.median, box.q3, box.upperfence],
      [
        [0, 75],
        [50, 80],
        [75, 90],
        [100, 100],
        [100, 100],
      ],
    );
    assert.deepEqual([dots.x, "error_x" in dots], [[25, 87.5], false]);
  });

  test("has an axis of the scores there can be, with room for a dot at its ends", () => {
    assert.deepEqual(rangeOf(courses), [-3, 103]);
  });
});

describe("courseFigure without quartiles", () => {
  const courses = [
    { label: "low", average: 0.25, deviation: 0.125, attempts: 4 },
    { label: "single", average: 0.5, deviation: null, attempts: 1 },
    { label: "high", average: 0.875, deviation: 0.25, attempts: 2 },
    { label: "alike", average: 0.75, deviation: 0, attempts: 3 },
  ];

  test("puts the best course on top, in percent", () => {
    const { x, y } = traceOf(courses);
    assert.deepEqual(y, ["low", "single", "alike", "high"]);
    assert.deepEqual(x, [25, 50, 75, 87.5]);
  });

  test("draws no line where there is no deviation, which is not one of 0", () => {
    const { error_x } = traceOf(courses) as { error_x: { array: unknown[] } };
    assert.deepEqual(error_x.array, [12.5, "none", 0, 25]);
  });

  test("shows the lines to their ends, also past 100 %", () => {
    const [from, to] = rangeOf(courses);
    assert.equal(from, 0);
    assert.ok(to > 112.5);
  });

  test("is the same whatever order an average was summed in", () => {
    const of = (average: number) => [{ label: "a", average, deviation: null, attempts: 1 }];
    assert.deepEqual(courseFigure(of(0.1 + 0.2), text), courseFigure(of(0.3), text));
  });
});

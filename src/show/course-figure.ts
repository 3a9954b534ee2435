import { type Figure, type FigureText, houseFigure, labelAxis } from "./figures";
import { grey, orange } from "./palette";

/** Least score, lower quartile, median, upper quartile and greatest score, each from 0 to 1. */
export type Quartiles = readonly [number, number, number, number, number];

/** A course's average score (0 to 1), and how its scores are spread. */
export interface CourseBar {
  readonly label: string;
  readonly average: number;
  readonly attempts: number;
  /** What is drawn of the spread, where all courses have it. */
  readonly quartiles?: Quartiles;
  /** Sample standard deviation, null where there is none; drawn where a course has no quartiles. */
  readonly deviation?: number | null;
}

/** Quartiles of at least one number, in between by linear interpolation, as quantile_cont of DuckDB and pandas have it. */
export function quartilesOf(numbers: readonly number[]): Quartiles {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)] ?? Number.NaN;
    return below + (place % 1) * ((sorted[Math.ceil(place)] ?? below) - below);
  };
  return [at(0), at(0.25), at(0.5), at(0.75), at(1)];
}

/**
 * Average score of each course as a dot, best on top, over what is known of the spread: a box from the lower to the upper
 * quartile with a line at the median, and lines to the least and the greatest score; or, of courses without quartiles, a
 * line of one sample standard deviation to each side (a deviation is no range, so it may pass 100 %).
 */
export function courseFigure(courses: readonly CourseBar[], text: FigureText): Figure {
  const fromBottom = [...courses].sort((a, b) => b.average - a.average).reverse();
  const hasQuartiles = fromBottom.every(({ quartiles }) => quartiles);
  const averages = {
    type: "scatter",
    mode: "markers",
    x: fromBottom.map((course) => toPercent(course.average)),
    y: fromBottom.map((course) => course.label),
    customdata: fromBottom.map((course) => course.attempts),
    ...(hasQuartiles ? {} : { error_x: deviationLines(fromBottom) }),
    hovertemplate: "%{y}<br>average %{x:.1f} %, %{customdata} attempts<extra></extra>",
    marker: { color: orange, size: 8, line: { color: grey, width: 1 } },
  };
  const traces = hasQuartiles ? [quartileBoxes(fromBottom), averages] : [averages];
  const ends = fromBottom.map(({ average, deviation }) => toPercent(average + (deviation ?? 0)));
  const spread = hasQuartiles ? "boxes from quartile to quartile" : "± one standard deviation";
  const xaxis = {
    title: { text: `score (%): average, ${spread}` },
    range: [hasQuartiles ? -3 : 0, hasQuartiles ? 103 : Math.max(103, ...ends.map((end) => end + 2))],
  };
  return houseFigure(traces, { xaxis, ...labelAxis(fromBottom) }, text);
}

function quartileBoxes(courses: readonly CourseBar[]): Record<string, unknown> {
  const column = (index: number) => courses.map(({ quartiles }) => toPercent(quartiles?.[index] ?? 0));
  return {
    type: "box",
    orientation: "h",
    y: courses.map((course) => course.label),
    lowerfence: column(0),
    q1: column(1),
    median: column(2),
    q3: column(3),
    upperfence: column(4),
    boxpoints: false,
    whiskerwidth: 0,
    width: 0.6,
    line: { color: grey, width: 1 },
    fillcolor: "#dcebf5",
  };
}

function deviationLines(courses: readonly CourseBar[]): Record<string, unknown> {
  return {
    type: "data",
    // Plotly draws null as a line of length 0, and nothing for what is no number
    array: courses.map(({ deviation }) => (typeof deviation === "number" ? toPercent(deviation) : "none")),
    color: grey,
    thickness: 1,
  };
}

/** Rounded: the last digits of an average depend on the order in which it was summed. */
function toPercent(share: number): number {
  return Number((100 * share).toFixed(6));
}

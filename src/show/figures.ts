import { escapeHtml } from "../base/text";
import { blue, grey, orange } from "./palette";

/** A Plotly figure, and in words what it shows for those who can't see it. */
export interface Figure {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
  /** One sentence: kind of chart, axes, finding. */
  readonly alt: string;
}

/** One bar: a label and how long it is. */
export interface Bar {
  readonly label: string;
  readonly value: number;
}

/** One place on a line: where along it, and how high. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
}

/** One dot of a scatter plot, and what is said of it when a mouse is on it. */
export interface Point extends LinePoint {
  readonly label: string;
}

/** What the two axes measure, with the unit: "left unanswered (%)". */
export interface AxisTitles {
  readonly x: string;
  readonly y: string;
}

/** What stands above a figure, and what is said to those who can't see it. */
export interface FigureText {
  readonly title: string;
  readonly alt: string;
}

/**
 * Says of the first and the last of some rows what `describe` makes of them, as a title that is true of any data; of no
 * rows it says that there is nothing to show.
 */
export function describeEnds<Row>(rows: readonly Row[], describe: (first: Row, last: Row) => string): string {
  const [first] = rows;
  const last = rows.at(-1);
  return first === undefined || last === undefined ? "Nothing to show" : describe(first, last);
}

/** Horizontal bars with their values, highest on top, those below 0 to the left; `unit` names what the axis counts. */
export function barFigure(bars: readonly Bar[], unit: string, text: FigureText): Figure {
  const fromBottom = [...bars].sort((a, b) => b.value - a.value).reverse();
  const trace = {
    type: "bar",
    orientation: "h",
    x: fromBottom.map((bar) => bar.value),
    y: fromBottom.map((bar) => bar.label),
    texttemplate: "%{x:,}",
    textposition: "outside",
    cliponaxis: false,
    hovertemplate: `%{y}<br>${escapeHtml(unit)}: %{x:,}<extra></extra>`,
    marker: { color: blue },
  };
  const xaxis = { title: { text: unit }, tickformat: ",", ...rangeOf(fromBottom) };
  return houseFigure([trace], { xaxis, ...labelAxis(fromBottom) }, text);
}

/** Bars to both sides leave room for the numbers at their ends; where there are none yet the axis begins at 0 all the same. */
function rangeOf(bars: readonly Bar[]): { readonly range?: readonly number[] } {
  const values = bars.map(({ value }) => value);
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  if (most === least) return { range: [0, 1] };
  const room = 0.12 * (most - least);
  return least < 0 ? { range: [least - room, most + room] } : {};
}

/** How many scores (0 to 1) fall into each tenth; one on a border counts to the right, 1 to the last. */
export function scoreFigure(scores: readonly number[], text: FigureText): Figure {
  const counts = new Array<number>(10).fill(0);
  for (const score of scores) {
    // 0.7 * 10 is a little below 7
    const tenth = Math.min(9, Math.floor(score * 10 + 1e-9));
    counts[tenth] = (counts[tenth] ?? 0) + 1;
  }
  const trace = {
    type: "bar",
    x: counts.map((_, tenth) => `${tenth * 10}–${(tenth + 1) * 10}`),
    y: counts,
    texttemplate: "%{y:,}",
    textposition: "outside",
    cliponaxis: false,
    hovertemplate: "%{x} %: %{y:,} attempts<extra></extra>",
    marker: { color: blue },
  };
  const layout = {
    xaxis: { title: { text: "score (%)" }, type: "category", showgrid: false },
    yaxis: { title: { text: "attempts" }, tickformat: "," },
    bargap: 0.05,
  };
  return houseFigure([trace], layout, text);
}

/** A line through the points, from left to right, its height from 0 on. */
export function lineFigure(points: readonly LinePoint[], axes: AxisTitles, text: FigureText): Figure {
  const fromLeft = [...points].sort((a, b) => a.x - b.x);
  const trace = {
    type: "scatter",
    mode: "lines+markers",
    x: fromLeft.map((point) => point.x),
    y: fromLeft.map((point) => point.y),
    cliponaxis: false,
    hovertemplate: `${escapeHtml(axes.x)}: %{x}<br>${escapeHtml(axes.y)}: %{y:,}<extra></extra>`,
    line: { color: blue, width: 2 },
    marker: { color: blue, size: 7 },
  };
  const xaxis = { ...titled(axes.x), ...wholeTicks(fromLeft), showgrid: false };
  const yaxis = { ...titled(axes.y), tickformat: ",", rangemode: "tozero" };
  return houseFigure([trace], { xaxis, yaxis }, text);
}

/** A dot for each point, with its label when a mouse is on it. */
export function pointFigure(points: readonly Point[], axes: AxisTitles, text: FigureText): Figure {
  const trace = {
    type: "scatter",
    mode: "markers",
    x: points.map((point) => point.x),
    y: points.map((point) => point.y),
    customdata: points.map((point) => escapeHtml(point.label)),
    cliponaxis: false,
    hovertemplate: `%{customdata}<br>${escapeHtml(axes.x)}: %{x:,}<br>${escapeHtml(axes.y)}: %{y:,}<extra></extra>`,
    marker: { color: orange, size: 9, opacity: 0.8, line: { color: grey, width: 1 } },
  };
  const yaxis = { ...titled(axes.y), zeroline: true, zerolinecolor: "#999999" };
  return houseFigure([trace], { xaxis: titled(axes.x), yaxis }, text);
}

function titled(axis: string): { readonly title: { readonly text: string } } {
  return { title: { text: escapeHtml(axis) } };
}

/** Ticks at whole numbers alone, where these are all there is: a dozen at most, from the first point on. */
function wholeTicks(fromLeft: readonly LinePoint[]): Record<string, unknown> {
  const first = fromLeft[0]?.x ?? 0;
  const last = fromLeft.at(-1)?.x ?? 0;
  if (!fromLeft.every(({ x }) => Number.isInteger(x))) return {};
  const step = Math.max(1, Math.ceil((last - first + 1) / 12));
  const ticks = Array.from(
    { length: Math.floor((last - first) / step) + 1 },
    (_, tick) => first + tick * step,
  );
  return { tickmode: "array", tickvals: ticks };
}

/** A figure in the house's style: title above, no legend, quiet grid. */
export function houseFigure(
  data: Figure["data"],
  layout: Record<string, unknown>,
  { title, alt }: FigureText,
): Figure {
  const house = {
    title: { text: title, x: 0, xref: "container", xanchor: "left", pad: { l: 10 }, font: { size: 15 } },
    font: { family: "Helvetica, Arial, sans-serif", size: 12, color: "#222222" },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    showlegend: false,
    margin,
    hovermode: "closest",
    hoverlabel: { bgcolor: "#ffffff", bordercolor: grey, font: { color: "#222222" }, align: "left" },
  };
  const axes = Object.fromEntries(
    ["xaxis", "yaxis"].map((name) => [
      name,
      {
        gridcolor: "#e5e5e5",
        zeroline: false,
        ticks: "outside",
        tickcolor: "#ffffff",
        ...(layout[name] as object),
      },
    ]),
  );
  return { data, layout: { ...house, ...layout, ...axes }, alt };
}

const margin = { l: 70, r: 30, t: 50, b: 60 };

/** A vertical axis of names: the whole ones name the categories, cut ones are drawn and set the left margin. */
export function labelAxis(bars: readonly { readonly label: string }[]): Record<string, unknown> {
  const names = bars.map((bar) => shorten(bar.label));
  const longest = Math.max(0, ...names.map((name) => name.length));
  return {
    yaxis: {
      type: "category",
      tickmode: "array",
      tickvals: bars.map((bar) => bar.label),
      ticktext: names.map(escapeHtml),
    },
    margin: { ...margin, l: 20 + Math.ceil(6.5 * longest) },
  };
}

function shorten(label: string): string {
  return label.length > 40 ? `${label.slice(0, 39)}…` : label;
}

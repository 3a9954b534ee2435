import type { DataFrame } from "danfojs-node";
import { UsageError } from "../base/errors";
import { escapeAttribute, escapeHtml } from "../base/text";
import { barFunctions, type ToldBars } from "./bars-page";
import { display } from "./display";
import type { Figure } from "./figures";
import type { Cell } from "./frames";
import { type ShowFigureOptions, type ShowFrameOptions, toFrameView } from "./show";
import { renderSvg } from "./svg";
import { tableFunctions } from "./table-page";
import { toScript, toScriptJson } from "./table-script";

export interface ShowFilteredOptions extends Omit<ShowFrameOptions, "interactive">, ShowFigureOptions {
  /** The frame's column that says to which bar a row belongs. */
  readonly column: string;
  /** The label of the bar that a value of the column belongs to; default: the value as text. */
  readonly toLabel?: (value: Cell) => string;
}

/**
 * Shows a figure of bars with a frame's table below it: the bars that are clicked, dragged over or chosen by the keyboard
 * are those whose rows the table shows, in the page alone. Where no script runs there are chart, numbers and table.
 * Throws a UsageError where the figure has no bars, the frame no such column, or no row belongs to any bar.
 */
export async function showFilteredBy(
  figure: Figure,
  frame: DataFrame,
  { column, toLabel = String, width = 820, height = 460, ...options }: ShowFilteredOptions,
): Promise<void> {
  const bars = readBars(figure);
  const place = frame.columns.indexOf(column);
  if (place < 0)
    throw new UsageError(
      `column "${column}": expected one of ${frame.columns.join(", ")}; name one of these`,
    );
  const view = toFrameView(frame, { ...options, interactive: true });
  const barOf = new Map(bars.labels.map((label, bar) => [label, bar]));
  const rows = (frame.values as Cell[][]).map((row) => barOf.get(toLabel(row[place] ?? null)) ?? -1);
  if (rows.length > 0 && rows.every((bar) => bar < 0)) throw noBar(bars.labels, column);
  const told: ToldBars = { ...bars, rows: rows.slice(0, view.there) };
  const svg = await renderSvg(figure, { width, height });
  const table = `runTable(root.lastElementChild, ${toScriptJson(view.told)})`;
  const script = toScript(
    [...tableFunctions, ...barFunctions],
    `runBars(root, ${table}, ${toScriptJson(told)});`,
  );
  display({
    "text/html": `<div>${renderImage(svg, figure.alt)}${renderNumbers(bars)}${view.html}</div>${script}`,
    "text/plain": `${figure.alt}\n${view.plain}`,
  });
}

/** The chart as an image: a viewer that leaves out its picture shows its words. */
function renderImage(svg: string, alt: string): string {
  const data = Buffer.from(svg).toString("base64");
  return `<img alt="${escapeAttribute(alt)}" src="data:image/svg+xml;base64,${data}">`;
}

type Bars = Omit<ToldBars, "rows">;

/** The bars of a figure, in the order in which Plotly draws them. */
function readBars({ data }: Figure): Bars {
  const [trace = {}, ...others] = data;
  const isHorizontal = trace.orientation === "h";
  const [labels, values] = (isHorizontal ? [trace.y, trace.x] : [trace.x, trace.y]) as unknown[][];
  if (trace.type !== "bar" || others.length > 0 || !labels || !values)
    throw new UsageError(
      `figure: expected one trace of bars, received ${data.map(({ type }) => type).join(", ") || "nothing"}; make it with barFigure or scoreFigure`,
    );
  return { labels: labels.map(String), values: values.map(String), isHorizontal };
}

function noBar(labels: readonly string[], column: string): UsageError {
  const some = labels.slice(0, 3).map((label) => `"${label}"`);
  return new UsageError(
    `column "${column}": expected labels of bars such as ${some.join(", ")}, received others in every row; say by toLabel which bar a value belongs to`,
  );
}

/** The chart in numbers, folded, for those who can't see it and where pictures in HTML are left out. */
function renderNumbers({ labels, values }: Bars): string {
  const rows = labels.map(
    (label, bar) =>
      `<tr><th scope="row" style="text-align:left">${escapeHtml(label)}</th><td style="text-align:right">${escapeHtml(values[bar] ?? "")}</td></tr>`,
  );
  return `<details><summary>The bars in numbers</summary><table><tbody>${rows.join("")}</tbody></table></details>`;
}

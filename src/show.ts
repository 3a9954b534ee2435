import type { DataFrame } from "danfojs-node";
import { type Bundle, display, escapeHtml } from "./display";
import type { Figure } from "./figures";
import { parseList, toLines } from "./nested";
import { renderSvg } from "./svg";

export interface ShowFrameOptions {
  /** How many rows to show at most; default 10. */
  readonly rows?: number;
  /** Shown above the table. */
  readonly caption?: string;
  /** Decimals of numbers that are not whole; default 4. */
  readonly decimals?: number;
}

export interface ShowFigureOptions {
  /** CSS pixels; default 820. */
  readonly width?: number;
  /** CSS pixels; default 460. */
  readonly height?: number;
}

/** Shows the first rows of a frame as a table: dtypes under the names, numbers to the right, nulls visible, lists in lines. */
export function showFrame(frame: DataFrame, options: ShowFrameOptions = {}): void {
  display(renderFrame(frame, options));
}

/** Shows a figure: interactive where Plotly is drawn, as a static picture elsewhere, in words where there is no picture. */
export async function showFigure(figure: Figure, options: ShowFigureOptions = {}): Promise<void> {
  display(await renderFigure(figure, options));
}

/** What showFrame shows. */
export function renderFrame(
  frame: DataFrame,
  { rows = 10, caption = "", decimals = 4 }: ShowFrameOptions = {},
): Bundle {
  const shown = (frame.values as unknown[][]).slice(0, rows);
  const columns = frame.columns.map((name, index) => {
    const cells = shown.map((row) => row[index]);
    return toColumn(name, frame.dtypes[index] ?? "", toTexts(cells, decimals));
  });
  const lines = shown.map((_, row) => columns.map((column) => column.texts[row] ?? null));
  const head = columns.map((column) => `<th${column.style}>${escapeHtml(column.name)}${column.note}</th>`);
  const body = lines.map((texts) => {
    const cells = texts.map((text, index) => `<td${columns[index]?.style}>${toCellHtml(text)}</td>`);
    return `<tr>${cells.join("")}</tr>`;
  });
  const size = describeSize(frame, shown.length);
  const html = [
    "<table>",
    caption ? `<caption style="text-align:left; white-space:nowrap">${escapeHtml(caption)}</caption>` : "",
    `<thead><tr>${head.join("")}</tr></thead>`,
    `<tbody>${body.join("")}</tbody></table><p><small>${size}</small></p>`,
  ].join("");
  const plain = [frame.columns, ...lines.map((texts) => texts.map(toPlain))];
  const words = [caption, ...plain.map((texts) => texts.join("\t")), size].filter((line) => line !== "");
  return { "text/html": html, "text/plain": words.join("\n") };
}

/** The chart's tool bar without Plotly's sign, and without its button that sends the data elsewhere. */
const plotlyConfig = { displaylogo: false, showSendToCloud: false } as const;

/** What showFigure shows. */
export async function renderFigure(
  figure: Figure,
  { width = 820, height = 460 }: ShowFigureOptions = {},
): Promise<Bundle> {
  const svg = await renderSvg(figure, { width, height });
  const { data, layout } = figure;
  return {
    "application/vnd.plotly.v1+json": { data, layout: { ...layout, height }, config: plotlyConfig },
    "image/svg+xml": svg,
    "text/plain": figure.alt,
  };
}

interface Column {
  readonly name: string;
  /** The dtype, in small letters under the name. */
  readonly note: string;
  readonly style: string;
  readonly texts: readonly CellText[];
}

/** A list has a line for each of its elements. */
type CellText = string | readonly string[] | null;

function toColumn(name: string, dtype: string, texts: Column["texts"]): Column {
  const isNumeric = dtype === "int32" || dtype === "float32";
  const style = ` style="text-align:${isNumeric ? "right" : "left"}"`;
  return { name, note: dtype ? `<br><small>${dtype}</small>` : "", style, texts };
}

/** A column's cells as text; its numbers all have decimals if one of them has, and if all are lists they have lines. */
function toTexts(cells: readonly unknown[], decimals: number): CellText[] {
  const lists = cells.map(parseList);
  const isEmpty = (cell: unknown) => cell === null || cell === undefined;
  if (cells.every((cell, row) => isEmpty(cell) || lists[row]))
    return lists.map((list) => (list ? toLines(list) : null));
  const isFraction = (cell: unknown) => typeof cell === "number" && Number.isFinite(cell) && cell % 1 !== 0;
  const places = cells.some(isFraction) ? decimals : 0;
  return cells.map((cell) => {
    if (isEmpty(cell) || Number.isNaN(cell)) return null;
    return typeof cell === "number" ? cell.toFixed(places) : String(cell);
  });
}

function toPlain(text: CellText): string {
  return text === null ? "null" : typeof text === "string" ? text : text.join("; ");
}

function toCellHtml(text: CellText): string {
  if (text === null) return "<i>null</i>";
  const lines = typeof text === "string" ? [text] : text;
  return lines.map((line) => escapeHtml(shorten(line))).join("<br>");
}

function describeSize(frame: DataFrame, shown: number): string {
  const [rows = 0, columns = 0] = frame.shape;
  const size = `${rows} ${rows === 1 ? "row" : "rows"} × ${columns} ${columns === 1 ? "column" : "columns"}`;
  return shown < rows ? `${size}, the first ${shown} shown` : size;
}

function shorten(text: string): string {
  const letters = [...text];
  return letters.length > 80 ? `${letters.slice(0, 79).join("")}…` : text;
}

import type { DataFrame } from "danfojs-node";
import { escapeHtml } from "../base/text";
import { parseList, toLines } from "./nested";

/** What a cell shows: null, one text, or a line for each element of a list. */
export type CellText = string | readonly string[] | null;

/** A column of a table, as it is shown. */
export interface TableColumn {
  readonly name: string;
  /** Shown in small letters under the name. */
  readonly dtype: string;
  readonly isNumeric: boolean;
  /** Decimals of its numbers: all have them if one of them has; -1 where not all cells are numbers. */
  readonly places: number;
  /** Of the rows that were asked for; texts longer than 80 characters are cut. */
  readonly texts: readonly CellText[];
}

/** The first rows of a frame as columns of texts; `decimals` are for numbers that are not whole. */
export function toColumns(frame: DataFrame, rows: number, decimals: number): TableColumn[] {
  const shown = (frame.values as unknown[][]).slice(0, rows);
  return frame.columns.map((name, index) => {
    const cells = shown.map((row) => row[index]);
    const dtype = frame.dtypes[index] ?? "";
    const isNumeric = dtype === "int32" || dtype === "float32";
    const digits = cells.some(isFraction) ? decimals : 0;
    const places = cells.every((cell) => isEmpty(cell) || typeof cell === "number") ? digits : -1;
    return { name, dtype, isNumeric, places, texts: toTexts(cells, digits) };
  });
}

/** A table of the columns' first rows, with rows of the caller's own below the names. */
export function renderTable(
  columns: readonly TableColumn[],
  rows: number,
  { caption, belowHead = "" }: { readonly caption: string; readonly belowHead?: string },
): string {
  const head = columns.map(
    ({ name, dtype, isNumeric }) =>
      `<th${alignOf(isNumeric)}>${escapeHtml(name)}${dtype ? `<br><small>${dtype}</small>` : ""}</th>`,
  );
  const count = Math.min(rows, columns[0]?.texts.length ?? 0);
  const body = Array.from({ length: count }, (_, row) => {
    const cells = columns.map(
      ({ isNumeric, texts }) => `<td${alignOf(isNumeric)}>${toCellHtml(texts[row] ?? null)}</td>`,
    );
    return `<tr>${cells.join("")}</tr>`;
  });
  return [
    "<table>",
    renderCaption(caption),
    `<thead><tr>${head.join("")}</tr>${belowHead}</thead><tbody>${body.join("")}</tbody></table>`,
  ].join("");
}

/** What stands above a table; nothing for "". */
export function renderCaption(caption: string): string {
  return caption
    ? `<caption style="text-align:left; white-space:nowrap">${escapeHtml(caption)}</caption>`
    : "";
}

/** Where a column's contents stand: numbers to the right. */
export function alignOf(isNumeric: boolean): string {
  return ` style="text-align:${isNumeric ? "right" : "left"}"`;
}

/** A cell's text in one line, uncut, for where there is no HTML. */
export function toPlain(text: CellText): string {
  return text === null ? "null" : typeof text === "string" ? text : text.join("; ");
}

/** A text as it is shown, cut between characters. */
export function shorten(text: string): string {
  if (text.length <= 80) return text;
  const letters = [...text];
  return letters.length > 80 ? `${letters.slice(0, 79).join("")}…` : text;
}

/** A column's cells as text; if all are lists they have lines. */
function toTexts(cells: readonly unknown[], places: number): CellText[] {
  const lists = cells.map(parseList);
  if (cells.every((cell, row) => isEmpty(cell) || lists[row]))
    return lists.map((list) => (list ? toLines(list) : null));
  return cells.map((cell) => {
    if (isEmpty(cell) || Number.isNaN(cell)) return null;
    return typeof cell === "number" ? cell.toFixed(places) : String(cell);
  });
}

function isEmpty(cell: unknown): boolean {
  return cell === null || cell === undefined;
}

function isFraction(cell: unknown): boolean {
  return typeof cell === "number" && Number.isFinite(cell) && cell % 1 !== 0;
}

function toCellHtml(text: CellText): string {
  if (text === null) return "<i>null</i>";
  const lines = typeof text === "string" ? [text] : text;
  return lines.map((line) => escapeHtml(shorten(line))).join("<br>");
}

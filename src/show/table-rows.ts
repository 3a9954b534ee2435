// What the rows of a table in a page hold, and which of them are asked for. Its functions go into the page as text.

import type { PageElement, PageRow, ToldCell, ToldTable } from "./page-elements";

/** A row, which is drawn when it is first shown. */
export interface Row {
  readonly place: number;
  readonly cells: readonly ToldCell[];
  tr?: PageElement;
  text?: string;
}

/** A table and how it is shown now. */
export interface View {
  readonly told: ToldTable;
  readonly heads: readonly PageElement[];
  readonly names: readonly string[];
  readonly body: PageElement;
  readonly rows: readonly Row[];
  /** Says which rows are shown. */
  readonly status: PageElement;
  readonly turners: PageElement[];
  found: Row[];
  /** What the filter asks for. */
  words: string;
  /** Which rows a chart above the table leaves, and how that is said. */
  isChosen: (place: number) => boolean;
  choice: string;
  sorted: number;
  order: number;
  page: number;
  size: number;
}

/** Reads the rows that are in the table, and adds those that the page is told of. */
export function readRows(trs: readonly PageRow[], { places, cells }: ToldTable): Row[] {
  const rows: Row[] = trs.map((tr, place) => ({
    place,
    tr,
    cells: [...tr.cells].map((td, column) => readCell(td, places[column] as number)),
  }));
  const count = (cells[0]?.at ?? cells[0]?.of ?? []).length;
  for (let row = 0; row < count; row++) {
    const values = cells.map(({ of, at }) => of[at ? (at[row] as number) : row] as ToldCell);
    rows.push({ place: rows.length, cells: values });
  }
  return rows;
}

/** A cell of the table as it was told. */
export function readCell(td: PageElement, places: number): ToldCell {
  if (td.firstElementChild?.tagName === "I") return null;
  const lines = [...td.childNodes].map((node) => node.textContent ?? "").filter((line) => line);
  return places < 0 ? (lines.length > 1 ? lines : (lines[0] ?? "")) : Number(lines[0]);
}

/** A cell as it is shown; the lines of a list one below the other. */
export function cellText(view: View, cell: ToldCell | undefined, column: number): string {
  if (typeof cell === "number") return cell.toFixed(view.told.places[column]);
  return typeof cell === "string" ? cell : cell ? cell.join("\n") : "null";
}

/** All that a row says, in lower case. */
export function rowText(view: View, row: Row): string {
  row.text ??= row.cells
    .map((cell, column) => cellText(view, cell, column))
    .join("\n")
    .toLowerCase();
  return row.text;
}

/** Orders numbers by their value, texts as a reader does. */
export function compareCells(view: View, a: ToldCell, b: ToldCell, column: number): number {
  if (typeof a === "number" && typeof b === "number") return a < b ? -1 : Number(a > b);
  const [x, y] = [cellText(view, a, column), cellText(view, b, column)];
  return x.localeCompare(y, "en", { numeric: true });
}

/** A word of the filter: in any cell, or a condition on one column, such as `score>=0.5`. */
export function toTest(view: View, word: string): (row: Row) => boolean {
  const [, name, sign = "", value = ""] = /^(.+?)([<>!]=|[<>=])(.*)$/.exec(word) ?? [];
  const column = view.names.findIndex((one) => one.toLowerCase() === name);
  if (column < 0) return (row) => rowText(view, row).includes(word);
  return ({ cells }) => {
    const cell = cells[column] ?? null;
    const isNumber = typeof cell === "number" && value !== "";
    const isEqual =
      cellText(view, cell, column).toLowerCase() === value || (isNumber && cell === Number(value));
    if (sign === "=" || sign === "!=") return isEqual === (sign === "=");
    if (cell === null || isEqual) return isEqual && sign.endsWith("=");
    const order = isNumber ? cell - Number(value) : compareCells(view, cell, value, column);
    return sign.startsWith("<") ? order < 0 : order > 0;
  };
}

import { shorten, type TableColumn } from "./frame-table";
import type { ToldCell, ToldCells, ToldTable } from "./page-elements";
import { tableFunctions } from "./table-page";

/** A function that runs in a page. */
export type PageFunction = (...input: never[]) => unknown;

/**
 * The script behind a table: it makes the element before it, which holds the table, sort, filter and page. It knows no id
 * and leaves nothing behind in the page, so that it may run twice on it, and in every view of the output.
 */
export function renderScript(told: ToldTable): string {
  return toScript(tableFunctions, `runTable(root, ${toScriptJson(told)});`);
}

/** A script that runs these functions' text, then a statement; `root` is the element before the script. */
export function toScript(functions: readonly PageFunction[], statement: string): string {
  // what the statement calls keeps its name; the statement itself, which holds data, stays as it is
  const inner = functions.filter(({ name }) => !name.startsWith("run"));
  const names = new Map(inner.map(({ name }, index) => [name, `f${index}`]));
  const word = new RegExp(`\\b(${[...names.keys()].join("|")})\\b`, "g");
  const shortenNames = (code: string) => code.replaceAll(word, (name) => names.get(name) ?? name);
  // VS Code runs a copy of the script, at the end of what holds it
  const find = `let root = document.currentScript;
while (root?.tagName === "SCRIPT") root = root.previousElementSibling;`;
  const code = [...functions.map((one) => toPageText(String(one))), find].map(squeeze).join("\n");
  return `<script>(() => {\n${shortenNames(code)}\n${statement}\n})()</script>`;
}

/** A compiled function calls those of other modules by their names. */
function toPageText(code: string): string {
  return code.replaceAll(/\(0, \w+\.(\w+)\)/g, "$1");
}

/** JavaScript without indents and without blanks around signs; texts keep theirs. */
function squeeze(code: string): string {
  const parts = code.replaceAll(/\n\s+/g, "\n").split(/("[^"\n]*"|`[^`]*`)/);
  return parts
    .map((part, place) => (place % 2 ? part : part.replaceAll(/ ?([=+*<>?:,;{}()[\]|&]) ?/g, "$1")))
    .join("");
}

/** JSON that cannot end the script that it stands in. */
export function toScriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** So much of a table's cells goes into a page, so that a notebook's file stays small. */
const mostBytes = 100_000;

/** What the page is told of the rows from `start` on: of as many as there is room for, and how many these are. */
export function packCells(
  columns: readonly TableColumn[],
  start: number,
): { readonly cells: readonly ToldCells[]; readonly count: number } {
  const rest = columns.map((column) =>
    column.texts.slice(start).map((_, row) => toToldCell(column, start + row)),
  );
  for (let count = rest[0]?.length ?? 0; ; count = Math.floor(count * 0.8)) {
    const cells = rest.map((column) => pack(column.slice(0, count)));
    if (count === 0 || JSON.stringify(cells).length <= mostBytes) return { cells, count };
  }
}

function toToldCell({ places, texts }: TableColumn, row: number): ToldCell {
  const text = texts[row] ?? null;
  if (text === null) return null;
  if (places >= 0 && Number.isFinite(Number(text))) return Number(text); // JSON has no infinity
  return typeof text === "string" ? shorten(text) : text.map(shorten);
}

/** Cells that are seen again and again are told once. */
function pack(cells: readonly ToldCell[]): ToldCells {
  const places = new Map<string, number>();
  const at = cells.map((cell) => {
    const key = JSON.stringify(cell);
    if (!places.has(key)) places.set(key, places.size);
    return places.get(key) as number;
  });
  const packed = { of: [...places.keys()].map((key) => JSON.parse(key) as ToldCell), at };
  return JSON.stringify(packed).length < JSON.stringify({ of: cells }).length ? packed : { of: cells };
}

// What runs in the page where a table is shown: its functions go there as text (see `table-script`), so they use nothing
// but each other and what a browser has.

import type { PageDocument, PageElement, PageInput, PageNode, PageTable, ToldTable } from "./page-elements";
import {
  cellText,
  compareCells,
  type Row,
  readCell,
  readRows,
  rowText,
  toTest,
  type View,
} from "./table-rows";

declare const document: PageDocument;

/** Makes the table of `root`, whose first rows are there, one that sorts, filters and pages; once only. */
export function runTable(root: PageElement, told: ToldTable): View | undefined {
  const table = root.querySelector("table") as PageTable;
  if (table.querySelector("button")) return;
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const view: View = {
    ...{ told, heads, body, rows: readRows([...body.rows], told), status: makeElement("span"), turners: [] },
    names: heads.map((head) => [...head.childNodes][0]?.textContent ?? ""),
    ...{ found: [], words: "", isChosen: () => true, choice: "" },
    ...{ sorted: -1, order: 0, page: 0, size: told.size },
  };
  for (const column of heads.keys()) addSorting(view, column);
  root.prepend(makeControls(view));
  (root.querySelector("p small") as PageElement).textContent = told.note;
  findRows(view);
  return view;
}

/** Makes an element of the page. */
export function makeElement(tag: string, style = "", ...parts: readonly (PageNode | string)[]): PageElement {
  const element = document.createElement(tag);
  element.style.cssText = style;
  element.append(...parts);
  return element;
}

/** Makes a button without colours of its own, whose keys are not JupyterLab's. */
export function makeButton(text: string, style: string, act: () => void): PageElement {
  const look = "font:inherit;color:inherit;background:none;cursor:pointer;";
  const button = makeElement("button", look + style, text);
  button.setAttribute("type", "button");
  button.dataset.lmSuppressShortcuts = "true";
  button.onclick = act;
  return button;
}

function rowElement(view: View, row: Row): PageElement {
  row.tr ??= makeElement(
    "tr",
    "",
    ...row.cells.map((cell, column) => {
      const td = makeElement("td", `text-align:${view.heads[column]?.style.textAlign}`);
      const text = cellText(view, cell, column);
      if (cell === null) td.append(makeElement("i", "", text));
      else if (typeof cell !== "object") td.append(text);
      else
        for (const [place, line] of cell.entries())
          td.append(...(place ? [makeElement("br"), line] : [line]));
      return td;
    }),
  );
  return row.tr;
}

/** Finds the rows that are asked for, in their order, and shows the first page of them. */
export function findRows(view: View): void {
  const words = view.words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word);
  const tests = words.map((word) => toTest(view, word));
  view.found = view.rows.filter((row) => view.isChosen(row.place) && tests.every((test) => test(row)));
  const { order, sorted } = view;
  if (order)
    view.found.sort((one, other) => {
      const [a = null, b = null] = [one.cells[sorted], other.cells[sorted]];
      if (a === null || b === null) return Number(a === null) - Number(b === null);
      return order * compareCells(view, a, b, sorted);
    });
  view.page = 0;
  drawPage(view);
}

function drawPage(view: View): void {
  const { found, rows, size } = view;
  const last = Math.max(0, Math.ceil(found.length / size) - 1);
  view.page = Math.min(Math.max(view.page, 0), last);
  const shown = found.slice(view.page * size, (view.page + 1) * size);
  view.body.replaceChildren(...shown.map((row) => rowElement(view, row)));
  for (const head of view.heads) {
    head.style.boxSizing = "border-box";
    head.style.minWidth = `${Math.max(head.offsetWidth, Number.parseFloat(head.style.minWidth) || 0)}px`;
  }
  for (const [place, turner] of view.turners.entries()) {
    const isOff = view.page === (place ? last : 0);
    turner.setAttribute("aria-disabled", `${isOff}`);
    turner.style.opacity = isOff ? "0.4" : "1";
  }
  const first = view.page * size;
  const range = shown.length ? `rows ${first + 1} to ${first + shown.length} of ` : "";
  const from = found.length < rows.length ? ` found in ${rows.length}` : "";
  const direction = view.order > 0 ? "ascending" : "descending";
  const by = view.order ? `, by ${view.names[view.sorted]}, ${direction}` : "";
  view.status.textContent = `${range}${found.length}${from}${view.choice}${by}`;
}

function makeControls(view: View): PageElement {
  const boxed = "border:1px solid;border-radius:3px;padding:0 .6em";
  const input = makeElement("input", `font:inherit;color:inherit;background:none;${boxed}`) as PageInput;
  const number = Math.max(
    0,
    view.told.places.findIndex((places) => places >= 0),
  );
  input.setAttribute("type", "search");
  input.setAttribute("title", `words that a row holds, or conditions such as ${view.names[number]}>1`);
  input.dataset.lmSuppressShortcuts = "true";
  input.addEventListener("input", () => {
    view.words = input.value;
    findRows(view);
  });
  view.status.setAttribute("role", "status");
  const look = "display:flex;flex-wrap:wrap;gap:.6em;align-items:baseline;margin:.3em 0";
  const parts = [makeElement("label", "", "filter ", input)];
  if (view.rows.length > view.size) parts.push(...makeTurners(view, boxed));
  return makeElement("div", look, ...parts, view.status);
}

function makeTurners(view: View, boxed: string): PageElement[] {
  const turn = (step: number) => () => {
    view.page += step;
    drawPage(view);
  };
  view.turners.push(makeButton("‹ previous", boxed, turn(-1)), makeButton("next ›", boxed, turn(1)));
  const long = makeButton("100 a page", boxed, () => {
    const isLong = view.size === view.told.size;
    view.size = isLong ? 100 : view.told.size;
    long.setAttribute("aria-pressed", `${isLong}`);
    findRows(view);
  });
  long.setAttribute("aria-pressed", "false");
  return view.rows.length > 2 * view.size ? [...view.turners, long] : view.turners;
}

/** Makes a name a button: ascending, descending, as it was. */
function addSorting(view: View, column: number): void {
  const head = view.heads[column] as PageElement;
  const sign = makeElement("span", "opacity:.5", " ↕");
  sign.setAttribute("aria-hidden", "true");
  const button = makeButton("", "border:0;padding:0", () => {
    view.order = view.sorted !== column ? 1 : view.order === 1 ? -1 : view.order + 1;
    view.sorted = column;
    for (const one of view.heads) one.removeAttribute("aria-sort");
    if (view.order) head.setAttribute("aria-sort", view.order > 0 ? "ascending" : "descending");
    findRows(view);
    for (const [place, { firstElementChild }] of view.heads.entries()) {
      const span = firstElementChild?.firstElementChild;
      if (span) span.textContent = place !== column || !view.order ? " ↕" : view.order > 0 ? " ▲" : " ▼";
    }
  });
  const [name] = head.childNodes;
  button.append(...(name ? [name] : []), sign);
  head.prepend(button);
}

/** All functions of the two modules: what `runTable` needs to run elsewhere. */
export const tableFunctions: readonly ((...input: never[]) => unknown)[] = [
  ...[runTable, makeElement, makeButton, readRows, readCell, cellText, rowText, rowElement, compareCells],
  ...[toTest, findRows, drawPage, makeControls, makeTurners, addSorting],
];

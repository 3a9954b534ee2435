// What runs in the page where a bar chart stands above a table; its functions go there as text, like those of `table-page`.

import type { PageDocument, PageElement, PageEvent, PageParser } from "./page-elements";
import { findRows, makeButton, makeElement } from "./table-page";
import type { View } from "./table-rows";

declare const document: PageDocument;
declare const DOMParser: PageParser;

/** What the page is told of a bar chart. */
export interface ToldBars {
  /** What the bars are called, in the order in which they are drawn. */
  readonly labels: readonly string[];
  /** How long they are, as text. */
  readonly values: readonly string[];
  /** For each row of the table its bar; -1 for none. */
  readonly rows: readonly number[];
  readonly isHorizontal: boolean;
}

interface Chart {
  readonly told: ToldBars;
  readonly view: View;
  readonly points: readonly PageElement[];
  readonly chosen: Set<number>;
  /** The bar that the keyboard is at, and where a range began. */
  at: number;
  start: number;
  /** Whether the mouse went down on a bar and is not up again: it can enter a bar, held, before it went down there. */
  isDragging: boolean;
}

/** Makes each bar of the chart in `root` choose the rows of the table: by a click, a drag over several, or the keyboard. */
export function runBars(root: PageElement, view: View | undefined, told: ToldBars): void {
  const image = root.querySelector("img");
  if (!image || !view) return;
  const svg = openImage(image);
  svg.setAttribute("role", "group");
  const points = [...svg.querySelectorAll(".barlayer .point")];
  const chart: Chart = { told, view, points, chosen: new Set(), at: 0, start: 0, isDragging: false };
  const { width = "0", height = "0" } = readSize(svg.querySelector(".plotclip rect"));
  for (const bar of points.keys()) addChoosing(chart, bar, told.isHorizontal ? { width } : { height });
  const hint =
    "Click a bar, or drag over several, to see their rows below; Ctrl adds one; arrow keys and Enter do the same.";
  const all = makeButton("all bars", "border:1px solid;border-radius:3px;padding:0 .6em", () =>
    chooseBars(chart, []),
  );
  svg.after(
    makeElement("div", "display:flex;gap:.6em;align-items:baseline", makeElement("small", "", hint), all),
  );
  chooseBars(chart, []);
}

/** Puts the drawing of an image in its place, so that its bars can be clicked. */
function openImage(image: PageElement): PageElement {
  const [, data = ""] = (image.getAttribute("src") ?? "").split("base64,");
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const parsed = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml");
  const svg = parsed.documentElement;
  svg.style.cssText = "max-width:100%;height:auto";
  image.replaceWith(svg);
  return svg;
}

function readSize(clip: PageElement | null): Record<string, string> {
  const [width, height] = ["width", "height"].map((name) => clip?.getAttribute(name) ?? "0");
  return { width: width as string, height: height as string };
}

/** Lays an area that can be clicked over a bar, as long as the chart, and makes the bar a button. */
function addChoosing(chart: Chart, bar: number, across: Readonly<Record<string, string>>): void {
  const point = chart.points[bar] as PageElement;
  const { x, y, width, height } = (point.querySelector("path") as PageElement).getBBox();
  const area = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const place = { ...{ x, y, width, height }, ...(chart.told.isHorizontal ? { x: 0 } : { y: 0 }), ...across };
  for (const [name, value] of Object.entries(place)) area.setAttribute(name, `${value}`);
  area.style.cssText = "fill:transparent;cursor:pointer;pointer-events:all";
  point.append(area);
  point.setAttribute("role", "button");
  point.setAttribute("aria-label", `${chart.told.labels[bar]}: ${chart.told.values[bar]}`);
  point.dataset.lmSuppressShortcuts = "true";
  point.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    chart.isDragging = true;
    pressBar(chart, bar, event);
  });
  point.addEventListener("pointerenter", (event) => {
    chart.isDragging &&= event.buttons === 1;
    if (chart.isDragging && bar !== chart.at) chooseRange(chart, bar);
  });
  point.addEventListener("pointerup", () => {
    chart.isDragging = false;
  });
  point.addEventListener("keydown", (event) => pressKey(chart, event));
}

/** A click: this bar alone, or none where it was alone; with Ctrl it joins or leaves those chosen, with Shift a range. */
function pressBar(chart: Chart, bar: number, event: PageEvent): void {
  chart.at = bar;
  if (event.shiftKey) {
    chooseRange(chart, bar);
    return;
  }
  chart.start = bar;
  const isChosen = chart.chosen.has(bar);
  const others = event.ctrlKey || event.metaKey ? [...chart.chosen].filter((one) => one !== bar) : [];
  const isLeft = isChosen && (others.length > 0 || chart.chosen.size === 1);
  chooseBars(chart, isLeft ? others : [...others, bar]);
}

function pressKey(chart: Chart, event: PageEvent): void {
  const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key] ?? 0;
  const to = Math.min(Math.max(chart.at + step, 0), chart.points.length - 1);
  if (event.key === "Escape") chooseBars(chart, []);
  else if (event.key === "Enter" || event.key === " ") pressBar(chart, chart.at, event);
  else if (step && event.shiftKey) chooseRange(chart, to);
  else if (step) chart.at = to;
  else return;
  event.preventDefault();
  drawBars(chart);
  chart.points[chart.at]?.focus();
}

function chooseRange(chart: Chart, to: number): void {
  const [first, last] = [Math.min(chart.start, to), Math.max(chart.start, to)];
  chart.at = to;
  chooseBars(chart, [...chart.points.keys()].slice(first, last + 1));
}

function chooseBars(chart: Chart, bars: readonly number[]): void {
  const { chosen, told, view } = chart;
  chosen.clear();
  for (const bar of bars) chosen.add(bar);
  const labels = [...bars].sort((a, b) => a - b).map((bar) => told.labels[bar]);
  const words = bars.length > 3 ? [bars.length, "bars"].join(" ") : labels.join(", ");
  view.choice = bars.length === 0 ? "" : `, for ${words}`;
  view.isChosen = (place) => bars.length === 0 || chosen.has(told.rows[place] ?? -1);
  findRows(view);
  drawBars(chart);
}

/** The bars that are not chosen are pale, those chosen have an edge; one at a time can be reached by Tab. */
function drawBars({ points, chosen, at }: Chart): void {
  for (const [bar, point] of points.entries()) {
    const isChosen = chosen.has(bar);
    point.setAttribute("tabindex", bar === at ? "0" : "-1");
    point.setAttribute("aria-pressed", `${isChosen}`);
    point.style.opacity = isChosen || chosen.size === 0 ? "1" : "0.35";
    const path = point.querySelector("path");
    if (path) path.style.cssText += `;stroke:#000;stroke-width:${isChosen ? 2 : 0}px`;
  }
}

/** All functions above: what `runBars` needs beside those of the table. */
export const barFunctions: readonly ((...input: never[]) => unknown)[] = [
  ...[runBars, openImage, readSize, addChoosing, pressBar, pressKey, chooseRange, chooseBars, drawBars],
];

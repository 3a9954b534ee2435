import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { escapeAttribute } from "../base/text";
import type { Figure } from "./figures";

/** Size of a static picture in CSS pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

interface PlotlyWindow {
  readonly document: Document;
  readonly Plotly: {
    newPlot(node: unknown, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
    toImage(node: unknown, options: object): Promise<string>;
    purge(node: unknown): void;
  };
}

type Document = {
  createElement(name: string): unknown;
  body: { appendChild(node: unknown): void; removeChild(node: unknown): void };
};

let plotlyWindow: Promise<PlotlyWindow> | undefined;

/**
 * Draws a Plotly figure as SVG text, without a browser: plotly.js runs in jsdom. The first call loads it (about a second).
 * The picture carries the figure's words as its accessible name, and the same figure gives the same text every time.
 */
export async function renderSvg(figure: Figure, { width, height }: PictureSize): Promise<string> {
  plotlyWindow ??= loadPlotly();
  const { document, Plotly } = await plotlyWindow;
  const node = document.createElement("div");
  document.body.appendChild(node);
  try {
    const { data, layout } = structuredClone(figure) as Figure;
    const traces = data.map((trace, index) => ({ ...trace, uid: `${index}` }));
    await Plotly.newPlot(node, traces, { ...layout, width, height }, { staticPlot: true });
    const svg = await Plotly.toImage(node, { format: "svg", width, height, imageDataOnly: true });
    return nameSvg(settleIds(roundPlaces(svg)), figure.alt);
  } finally {
    Plotly.purge(node);
    document.body.removeChild(node);
  }
}

async function loadPlotly(): Promise<PlotlyWindow> {
  const { JSDOM, VirtualConsole } = await import("jsdom");
  const { window } = new JSDOM("<!doctype html><body></body>", {
    runScripts: "outside-only",
    pretendToBeVisual: true,
    virtualConsole: new VirtualConsole(),
  });
  addMeasures(window);
  const code = readFileSync(require.resolve("plotly.js-dist/plotly.js"), "utf8");
  (window as unknown as { eval(code: string): void }).eval(code);
  return window as unknown as PlotlyWindow;
}

/** jsdom lays nothing out: this places texts by their attributes and measures them by length and font size. */
function addMeasures(window: Record<string, unknown>): void {
  const svg = (window as unknown as Prototypes).SVGElement.prototype;
  svg.getBBox = function (this: Node) {
    return toRect([textBox(this)]);
  };
  svg.getBoundingClientRect = function (this: Node) {
    const texts = [...this.querySelectorAll("text")];
    return toRect(texts.length > 0 ? texts.map(textBox) : [textBox(this)]);
  };
  svg.getComputedTextLength = function (this: Node) {
    return textWidth(this);
  };
  (window as unknown as Prototypes).HTMLCanvasElement.prototype.getContext = () => null;
  (window as unknown as Prototypes).URL.createObjectURL = () => "";
  window.matchMedia = () => ({ matches: false, addEventListener() {}, removeEventListener() {} });
  Object.assign(window, { TextDecoder, TextEncoder });
}

type Members = Record<string, unknown>;

interface Prototypes {
  readonly SVGElement: { readonly prototype: Members };
  readonly HTMLCanvasElement: { readonly prototype: Members };
  readonly URL: Members;
}

/** What is asked of an SVG element of jsdom. */
interface Node {
  readonly textContent: string | null;
  readonly parentElement: Node | null;
  readonly style?: { readonly fontSize?: string };
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<Node>;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A text's box in the picture: its x and y, moved by the translations around it; other elements are a point. */
function textBox(node: Node): Box {
  const width = textWidth(node);
  const before = ({ middle: 0.5, end: 1 }[node.getAttribute("text-anchor") ?? ""] ?? 0) * width;
  const [above, below] = width > 0 ? [0.95 * fontSizeOf(node), 0.25 * fontSizeOf(node)] : [0, 0];
  const [x, y] = originOf(node);
  // the title of a vertical axis is turned and runs upwards
  return /rotate\(-90/.test(node.getAttribute("transform") ?? "")
    ? { left: x - above, right: x + below, top: y + before - width, bottom: y + before }
    : { left: x - before, right: x - before + width, top: y - above, bottom: y + below };
}

function toRect(boxes: readonly Box[]) {
  const left = Math.min(...boxes.map((box) => box.left));
  const right = Math.max(...boxes.map((box) => box.right));
  const top = Math.min(...boxes.map((box) => box.top));
  const bottom = Math.max(...boxes.map((box) => box.bottom));
  return { x: left, y: top, left, right, top, bottom, width: right - left, height: bottom - top };
}

function textWidth(node: Node): number {
  return (node.textContent ?? "").length * fontSizeOf(node) * 0.56;
}

function fontSizeOf(node: Node | null): number {
  if (!node) return 12;
  return Number.parseFloat(node.style?.fontSize ?? "") || fontSizeOf(node.parentElement);
}

function originOf(node: Node): [x: number, y: number] {
  let x = Number(node.getAttribute("x") ?? 0);
  let y = Number(node.getAttribute("y") ?? 0);
  for (let one: Node | null = node; one; one = one.parentElement) {
    const moved = /translate\(([-\d.e]+)(?:[ ,]+([-\d.e]+))?\)/.exec(one.getAttribute("transform") ?? "");
    x += Number(moved?.[1] ?? 0);
    y += Number(moved?.[2] ?? 0);
  }
  return [x, y];
}

/** Plotly's ids hold random letters; here they come from the picture itself, so two pictures on a page keep apart. */
function settleIds(svg: string): string {
  const random = /id="topdefs-([0-9a-f]+)"/.exec(svg)?.[1];
  if (random === undefined) return svg;
  const bare = svg.replace(new RegExp(`(defs-|clip|legend)${random}`, "g"), "$1");
  const own = createHash("sha256").update(bare).digest("hex").slice(0, 8);
  return svg.replace(new RegExp(`(defs-|clip|legend)${random}`, "g"), `$1${own}`);
}

/** Places and sizes to hundredths of a pixel: further digits show nothing. Texts stay as they are. */
function roundPlaces(svg: string): string {
  return svg.replace(/ (?:d|x|y|x1|x2|y1|y2|cx|cy|r|points|width|height|transform)="[^"]*"/g, (attribute) =>
    attribute.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (number) => `${Number(Number(number).toFixed(2))}`),
  );
}

function nameSvg(svg: string, name: string): string {
  const text = escapeAttribute(name);
  return svg.replace("<svg ", () => `<svg role="img" aria-label="${text}" `);
}

import { readFileSync } from "node:fs";
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
 * The picture carries the figure's title as its accessible name.
 */
export async function renderSvg(figure: Figure, { width, height }: PictureSize): Promise<string> {
  plotlyWindow ??= loadPlotly();
  const { document, Plotly } = await plotlyWindow;
  const node = document.createElement("div");
  document.body.appendChild(node);
  try {
    const { data, layout } = structuredClone(figure) as Figure;
    await Plotly.newPlot(node, data, { ...layout, width, height }, { staticPlot: true });
    const svg = await Plotly.toImage(node, { format: "svg", width, height, imageDataOnly: true });
    return nameSvg(svg, figure.alt);
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

/** jsdom lays nothing out: text is measured by its length and font size, which places labels well enough. */
function addMeasures(window: Record<string, unknown>): void {
  const svg = (window as { SVGElement: { prototype: Record<string, unknown> } }).SVGElement.prototype;
  const element = (window as { HTMLElement: { prototype: Record<string, unknown> } }).HTMLElement.prototype;
  const measure = function (this: TextLike) {
    const fontSize = Number.parseFloat(this.style?.fontSize ?? "") || 12;
    const lines = (this.textContent ?? "").split("\n");
    const width = Math.max(0, ...lines.map((line) => line.length)) * fontSize * 0.56;
    const height = fontSize * 1.2;
    return { x: 0, y: -fontSize, width, height, top: 0, left: 0, right: width, bottom: height };
  };
  svg.getBBox = measure;
  svg.getBoundingClientRect = measure;
  svg.getComputedTextLength = function (this: TextLike) {
    return measure.call(this).width;
  };
  Object.assign(window, { TextDecoder, TextEncoder });
  const canvas = (window as { HTMLCanvasElement: { prototype: Record<string, unknown> } }).HTMLCanvasElement
    .prototype;
  canvas.getContext = () => null;
  element.scrollIntoView = () => undefined;
  window.matchMedia = () => ({
    matches: false,
    addListener() {},
    removeListener() {},
    addEventListener() {},
  });
  (window as { URL: Record<string, unknown> }).URL.createObjectURL = () => "";
}

interface TextLike {
  readonly textContent: string | null;
  readonly style?: { readonly fontSize?: string };
}

function nameSvg(svg: string, name: string): string {
  const text = name
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
  return svg.replace("<svg ", `<svg role="img" aria-label="${text}" `);
}

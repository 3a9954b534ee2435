import type { DataFrame } from "danfojs-node";
import type { Figure } from "./figures";
import { renderSvg } from "./svg";

interface Kernel {
  lastWriteDisplayData: ((message: object, isUpdate: boolean) => void) | null;
}

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

/** Shows the first rows of a frame as a table: dtypes under the names, numbers to the right, nulls visible. */
export function showFrame(
  frame: DataFrame,
  { rows = 10, caption = "", decimals = 4 }: ShowFrameOptions = {},
): void {
  const cells = (frame.values as unknown[][]).slice(0, rows);
  const texts = cells.map((row) => row.map((cell) => toText(cell, decimals)));
  const isNumeric = frame.dtypes.map((dtype) => dtype === "int32" || dtype === "float32");
  const size = `${frame.shape[0]} rows × ${frame.shape[1]} columns`;
  const align = (column: number) => ` style="text-align:${isNumeric[column] ? "right" : "left"}"`;
  const head = frame.columns.map((name, column) => {
    return `<th${align(column)}>${escapeHtml(name)}<br><small>${frame.dtypes[column]}</small></th>`;
  });
  const body = texts.map((row) => {
    const columns = row.map((text, column) => {
      return `<td${align(column)}>${text === null ? "<i>null</i>" : escapeHtml(shorten(text))}</td>`;
    });
    return `<tr>${columns.join("")}</tr>`;
  });
  const html = [
    "<table>",
    caption ? `<caption style="text-align:left">${escapeHtml(caption)}</caption>` : "",
    `<thead><tr>${head.join("")}</tr></thead>`,
    `<tbody>${body.join("")}</tbody></table><p><small>${size}</small></p>`,
  ].join("");
  const plain = [frame.columns, ...texts.map((row) => row.map((text) => text ?? "null"))];
  display({ "text/html": html, "text/plain": `${plain.map((row) => row.join("\t")).join("\n")}\n${size}` });
}

/** Shows a figure: interactive where Plotly is drawn, as a static picture elsewhere, in words where there is no picture. */
export async function showFigure(
  figure: Figure,
  { width = 820, height = 460 }: ShowFigureOptions = {},
): Promise<void> {
  const svg = await renderSvg(figure, { width, height });
  const { data, layout } = figure;
  display({
    "application/vnd.plotly.v1+json": { data, layout: { ...layout, height }, config: { displaylogo: false } },
    "image/svg+xml": svg,
    "text/plain": figure.alt,
  });
}

function display(data: Record<string, unknown>): void {
  const write = findKernel()?.lastWriteDisplayData;
  if (write) write({ data, metadata: {}, transient: {} }, false);
  else process.stdout.write(`${data["text/plain"]}\n`);
}

/** tslab's module for messages to Jupyter, if this process is its kernel. */
function findKernel(): Kernel | undefined {
  const path = Object.keys(require.cache).find((one) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(one));
  return path === undefined ? undefined : (require.cache[path]?.exports as Kernel);
}

function toText(cell: unknown, decimals: number): string | null {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return null;
  return typeof cell === "number" && !Number.isInteger(cell) ? cell.toFixed(decimals) : String(cell);
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

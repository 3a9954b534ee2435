import type { DataFrame } from "danfojs-node";
import { type Bundle, display } from "./display";
import type { Figure } from "./figures";
import { alignOf, renderTable, type TableColumn, toColumns, toPlain } from "./frame-table";
import { profileColumn, renderProfile } from "./head-profile";
import type { ToldTable } from "./page-elements";
import { renderSvg } from "./svg";
import { packCells, renderScript } from "./table-script";

export interface ShowFrameOptions {
  /** How many rows to show at most, on each page where there are pages; default 10. */
  readonly rows?: number;
  /** Shown above the table. */
  readonly caption?: string;
  /** Decimals of numbers that are not whole; default 4. */
  readonly decimals?: number;
  /** Whether it can be sorted, filtered and paged; default: where it has over 10 rows. */
  readonly interactive?: boolean;
  /** Whether a profile of all rows stands above each column, where it is interactive; default: where it has over 20 rows. */
  readonly profile?: boolean;
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
export function renderFrame(frame: DataFrame, options: ShowFrameOptions = {}): Bundle {
  const { interactive = rowCountOf(frame) > 10 } = options;
  const { html, plain, told } = toFrameView(frame, { ...options, interactive });
  return { "text/html": interactive ? `${html}${renderScript(told)}` : html, "text/plain": plain };
}

/** A frame as it is shown: what stands there without a script, and what a script is told. */
export interface FrameView {
  readonly html: string;
  readonly plain: string;
  readonly told: ToldTable;
  /** How many rows there are for the script. */
  readonly there: number;
}

/** A frame as HTML and as text, with what a script behind it needs. */
export function toFrameView(frame: DataFrame, options: ShowFrameOptions): FrameView {
  const { rows = 10, caption = "", decimals = 4, interactive = true } = options;
  const { profile = interactive && rowCountOf(frame) > 20 } = options;
  const columns = toColumns(frame, interactive ? Math.max(rows, mostRows) : rows, decimals);
  const size = Math.min(rows, rowCountOf(frame));
  const words = describeSize(frame, size);
  const head = { caption, belowHead: profile ? renderProfiles(frame, columns) : "" };
  const html = `${renderTable(columns, size, head)}<p><small>${words}</small></p>`;
  const lines = Array.from({ length: size }, (_, row) =>
    columns.map(({ texts }) => toPlain(texts[row] ?? null)),
  );
  const plain = [frame.columns, ...lines].map((texts) => texts.join("\t"));
  return {
    html: interactive ? `<div>${html}</div>` : html,
    plain: [caption, ...plain, words].filter((line) => line !== "").join("\n"),
    ...toTold(frame, columns, { size, profile }),
  };
}

/** So many rows of a frame are in the page, those shown first included. */
const mostRows = 1000;

function renderProfiles(frame: DataFrame, columns: readonly TableColumn[]): string {
  const rows = frame.values as unknown[][];
  const cells = columns.map(({ isNumeric }, index) => {
    const profile = profileColumn(rows.map((row) => row[index]));
    return `<td${alignOf(isNumeric)}>${renderProfile(profile)}</td>`;
  });
  return `<tr>${cells.join("")}</tr>`;
}

function toTold(
  frame: DataFrame,
  columns: readonly TableColumn[],
  { size, profile }: { size: number; profile: boolean },
) {
  const { cells, count } = packCells(columns, size);
  const [there, all] = [size + count, rowCountOf(frame)];
  const limit = there < all ? `, the first ${there} here${profile ? "; profiles are of all" : ""}` : "";
  const places = columns.map((column) => column.places);
  return { there, told: { size, note: `${describeSize(frame, all)}${limit}`, places, cells } };
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

function rowCountOf(frame: DataFrame): number {
  return frame.shape[0] ?? 0;
}

function describeSize(frame: DataFrame, shown: number): string {
  const [rows = 0, columns = 0] = frame.shape;
  const size = `${rows} ${rows === 1 ? "row" : "rows"} × ${columns} ${columns === 1 ? "column" : "columns"}`;
  return shown < rows ? `${size}, the first ${shown} shown` : size;
}

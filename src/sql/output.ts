import { formatTable } from "../base/terminal";
import { cutText, formatCount } from "../base/text";
import type { SqlColumn, SqlStream, SqlValue } from "./values";

/** Rows for a person to read: the first of a result, and how many it has. */
export interface ShownRows {
  readonly columns: readonly SqlColumn[];
  readonly rows: readonly (readonly SqlValue[])[];
  readonly rowCount: number;
}

/** Reads a result to its end and keeps its first rows. */
export async function takeRows({ columns, batches }: SqlStream, limit: number): Promise<ShownRows> {
  const rows: (readonly SqlValue[])[] = [];
  let rowCount = 0;
  for await (const batch of batches) {
    rows.push(...batch.slice(0, Math.max(0, limit - rows.length)));
    rowCount += batch.length;
  }
  return { columns, rows, rowCount };
}

/**
 * A table: types under the names, numbers to the right, nulls as "null", long text cut, control characters escaped,
 * below it how many rows there are. Where it is wider than `width` characters (default: no limit), its text is cut
 * further, then columns in the middle are left out. What EXPLAIN gives stays as it is.
 */
export function formatRows(shown: ShownRows, width = Number.POSITIVE_INFINITY): string {
  if (shown.columns[1]?.name === "explain_value")
    return shown.rows
      .map(([, plan]) => plan)
      .join("\n")
      .trimEnd();
  const { columns, leftOut } = fitColumns(toTextColumns(shown), width);
  const head = columns.map(({ name, type }) => `${name}\n${type}`);
  const rows = shown.rows.map((_, row) => columns.map(({ cells }) => cells[row] ?? ""));
  const numeric = columns.flatMap(({ isNumeric }, index) => (isNumeric ? [index] : []));
  return `${formatTable(head, rows, numeric)}\n${describeSize(shown, leftOut)}`;
}

/** The files of an export as a table. */
export function formatFiles(
  files: readonly {
    readonly table: string;
    readonly rows: number;
    readonly bytes: number;
    readonly path: string;
  }[],
): string {
  const rows = files.map((file) => [
    file.table,
    formatCount(file.rows),
    formatCount(file.bytes),
    escapeControls(file.path),
  ]);
  return formatTable(["table", "rows", "bytes", "file"], rows, [1, 2]);
}

/** The rows as one JSON array, a row a line; see toJsonText for the values. */
export async function* jsonLines({ columns, batches }: SqlStream): AsyncGenerator<string> {
  let separator = "[\n";
  for await (const batch of batches) {
    const lines = batch.map((row) =>
      toJsonText(Object.fromEntries(columns.map(({ name }, index) => [name, row[index]]))),
    );
    yield separator + lines.join(",\n");
    separator = ",\n";
  }
  yield separator === ",\n" ? "\n]\n" : "[]\n";
}

/**
 * The rows as CSV by RFC 4180: a line of names, CRLF, quotes where they are needed. Null is empty, empty text is "",
 * nested values are JSON.
 */
export async function* csvLines({ columns, batches }: SqlStream): AsyncGenerator<string> {
  let head = toCsvLine(columns.map(({ name }) => name));
  for await (const batch of batches) {
    yield head + batch.map(toCsvLine).join("");
    head = "";
  }
  if (head !== "") yield head;
}

/** JSON, with whole numbers beyond 2^53 and what is no number (NaN, Infinity) as text. */
export function toJsonText(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => {
    if (typeof one === "bigint") return Number.isSafeInteger(Number(one)) ? Number(one) : String(one);
    return typeof one === "number" && !Number.isFinite(one) ? String(one) : one;
  });
}

function toCsvLine(values: readonly SqlValue[]): string {
  return `${values.map(toCsvCell).join(",")}\r\n`;
}

function toCsvCell(value: SqlValue): string {
  if (value === null) return "";
  const text = typeof value === "object" ? toJsonText(value) : String(value);
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

interface TextColumn {
  readonly name: string;
  readonly type: string;
  readonly isNumeric: boolean;
  readonly cells: readonly string[];
}

const widestCell = 60;
const narrowestCell = 16;
const numericType = /^(U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL|BIGNUM)\b[^[]*$/;

function toTextColumns({ columns, rows }: ShownRows): TextColumn[] {
  return columns.map(({ name, type }, index) => {
    const cells = rows.map((row) => toCell(row[index] ?? null));
    return cutColumn(
      { name: escapeControls(name), type, isNumeric: numericType.test(type), cells },
      widestCell,
    );
  });
}

/** Control characters would be carried out by the terminal. */
function toCell(value: SqlValue): string {
  if (value === null) return "null";
  return escapeControls(typeof value === "object" ? toJsonText(value) : String(value));
}

function escapeControls(text: string): string {
  const escapeOne = (one: string) =>
    JSON.stringify(one).startsWith('"\\') ? JSON.stringify(one).slice(1, -1) : "\ufffd";
  return text.replaceAll(/\p{Cc}/gu, escapeOne);
}

function fitColumns(
  columns: readonly TextColumn[],
  width: number,
): { columns: readonly TextColumn[]; leftOut: number } {
  for (const most of [widestCell, 40, 28, 20, narrowestCell]) {
    const cut = columns.map((column) => cutColumn(column, most));
    if (widthOf(cut) <= width) return { columns: cut, leftOut: 0 };
  }
  const cut = columns.map((column) => cutColumn(column, narrowestCell));
  const gap = { name: "…", type: "", isNumeric: false, cells: cut[0]?.cells.map(() => "…") ?? [] };
  const keep = (count: number) => [
    ...cut.slice(0, Math.ceil(count / 2)),
    gap,
    ...cut.slice(cut.length - Math.floor(count / 2)),
  ];
  if (cut.length <= 2) return { columns: cut, leftOut: 0 };
  let kept = cut.length - 1;
  while (kept > 2 && widthOf(keep(kept)) > width) kept--;
  return { columns: keep(kept), leftOut: cut.length - kept };
}

/** Numbers are never cut: a part of one would be another. */
function cutColumn(column: TextColumn, most: number): TextColumn {
  const cut = (text: string) => cutText(text, most);
  const cells = column.isNumeric ? column.cells : column.cells.map(cut);
  return { ...column, type: cut(column.type), cells };
}

/** Characters of a line, with a frame and two spaces a column. */
function widthOf(columns: readonly TextColumn[]): number {
  const widths = columns.map(({ name, type, cells }) =>
    Math.max(...[name, type, ...cells].map((text) => [...text].length)),
  );
  return widths.reduce((sum, width) => sum + width + 3, 1);
}

function describeSize({ rows, rowCount, columns }: ShownRows, leftOut: number): string {
  const rowsShown = rows.length < rowCount ? `, the first ${formatCount(rows.length)} shown` : "";
  const columnsShown =
    leftOut > 0
      ? `; ${columns.length - leftOut} of ${columns.length} columns shown: name those you want to see`
      : "";
  return `${formatCount(rowCount)} ${rowCount === 1 ? "row" : "rows"}${rowsShown}${columnsShown}`;
}

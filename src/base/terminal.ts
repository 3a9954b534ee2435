import Table from "cli-table3";
import { cutText } from "./text";

/** Draws a table with its head; columns are counted from 0. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  rightAligned: readonly number[],
): string {
  const colAligns = head.map((_, column) => (rightAligned.includes(column) ? "right" : "left"));
  const table = new Table({ head: [...head], colAligns, style: { head: [], border: [], compact: true } });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** Cuts the last column of a table's rows so that the table is no wider than `width` characters, but leaves it 12. */
export function cutLast(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string[][] {
  const lines = [head, ...rows];
  const others = head.slice(0, -1).map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const room = width - others.reduce((sum, one) => sum + one + 3, 4);
  return rows.map((row) =>
    row.map((text, at) => (at < row.length - 1 ? text : cutText(text, Math.max(room, 12)))),
  );
}

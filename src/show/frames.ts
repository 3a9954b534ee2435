import type { ColumnType, RowOf, Table, TableName } from "../tables/tables";
import { DataFrame } from "./danfo";

/** What a cell of a frame holds. */
export type Cell = string | number | boolean | null;

/**
 * Makes rows a danfo frame (n rows x k columns). danfo matches values by position, so every row is rebuilt with the
 * same keys in the same order, null for what is missing; bigint becomes a number where it is exact (else text), nested
 * values become JSON text. A column's dtype follows from all of its values, where danfo would look at the first ones.
 *
 * @param columns which keys, in which order; default: those of the first row
 */
export function toFrame<R extends object>(
  rows: readonly R[],
  columns?: readonly (keyof R & string)[],
): DataFrame {
  const names = columns ?? (Object.keys(rows[0] ?? {}) as (keyof R & string)[]);
  if (rows.length === 0) return new DataFrame([], { columns: [...names] });
  const cells = rows.map((row) => names.map((name) => toCell(row[name])));
  const dtypes = names.map((_, column) => toDtype(cells.map((row) => row[column] ?? null)));
  return new DataFrame(cells, { columns: [...names], dtypes });
}

/** A frame's rows as objects. */
export function fromFrame(frame: DataFrame): Record<string, Cell>[] {
  const rows = frame.values as Cell[][];
  return rows.map((cells) =>
    Object.fromEntries(frame.columns.map((name, index) => [name, cells[index] ?? null])),
  );
}

/**
 * A frame's rows as a table's, in its columns' order: what toFrame changed is changed back (INT64 to bigint, lists and
 * structs from their JSON text). The values are checked when they are written.
 */
export function toRows<N extends TableName>(frame: DataFrame, { columns }: Table<N>): RowOf<N>[] {
  return fromFrame(frame).map((row) => {
    const cells = columns.map(({ name, type }) => {
      const cell = row[name] ?? null;
      const isNested = cell !== null && typeof type !== "string";
      return [name, toValue(type, isNested ? JSON.parse(`${cell}`) : cell)];
    });
    return Object.fromEntries(cells);
  });
}

/** A cell, or a value of its JSON, as its type has it. */
function toValue(type: ColumnType, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof type === "string") return type === "INT64" ? BigInt(value as string | number) : value;
  if ("list" in type) return (value as unknown[]).map((item) => toValue(type.list.type, item));
  const values = value as Record<string, unknown>;
  return Object.fromEntries(
    type.struct.map((field) => [field.name, toValue(field.type, values[field.name])]),
  );
}

/** An instant (ms UTC) as ISO 8601 text, which a frame can hold; null stays null. */
export function toInstantText(ms: number | bigint | null): string | null {
  return ms === null ? null : new Date(Number(ms)).toISOString();
}

function toCell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === "bigint")
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object"
    ? JSON.stringify(value, (_, one) => (typeof one === "bigint" ? `${one}` : one))
    : (value as Cell);
}

/** The narrowest of danfo's four dtypes that holds every value; it is storage and says nothing of nulls. */
function toDtype(cells: readonly Cell[]): string {
  const known = cells.filter((cell) => cell !== null);
  if (known.length === 0) return "float32"; // danfo's own choice
  if (known.every((cell) => typeof cell === "boolean")) return "boolean";
  if (!known.every((cell) => typeof cell === "number")) return "string";
  return known.every((cell) => Number.isInteger(cell) && Math.abs(cell) < 2 ** 31) ? "int32" : "float32";
}

import type { Column, ColumnType, Table } from "../tables/tables";
import { ownSyntax, renderType } from "../tables/types";
import { describeField, type Schema } from "./schema";

/** One field of a schema as it is put beside those of others: at a path of the event. */
export interface SchemaRow {
  readonly path: string;
  /** A list's type is written out: `LIST<STRUCT<id STRING>>`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly note?: string;
}

/** What was observed: the columns that a sample implies. */
export function rowsOfColumns(columns: readonly Column[]): SchemaRow[] {
  return columns.map(({ name, type, nullable }) => ({ path: name, type: formatType(type), nullable }));
}

/** What is demanded: a schema's fields, each with what it asks for in words. */
export function rowsOfSchema<R>(schema: Schema<R>): SchemaRow[] {
  return schema.fields.map((field) => {
    const { path, type, nullable } = field;
    return { path, type, nullable, note: describeField(field) };
  });
}

/** What lands: a table's columns at the paths that the schema takes them from; those of no path under their own name. */
export function rowsOfTable<R>({ columns }: Table, schema: Schema<R>): SchemaRow[] {
  const fields = new Map(schema.fields.map(({ column, path }) => [column as string, path]));
  return columns.map(({ name, type, nullable }) => {
    const path = fields.get(name) ?? name;
    const row = { path, type: formatType(type), nullable };
    return path === name ? row : { ...row, note: `as ${name}` };
  });
}

/** Writes a column's type; the fields of structs in alphabetical order. */
export function formatType(type: ColumnType): string {
  return renderType(type, { ...ownSyntax, struct: (fields) => ownSyntax.struct([...fields].sort()) });
}

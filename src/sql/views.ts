import type { Column, ColumnType, Table } from "../tables/tables";
import { renderType, type TypeSyntax, typeNames } from "../tables/types";
import { quoteName, quoteText } from "./duckdb";

/** The table's columns and types for whatever asks for these alone; an error for what asks for rows. */
export function toEmptyView({ name, columns }: Table): string {
  const reason = `${name} is not fetched: a query has to hold a table's name as one word`;
  return `CREATE OR REPLACE VIEW ${quoteName(name)} AS SELECT ${nullColumns(columns)} FROM (SELECT error(${quoteText(reason)}) AS stop) WHERE stop IS NOT NULL`;
}

/**
 * The table's rows, from files at local paths. The times of files that were written before they said so are UTC too,
 * which DuckDB would take for times without a zone. `isMixed`: whether files may lack columns, which are null then.
 */
export function toFileView(
  { name, columns }: Table,
  paths: readonly string[],
  { isMixed = false }: { readonly isMixed?: boolean | undefined } = {},
): string {
  const times = columns.filter(({ type }) => holdsTime(type));
  const zoned = times.map((column) => {
    const quoted = quoteName(column.name);
    return `${quoted}::${renderType(column.type, duckdbSyntax)} AS ${quoted}`;
  });
  const selection = zoned.length > 0 ? `* REPLACE (${zoned.join(", ")})` : "*";
  if (paths.length === 0) return toNoRowsView({ name, columns });
  const files = paths.map(quoteText).join(", ");
  const read = `read_parquet([${files}], hive_partitioning = false${isMixed ? ", union_by_name = true" : ""})`;
  const source = isMixed
    ? `(SELECT ${nullColumns(columns)} WHERE false UNION ALL BY NAME FROM ${read})`
    : read;
  return `CREATE OR REPLACE VIEW ${quoteName(name)} AS SELECT ${selection} FROM ${source}`;
}

function toNoRowsView({ name, columns }: Pick<Table, "name" | "columns">): string {
  return `CREATE OR REPLACE VIEW ${quoteName(name)} AS SELECT ${nullColumns(columns)} WHERE false`;
}

function nullColumns(columns: readonly Column[]): string {
  return columns
    .map(({ name, type }) => `NULL::${renderType(type, duckdbSyntax)} AS ${quoteName(name)}`)
    .join(", ");
}

function holdsTime(type: ColumnType): boolean {
  if (typeof type === "string") return type === "TIMESTAMP";
  return "list" in type ? holdsTime(type.list.type) : type.struct.some((field) => holdsTime(field.type));
}

const duckdbSyntax: TypeSyntax = {
  scalar: (type) => typeNames[type].duckdb,
  field: (name, type) => `${quoteName(name)} ${type}`,
  list: (element) => `${element}[]`,
  struct: (fields) => `STRUCT(${fields.join(", ")})`,
};

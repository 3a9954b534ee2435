import type { ColumnType, Table } from "../tables/tables";
import { renderType, type TypeSyntax, typeNames } from "../tables/types";
import { quoteName, quoteText } from "./duckdb";

/** The table's columns and types for whatever asks for these alone; an error for what asks for rows. */
export function toEmptyView({ name, columns }: Table): string {
  const list = columns.map(
    (column) => `NULL::${renderType(column.type, duckdbSyntax)} AS ${quoteName(column.name)}`,
  );
  const reason = `${name} is not fetched: a query has to hold a table's name as one word`;
  return `CREATE VIEW ${quoteName(name)} AS SELECT ${list.join(", ")} FROM (SELECT error(${quoteText(reason)}) AS stop) WHERE stop IS NOT NULL`;
}

/**
 * The table's rows, from files at local paths. The times of files that were written before they said so are UTC too,
 * which DuckDB would take for times without a zone.
 */
export function toFileView({ name, columns }: Table, paths: readonly string[]): string {
  const times = columns.filter(({ type }) => holdsTime(type));
  const zoned = times.map((column) => {
    const quoted = quoteName(column.name);
    return `${quoted}::${renderType(column.type, duckdbSyntax)} AS ${quoted}`;
  });
  const selection = zoned.length > 0 ? `* REPLACE (${zoned.join(", ")})` : "*";
  if (paths.length === 0) return toNoRowsView({ name, columns });
  const files = paths.map(quoteText).join(", ");
  return `CREATE OR REPLACE VIEW ${quoteName(name)} AS SELECT ${selection} FROM read_parquet([${files}], hive_partitioning = false)`;
}

function toNoRowsView({ name, columns }: Pick<Table, "name" | "columns">): string {
  const list = columns.map(
    (column) => `NULL::${renderType(column.type, duckdbSyntax)} AS ${quoteName(column.name)}`,
  );
  return `CREATE OR REPLACE VIEW ${quoteName(name)} AS SELECT ${list.join(", ")} WHERE false`;
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

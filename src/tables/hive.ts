import type { Table } from "./tables";
import { renderType, type TypeSyntax, typeNames } from "./types";

const hiveSyntax: TypeSyntax = {
  scalar: (type) => typeNames[type].hive,
  field: (name, type) => `${quoteName(name)}: ${type}`,
  list: (element) => `ARRAY<${element}>`,
  struct: (fields) => `STRUCT<${fields.join(", ")}>`,
};

/**
 * Writes the statement that makes a table of the lake known to Hive, and to what shares its metastore.
 *
 * @param location Address of the table's directory, such as hdfs://127.0.0.1:8020/user-activity/grades_ID.
 */
export function toHiveTable(table: Table, location: string): string {
  return toStatement(table, location, ["CREATE EXTERNAL TABLE", "STORED AS PARQUET"]);
}

/** Writes the same for a Spark that has no metastore of Hive's. */
export function toSparkTable(table: Table, location: string): string {
  return toStatement(table, location, ["CREATE TABLE", "USING PARQUET"]);
}

function toStatement(
  { name, columns, doc = "" }: Table,
  location: string,
  [create, storage]: readonly [string, string],
): string {
  const lines = columns.map((column) => {
    return `  ${quoteName(column.name)} ${renderType(column.type, hiveSyntax)} COMMENT ${quoteText(column.doc ?? "")}`;
  });
  return [
    `${create} ${quoteName(name)} (`,
    lines.join(",\n"),
    ")",
    `COMMENT ${quoteText(doc)}`,
    storage,
    `LOCATION ${quoteText(location)};`,
  ].join("\n");
}

function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function quoteText(text: string): string {
  return `'${text.replace(/['\\;]/g, "\\$&")}'`;
}

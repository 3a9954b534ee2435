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
export function toHiveTable({ name, columns, doc = "" }: Table, location: string): string {
  const lines = columns.map((column) => {
    return `  ${quoteName(column.name)} ${renderType(column.type, hiveSyntax)} COMMENT ${quoteText(column.doc ?? "")}`;
  });
  return [
    `CREATE EXTERNAL TABLE ${quoteName(name)} (`,
    lines.join(",\n"),
    ")",
    `COMMENT ${quoteText(doc)}`,
    "STORED AS PARQUET",
    `LOCATION ${quoteText(location)};`,
  ].join("\n");
}

function quoteName(name: string): string {
  return `\`${name}\``;
}

function quoteText(text: string): string {
  return `'${text.replace(/['\\;]/g, "\\$&")}'`;
}

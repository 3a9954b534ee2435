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
  const { name, doc = "" } = table;
  return [
    `CREATE EXTERNAL TABLE ${quoteName(name)} (`,
    listColumns(table),
    ")",
    `COMMENT ${quoteText(doc)}`,
    "STORED AS PARQUET",
    `LOCATION ${quoteText(location)};`,
  ].join("\n");
}

/** Writes the statement for a Spark that has no metastore of Hive's: it takes no external tables, nor STORED AS. */
export function toSparkTable(table: Table, location: string): string {
  const { name, doc = "" } = table;
  return [
    `CREATE TABLE ${quoteName(name)} (`,
    listColumns(table),
    ")",
    "USING PARQUET",
    `COMMENT ${quoteText(doc)}`,
    `LOCATION ${quoteText(location)};`,
  ].join("\n");
}

function listColumns({ columns }: Table): string {
  const lines = columns.map(({ name, type, doc = "" }) => {
    return `  ${quoteName(name)} ${renderType(type, hiveSyntax)} COMMENT ${quoteText(doc)}`;
  });
  return lines.join(",\n");
}

function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function quoteText(text: string): string {
  return `'${text.replace(/['\\;]/g, "\\$&")}'`;
}

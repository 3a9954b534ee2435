import type { Column, ScalarType, Table } from "./tables";

const hiveTypes: Readonly<Record<ScalarType, string>> = {
  STRING: "STRING",
  INT32: "INT",
  INT64: "BIGINT",
  DOUBLE: "DOUBLE",
  BOOLEAN: "BOOLEAN",
  TIMESTAMP: "TIMESTAMP",
};

/**
 * Writes the statement that makes a table of the lake known to Hive, and to what shares its metastore.
 *
 * @param location Address of the table's directory, such as hdfs://127.0.0.1:8020/user-activity/grades_ID.
 */
export function toHiveTable({ name, columns, doc = "" }: Table, location: string): string {
  const lines = columns.map((column) => {
    return `  ${quoteName(column.name)} ${toHiveType(column.type)} COMMENT ${quoteText(column.doc ?? "")}`;
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

function toHiveType(type: Column["type"]): string {
  if (typeof type === "string") return hiveTypes[type];
  const fields = type.map((field) => `${quoteName(field.name)}: ${toHiveType(field.type)}`);
  return `ARRAY<STRUCT<${fields.join(", ")}>>`;
}

function quoteName(name: string): string {
  return `\`${name}\``;
}

function quoteText(text: string): string {
  return `'${text.replace(/['\\;]/g, "\\$&")}'`;
}

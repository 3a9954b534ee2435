import type { ColumnType, ScalarType } from "./columns";

/** What a scalar type is called elsewhere. */
export interface TypeNames {
  /** As parquetjs-lite calls it: a primitive type, or what it is converted from. */
  readonly parquet: string;
  readonly duckdb: string;
  readonly hive: string;
  readonly iceberg: string;
  /** In a Data Package (Frictionless, Table Schema). */
  readonly dataPackage: string;
}

/** The one map from our types to those of formats and engines; an instant is a time in UTC for each of them, a day the calendar's. */
export const typeNames: Readonly<Record<ScalarType, TypeNames>> = {
  STRING: { parquet: "UTF8", duckdb: "VARCHAR", hive: "STRING", iceberg: "string", dataPackage: "string" },
  INT32: { parquet: "INT32", duckdb: "INTEGER", hive: "INT", iceberg: "int", dataPackage: "integer" },
  INT64: { parquet: "INT64", duckdb: "BIGINT", hive: "BIGINT", iceberg: "long", dataPackage: "integer" },
  DOUBLE: { parquet: "DOUBLE", duckdb: "DOUBLE", hive: "DOUBLE", iceberg: "double", dataPackage: "number" },
  BOOLEAN: {
    parquet: "BOOLEAN",
    duckdb: "BOOLEAN",
    hive: "BOOLEAN",
    iceberg: "boolean",
    dataPackage: "boolean",
  },
  TIMESTAMP: {
    parquet: "TIMESTAMP_MILLIS",
    duckdb: "TIMESTAMPTZ",
    hive: "TIMESTAMP",
    iceberg: "timestamptz",
    dataPackage: "datetime",
  },
  DATE: { parquet: "DATE", duckdb: "DATE", hive: "DATE", iceberg: "date", dataPackage: "date" },
};

/** How a language writes types. */
export interface TypeSyntax {
  readonly scalar: (type: ScalarType) => string;
  readonly field: (name: string, type: string) => string;
  readonly list: (element: string) => string;
  readonly struct: (fields: readonly string[]) => string;
}

/** Our own words, which pages, catalogue and footers use. */
export const ownSyntax: TypeSyntax = {
  scalar: (type) => type,
  field: (name, type) => `${name} ${type}`,
  list: (element) => `LIST<${element}>`,
  struct: (fields) => `STRUCT<${fields.join(", ")}>`,
};

/** Writes a column's type in a language. */
export function renderType(type: ColumnType, syntax: TypeSyntax): string {
  if (typeof type === "string") return syntax.scalar(type);
  if ("list" in type) return syntax.list(renderType(type.list.type, syntax));
  return syntax.struct(type.struct.map((field) => syntax.field(field.name, renderType(field.type, syntax))));
}

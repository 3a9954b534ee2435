/**
 * A scalar's logical type. TIMESTAMP is milliseconds since 1970-01-01T00:00Z, INT64 in storage, adjusted to UTC: pyarrow
 * reads it as timestamp[ms, tz=UTC], DuckDB as TIMESTAMP WITH TIME ZONE. DATE is days since 1970-01-01, INT32 in storage.
 */
export type ScalarType = "STRING" | "INT32" | "INT64" | "DOUBLE" | "BOOLEAN" | "TIMESTAMP" | "DATE";

/** What a list holds, as a column that is called `element`. */
export interface ListType {
  readonly list: Column;
}

/** A struct's fields. */
export interface StructType {
  readonly struct: readonly Column[];
}

/** A column's type: lists and structs hold others, to any depth. A map is a list of structs of `key` and `value`. */
export type ColumnType = ScalarType | ListType | StructType;

/** One column of a table, one field of a struct, or what a list holds. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Whether null may stand in it; a column that is not nullable never holds one. */
  readonly nullable: boolean;
  /** What it holds, in one sentence. */
  readonly doc?: string;
  /** What null means in it, as the end of a sentence; only of a column that is nullable. */
  readonly nullMeans?: string;
  /** What its numbers count or measure; text, flags and names have none, and all TIMESTAMPs the same. */
  readonly unit?: string;
  /** Least and greatest value, both inclusive. */
  readonly min?: number;
  readonly max?: number;
}

/** What a column's numbers measure, and their bounds. */
export type Measure = Pick<Column, "unit" | "min" | "max">;

/** Defines a column that never holds null. */
export function required(name: string, type: ColumnType, doc: string, measure: Measure = {}): Column {
  return { name, type, nullable: false, doc, ...measure };
}

/** Defines a column in which null has a meaning. */
export function nullable(
  name: string,
  type: ColumnType,
  doc: string,
  nullMeans: string,
  measure: Measure = {},
): Column {
  return { name, type, nullable: true, doc, nullMeans, ...measure };
}

/** The type of a list whose elements are structs of these fields, none of them null. */
export function listOfStructs(fields: readonly Column[]): ListType {
  return { list: { name: "element", type: { struct: fields }, nullable: false } };
}

/** The fields of the structs that a type is or lists, at any depth; none of scalars. */
export function fieldsOf(type: ColumnType): readonly Column[] {
  if (typeof type === "string") return [];
  return "list" in type ? fieldsOf(type.list.type) : type.struct;
}

/**
 * A column's logical type. TIMESTAMP is milliseconds since 1970-01-01T00:00Z, INT64 in storage, adjusted to UTC: pyarrow
 * reads it as timestamp[ms, tz=UTC], DuckDB as TIMESTAMP WITH TIME ZONE.
 */
export type ScalarType = "STRING" | "INT32" | "INT64" | "DOUBLE" | "BOOLEAN" | "TIMESTAMP";

/** One column of a table, or one field of the structs in a list column. */
export interface Column {
  readonly name: string;
  /** A scalar, or the fields of LIST<STRUCT<...>>. */
  readonly type: ScalarType | readonly Column[];
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
export function required(name: string, type: Column["type"], doc: string, measure: Measure = {}): Column {
  return { name, type, nullable: false, doc, ...measure };
}

/** Defines a column in which null has a meaning. */
export function nullable(
  name: string,
  type: ScalarType,
  doc: string,
  nullMeans: string,
  measure: Measure = {},
): Column {
  return { name, type, nullable: true, doc, nullMeans, ...measure };
}

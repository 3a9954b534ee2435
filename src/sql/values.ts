/**
 * A value of a query's result. Integers up to 32 bits, DOUBLE and DECIMAL are numbers, BIGINT and HUGEINT bigint, lists
 * arrays, structs objects, maps arrays of { key, value }; TIMESTAMPTZ, an instant, is ms UTC or ISO 8601 text, as asked
 * for, and so is TIMESTAMP, a time without a zone, its ms as if it were UTC, its text without Z; DATE is text
 * (2018-01-23), and so is every other type.
 */
export type SqlValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly SqlValue[]
  | { readonly [name: string]: SqlValue };

/** How timestamps come: whole ms since 1970 UTC, or ISO 8601 text, an instant's in UTC. */
export type TimestampForm = "ms" | "text";

/** One column of a result. */
export interface SqlColumn {
  /** As the query names it; a name that occurs again has ":1", ":2" and so on behind it. */
  readonly name: string;
  /** DuckDB's type, for example BIGINT or STRUCT("id" VARCHAR)[]. */
  readonly type: string;
}

/** What a parameter of a query may be; a Date becomes a TIMESTAMPTZ. */
export type SqlParameter = string | number | bigint | boolean | Date | null;

/** A query's result, a chunk of rows (2,048 at most) at a time. */
export interface SqlStream {
  readonly columns: readonly SqlColumn[];
  /** Rows in the result's order, their values in the order of the columns; to be read once. */
  readonly batches: AsyncIterable<readonly (readonly SqlValue[])[]>;
}

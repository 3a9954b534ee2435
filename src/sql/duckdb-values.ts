import type { DuckDBValue } from "@duckdb/node-api";
import type { SqlParameter, SqlValue, TimestampForm } from "./values";

/** DuckDB's package, which is loaded when it is first needed. */
export type DuckDb = typeof import("@duckdb/node-api");

const infiniteMicros = 2n ** 63n - 1n;
const maxDateMs = 8_640_000_000_000_000;

/** Makes the function that turns DuckDB's values into ours. */
export function createValueReader(
  duckdb: DuckDb,
  timestamps: TimestampForm,
): (value: DuckDBValue) => SqlValue {
  const toTime = (micros: bigint, value: object): number | string =>
    timestamps === "ms" ? toMs(micros) : toIsoText(duckdb, micros, value);
  const read = (value: DuckDBValue): SqlValue => {
    if (value === null || typeof value !== "object") return value;
    const micros = toMicros(duckdb, value);
    if (micros !== undefined) return toTime(micros, value);
    if (value instanceof duckdb.DuckDBListValue || value instanceof duckdb.DuckDBArrayValue)
      return value.items.map(read);
    if (value instanceof duckdb.DuckDBStructValue)
      return Object.fromEntries(Object.entries(value.entries).map(([name, one]) => [name, read(one)]));
    if (value instanceof duckdb.DuckDBMapValue)
      return value.entries.map((entry) => ({ key: read(entry.key), value: read(entry.value) }));
    if (value instanceof duckdb.DuckDBUnionValue || value instanceof duckdb.DuckDBVariantValue)
      return read(value.value);
    return value instanceof duckdb.DuckDBDecimalValue ? value.toDouble() : value.toString();
  };
  return read;
}

/** A parameter as DuckDB takes it: whole numbers of up to 32 bits as INTEGER, larger ones as HUGEINT, others as DOUBLE. */
export function toDuckDbValue(duckdb: DuckDb, value: SqlParameter): DuckDBValue {
  if (value instanceof Date) return new duckdb.DuckDBTimestampTZValue(BigInt(value.getTime()) * 1000n);
  const isLarge = Number.isSafeInteger(value) && Math.abs(value as number) >= 2 ** 31;
  return isLarge ? BigInt(value as number) : value;
}

/** Microseconds since 1970, of an instant in UTC; undefined for what is no timestamp. */
function toMicros(duckdb: DuckDb, value: object): bigint | undefined {
  if (value instanceof duckdb.DuckDBTimestampValue || value instanceof duckdb.DuckDBTimestampTZValue)
    return value.micros;
  if (value instanceof duckdb.DuckDBTimestampMillisecondsValue) return value.millis * 1000n;
  if (value instanceof duckdb.DuckDBTimestampSecondsValue) return value.seconds * 1_000_000n;
  return value instanceof duckdb.DuckDBTimestampNanosecondsValue ? value.nanos / 1000n : undefined;
}

function toMs(micros: bigint): number {
  if (isInfinite(micros)) return micros > 0n ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return Number((micros - fractionOf(micros)) / 1000n);
}

/**
 * To the millisecond, to the microsecond where there are any, and with Z where the value is an instant; as DuckDB
 * writes it where a Date doesn't reach.
 */
function toIsoText(duckdb: DuckDb, micros: bigint, value: object): string {
  const ms = toMs(micros);
  if (Math.abs(ms) > maxDateMs) return new duckdb.DuckDBTimestampValue(micros).toString();
  const text = new Date(ms).toISOString().slice(0, -1);
  const fraction = fractionOf(micros);
  const zone = value instanceof duckdb.DuckDBTimestampTZValue ? "Z" : "";
  return `${text}${fraction === 0n ? "" : String(fraction).padStart(3, "0")}${zone}`;
}

/** The microseconds above the millisecond below, 0 to 999. */
function fractionOf(micros: bigint): bigint {
  return ((micros % 1000n) + 1000n) % 1000n;
}

function isInfinite(micros: bigint): boolean {
  return micros === infiniteMicros || micros === -infiniteMicros;
}

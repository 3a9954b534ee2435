import { dayMs } from "../base/calendar";
import { UserActivityError } from "../base/errors";
import { isWellFormed } from "../base/text";
import type { ScalarType } from "../tables/tables";

/** What a type holds: its name in messages, and the test that every value must pass. */
export interface ValueCheck {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

/** The farthest that a TIMESTAMP lies from 1970, in ms: what a JavaScript Date holds; DuckDB's microseconds reach little further. */
export const maxTimestampMs = 8_640_000_000_000_000;

/** The farthest that a DATE lies from 1970, in days. */
export const maxDateDays = maxTimestampMs / dayMs;

/** A value that its column can't hold, or a row that isn't the table's: the rows were built wrongly. */
export class MisfitError extends UserActivityError {
  override readonly name = "MisfitError";

  constructor(
    /** Name of the table that is written. */
    readonly table: string,
    /** The row's place in the file, from 0. */
    readonly rowIndex: number,
    /** The column, for example `options[2].at`. */
    readonly path: string,
    readonly expected: string,
    /** The value, quoted and cut at 80 characters. */
    readonly received: string,
  ) {
    super(
      `${table} row ${rowIndex}: ${path}: expected ${expected}, received ${received}; correct what builds these rows`,
    );
  }
}

/** The test of each scalar type, exact where parquetjs-lite would convert in silence; null is not its matter. */
export const valueChecks: Readonly<Record<ScalarType, ValueCheck>> = {
  STRING: {
    expected: "text that UTF-8 can hold",
    fits: (value) => typeof value === "string" && isWellFormed(value),
  },
  INT32: { expected: "a whole number from -2^31 to 2^31 - 1", fits: isInt32 },
  INT64: { expected: "a bigint from -2^63 to 2^63 - 1", fits: isInt64 },
  DOUBLE: { expected: "a finite number", fits: Number.isFinite },
  BOOLEAN: { expected: "true or false", fits: (value) => typeof value === "boolean" },
  TIMESTAMP: { expected: `whole ms within ${maxTimestampMs} of 1970`, fits: isTimestamp },
  DATE: { expected: `whole days within ${maxDateDays} of 1970`, fits: isDate },
};

/** Describes a value for a message: quoted, cut at 80 characters. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === "bigint") return `${value}n`.slice(0, 80);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return `an object {${Object.keys(value)}}`.slice(0, 80);
  return String(value).slice(0, 80);
}

function isInt32(value: unknown): boolean {
  return typeof value === "number" && (value | 0) === value;
}

function isInt64(value: unknown): boolean {
  return typeof value === "bigint" && BigInt.asIntN(64, value) === value;
}

function isTimestamp(value: unknown): boolean {
  if (typeof value === "bigint") return value >= -maxTimestampMs && value <= maxTimestampMs;
  return Number.isInteger(value) && Math.abs(value as number) <= maxTimestampMs;
}

function isDate(value: unknown): boolean {
  return Number.isInteger(value) && Math.abs(value as number) <= maxDateDays;
}

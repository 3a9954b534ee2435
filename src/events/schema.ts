import { type AskingColumn, describeColumn } from "../contract/describe";
import type { ContractCoercion, ContractRule, ContractScalar, Severity } from "../contract/model";

/** One value that a schema takes from an event. */
export interface Field<C extends string = string> {
  /** Keys from the event (or from what the schema is held to) down to the value, joined with dots. */
  readonly path: string;
  /** Name of the value among those that the schema gives. */
  readonly column: C;
  /** TIMESTAMP and DATE are reached by a coercion only. */
  readonly type: ContractScalar;
  /** Whether null will do; absent counts as null. */
  readonly nullable: boolean;
  /** Lossless conversion that comes before all checks. */
  readonly coerce?: ContractCoercion;
  /** Refuses "" (STRING). */
  readonly nonEmpty?: true;
  /** Bounds of a text's length in characters, inclusive (STRING); a least length of 1 is `nonEmpty`. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** What text must match (STRING). */
  readonly pattern?: RegExp;
  /** Bounds, inclusive: of INT32 by default -2^31 and 2^31 - 1; of TIMESTAMP in ms UTC, of DATE in days since 1970. */
  readonly min?: number;
  readonly max?: number;
  /** The only values there may be. */
  readonly values?: readonly (string | number)[];
  /** `warning`: breaking length, pattern, range or values refuses nothing; default `error`. */
  readonly severity?: Severity;
}

/** Asks that one whole number is at most another; checked only where both are sound. */
export interface AtMost<C extends string = string> {
  readonly column: C;
  readonly atMost: C;
}

/** Ordered fields and the rules between them. R is what they give of an event: a value for each column. */
export interface Schema<R = Readonly<Record<string, Scalar>>> {
  readonly name: string;
  readonly fields: readonly Field<keyof R & string>[];
  readonly rules: readonly AtMost<keyof R & string>[];
}

/** A value; INT64 is a bigint, TIMESTAMP a number of ms UTC, DATE one of days since 1970. */
export type Scalar = string | number | bigint | boolean | null;

/** Says in words what a field asks for, such as `a whole number from 1 to 2147483647`. */
export function describeField(field: Field): string {
  return describeColumn(toColumn(field));
}

/** Makes a field what a contract calls a column. */
export function toColumn(field: Field): AskingColumn {
  const { path, column, nonEmpty, ...asked } = field;
  return { name: column, from: path, ...(nonEmpty ? { minLength: 1 } : {}), ...asked };
}

/** Makes a rule what a contract calls one. */
export function toRule({ column, atMost }: AtMost): ContractRule {
  return { name: `${column}-at-most-${atMost}`, holds: `${column} <= ${atMost}`, severity: "error" };
}

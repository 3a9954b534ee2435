import { type AskingColumn, describeColumn } from "../contract/describe";
import type { ContractCoercion, ContractRule } from "../contract/model";

/** The lossless conversions that a field may name. */
export type Coercion = Extract<ContractCoercion, "instant" | "unix-seconds" | "boolean-text">;

/** Types that a field of an event can have; TIMESTAMP is reached by a coercion only. */
export type FieldType = "STRING" | "INT32" | "BOOLEAN" | "TIMESTAMP";

/** One value that a schema takes from an event. */
export interface Field<C extends string = string> {
  /** Keys from the event (or from what the schema is held to) down to the value, joined with dots. */
  readonly path: string;
  /** Name of the value among those that the schema gives. */
  readonly column: C;
  readonly type: FieldType;
  /** Whether null will do; absent counts as null. */
  readonly nullable: boolean;
  /** Conversion from text that comes before all checks. */
  readonly coerce?: Coercion;
  /** Refuses "" (STRING). */
  readonly nonEmpty?: true;
  /** What text must match (STRING). */
  readonly pattern?: RegExp;
  /** Least value, inclusive (INT32); default -2^31. */
  readonly min?: number;
  /** Greatest value, inclusive (INT32); default 2^31 - 1. */
  readonly max?: number;
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

/** A value; TIMESTAMP is a number of ms UTC. */
export type Scalar = string | number | boolean | null;

/** Says in words what a field asks for, such as `a whole number from 1 to 2147483647`. */
export function describeField(field: Field): string {
  return describeColumn(toColumn(field));
}

/** Makes a field what a contract calls a column. */
export function toColumn(field: Field): AskingColumn {
  const { path, column, type, nullable, coerce, nonEmpty, pattern, min, max } = field;
  return {
    name: column,
    type,
    nullable,
    from: path,
    ...(coerce ? { coerce } : {}),
    ...(nonEmpty ? { minLength: 1 } : {}),
    ...(pattern ? { pattern } : {}),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

/** Makes a rule what a contract calls one. */
export function toRule({ column, atMost }: AtMost): ContractRule {
  return { name: `${column}-at-most-${atMost}`, holds: `${column} <= ${atMost}`, severity: "error" };
}

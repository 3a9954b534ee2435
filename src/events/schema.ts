import { type Coercion, coercionExpects } from "./coerce";

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
  const expected = field.coerce ? coercionExpects[field.coerce] : describeType(field);
  return field.nullable ? `${expected} or null` : expected;
}

/** Least and greatest whole number that a field takes, both inclusive. */
export function boundsOf(field: Field): { readonly min: number; readonly max: number } {
  return { min: field.min ?? -(2 ** 31), max: field.max ?? 2 ** 31 - 1 };
}

function describeType(field: Field): string {
  if (field.type === "BOOLEAN") return "true or false";
  if (field.type === "INT32") return `a whole number from ${boundsOf(field).min} to ${boundsOf(field).max}`;
  const text = field.nonEmpty ? "non-empty text" : "text";
  return field.pattern ? `${text} that matches ${field.pattern}` : text;
}

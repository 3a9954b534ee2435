import { coercionExpects } from "./coerce";
import type { ContractColumn } from "./model";

/** A column whose pattern may be compiled already. */
export type AskingColumn = Omit<ContractColumn, "pattern"> & { readonly pattern?: string | RegExp };

/** Says in words what a column asks for, such as `a whole number from 1 to 2147483647`. */
export function describeColumn(column: AskingColumn): string {
  const { coerce, values, nullable } = column;
  const type = coerce && coerce !== "number-text" ? coercionExpects[coerce] : describeType(column);
  const expected = values ? `one of ${values.map((value) => JSON.stringify(value)).join(", ")}` : type;
  const text = coerce === "number-text" ? `${expected}, as text` : expected;
  return nullable ? `${text} or null` : text;
}

/** Least and greatest whole number that a column takes, both inclusive. */
export function boundsOf({ type, min, max }: AskingColumn): { readonly min: number; readonly max: number } {
  const bits = type === "INT64" ? 63 : 31;
  return { min: min ?? -(2 ** bits), max: max ?? (type === "INT64" ? 2 ** 63 : 2 ** 31 - 1) };
}

function describeType(column: AskingColumn): string {
  const { type, name, min, max } = column;
  if (type === "BOOLEAN") return "true or false";
  if (type === "INT32") return `a whole number from ${boundsOf(column).min} to ${boundsOf(column).max}`;
  if (type === "INT64") return `a whole number from ${min ?? "-2^63"} to ${max ?? "2^63 - 1"}`;
  if (type === "DOUBLE")
    return `a number${min === undefined ? "" : ` from ${min}`}${max === undefined ? "" : ` to ${max}`}`;
  if (type === "LIST") return `an array of ${name}`;
  return type === "STRING" ? describeText(column) : "an object";
}

function describeText({ minLength = 0, maxLength, pattern }: AskingColumn): string {
  const length =
    maxLength === undefined ? `${minLength} characters or more` : `${minLength} to ${maxLength} characters`;
  const isPlain = maxLength === undefined && minLength < 2;
  const text = isPlain ? (minLength === 1 ? "non-empty text" : "text") : `text of ${length}`;
  if (pattern === undefined) return text;
  return `${text} that matches /${typeof pattern === "string" ? pattern : pattern.source}/`;
}

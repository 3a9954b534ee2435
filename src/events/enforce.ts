import { ExactNumber } from "../base/exact-numbers";
import { isWellFormed } from "../base/text";
import { coerceValue } from "./coerce";
import { isObject, ownValue } from "./decode";
import { type Failure, quote, type Rule } from "./failures";
import { boundsOf, describeField, type Field, type Scalar, type Schema } from "./schema";

/** The values of what satisfies the schema, by column, or every reason why it does not. */
export type Enforced<R> =
  | { readonly ok: true; readonly values: R }
  | { readonly ok: false; readonly failures: readonly Failure[] };

/** `expected`: where more can be said than what the field asks for. */
type Checked = { readonly value: Scalar } | { readonly rule: Rule; readonly expected?: string | undefined };

/**
 * Holds a value to a schema: coerces where a field says so, then checks. Keys that the schema does not name are no
 * reason to refuse; inherited ones are not seen. An absent parent is one failure, not one for each field below it.
 *
 * @param at JSON path of the value, which the failures' paths start with; default: the event itself.
 */
export function enforceSchema<R>(schema: Schema<R>, value: unknown, at = ""): Enforced<R> {
  if (!isObject(value)) return { ok: false, failures: [notAnObject(at || "$", value)] };
  const failures: Failure[] = [];
  const values: Record<string, Scalar> = {};
  for (const field of schema.fields) {
    const outcome = readField(field, value, at);
    if ("value" in outcome) values[field.column] = outcome.value;
    else if (!failures.some(({ path }) => path === outcome.path)) failures.push(outcome);
  }
  for (const { column, atMost } of schema.rules) {
    const [left, right] = [values[column], values[atMost]];
    if (typeof left !== "number" || typeof right !== "number" || left <= right) continue;
    const path = schema.fields.find((field) => field.column === column)?.path ?? column;
    const expected = `at most ${atMost}, which is ${right}`;
    failures.push({ path: join(at, path), rule: "at-most", expected, received: quote(left) });
  }
  return failures.length === 0 ? { ok: true, values: values as R } : { ok: false, failures };
}

/** Reads one field of an object; a failure names the field's path or that of the parent that stands in its way. */
function readField(field: Field, object: unknown, at: string): { readonly value: Scalar } | Failure {
  const keys = field.path.split(".");
  let value = object;
  for (const [depth, key] of keys.entries()) {
    if (!isObject(value)) {
      if (isMissing(value) && field.nullable) return { value: null };
      return notAnObject(join(at, keys.slice(0, depth).join(".")), value);
    }
    value = ownValue(value, key);
  }
  const checked = checkValue(field, value);
  if ("value" in checked) return checked;
  const { rule, expected = describeField(field) } = checked;
  return { path: join(at, field.path), rule, expected, received: quote(value) };
}

function checkValue(field: Field, value: unknown): Checked {
  if (isMissing(value)) return field.nullable ? { value: null } : { rule: "required" };
  if (field.coerce) {
    const coerced = coerceValue(field.coerce, value);
    if (!coerced) return { rule: "type" };
    return "value" in coerced ? coerced : { rule: field.coerce, expected: coerced.expected };
  }
  if (field.type === "STRING") return typeof value === "string" ? checkText(field, value) : { rule: "type" };
  if (field.type === "INT32") return isNumber(value) ? checkWhole(field, value) : { rule: "type" };
  return field.type === "BOOLEAN" && typeof value === "boolean" ? { value } : { rule: "type" };
}

function checkText(field: Field, text: string): Checked {
  if (!isWellFormed(text)) return { rule: "well-formed", expected: "text without a lone surrogate" };
  if (field.nonEmpty && text === "") return { rule: "non-empty" };
  if (field.pattern && !field.pattern.test(text)) return { rule: "pattern" };
  return { value: text };
}

function isNumber(value: unknown): value is number | ExactNumber {
  return typeof value === "number" || value instanceof ExactNumber;
}

function checkWhole(field: Field, value: number | ExactNumber): Checked {
  const { min, max } = boundsOf(field);
  const number = Number(value); // an ExactNumber's neighbour is as far out of bounds
  if (value instanceof ExactNumber ? !value.isWhole() : !Number.isInteger(number)) return { rule: "whole" };
  if (number < min) return { rule: "minimum" };
  if (number > max) return { rule: "maximum" };
  return { value: number === 0 ? 0 : number };
}

function isMissing(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function notAnObject(path: string, value: unknown): Failure {
  return {
    path,
    rule: isMissing(value) ? "required" : "type",
    expected: "an object",
    received: quote(value),
  };
}

function join(at: string, path: string): string {
  return at === "" ? path : `${at}.${path}`;
}

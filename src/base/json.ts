import { ExactNumber } from "./exact-numbers";

interface Piece {
  readonly before: string;
  /** Absent where there is only text to write. */
  readonly value?: unknown;
}

/**
 * Writes a value as JSON in the one way that equal values share: keys sorted, no white space (as RFC 8785 has it), a
 * bigint as the whole number it is, an ExactNumber by all its digits, a key without a value as none; what JSON cannot
 * say, such as Infinity, by its name.
 * Without recursion, so that no depth is too much.
 */
export function canonicalJson(root: unknown): string {
  const todo: Piece[] = [{ before: "", value: root }];
  let text = "";
  for (let piece = todo.pop(); piece; piece = todo.pop()) {
    const { before, value } = piece;
    text += before;
    if (Array.isArray(value)) pushList(todo, value);
    else if (value instanceof ExactNumber) text += value.toDecimal();
    else if (typeof value === "object" && value !== null) pushObject(todo, value);
    else if (typeof value === "string") text += quoteText(value);
    else if (value !== undefined) text += String(value);
  }
  return text;
}

function pushList(todo: Piece[], list: readonly unknown[]): void {
  todo.push({ before: list.length === 0 ? "[]" : "]" });
  for (let i = list.length - 1; i >= 0; i--) todo.push({ before: i === 0 ? "[" : ",", value: list[i] });
}

function pushObject(todo: Piece[], object: object): void {
  const values = object as Readonly<Record<string, unknown>>;
  const keys = Object.keys(object)
    .filter((key) => values[key] !== undefined)
    .sort();
  todo.push({ before: keys.length === 0 ? "{}" : "}" });
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i] as string;
    todo.push({ before: `${i === 0 ? "{" : ","}${quoteText(key)}:`, value: values[key] });
  }
}

/** JSON.stringify, which escapes lone surrogates, spared where nothing needs an escape. */
function quoteText(text: string): string {
  return /^[ !#-[\]-\ud7ff]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** A JSON object; its shape not yet trusted. */
export type JsonObject = { readonly [key: string]: unknown };

/** Whether a value is a JSON object (no array, not null, no number). */
export function isObject(value: unknown): value is JsonObject {
  if (typeof value !== "object" || value === null) return false;
  return !Array.isArray(value) && !(value instanceof ExactNumber);
}

/** Reads a key of a JSON object's own; undefined where it has none, whatever objects inherit. */
export function ownValue(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

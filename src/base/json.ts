import { ExactNumber } from "./exact-numbers";

interface Piece {
  readonly before: string;
  /** Absent where there is only text to write. */
  readonly value?: unknown;
}

/** Levels that are written by recursion, which is faster. */
const shallow = 100;

/**
 * Writes a value as JSON in the one way that equal values share: keys sorted, no white space (as RFC 8785 has it), a
 * bigint as the whole number it is, an ExactNumber by all its digits, a key without a value as none; what JSON cannot
 * say, such as Infinity, by its name. No depth is too much.
 */
export function canonicalJson(root: unknown): string {
  return write(root, shallow);
}

function write(value: unknown, levels: number): string {
  if (typeof value === "string") return quoteText(value);
  if (typeof value !== "object" || value === null) return value === undefined ? "" : String(value);
  if (levels === 0) return writeDeep(value);
  if (value instanceof ExactNumber) return value.toDecimal();
  if (Array.isArray(value)) {
    let list = "";
    for (let i = 0; i < value.length; i++) list += (i === 0 ? "" : ",") + write(value[i], levels - 1);
    return `[${list}]`;
  }
  const values = value as Readonly<Record<string, unknown>>;
  let object = "";
  for (const key of sortKeys(Object.keys(value))) {
    const own = values[key];
    if (own !== undefined) object += (object === "" ? "" : ",") + quoteKey(key) + write(own, levels - 1);
  }
  return `{${object}}`;
}

/** By insertion: an object has few keys, and most of them in order. */
function sortKeys(keys: string[]): string[] {
  if (keys.length > 20) return keys.sort();
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] as string;
    let at = i;
    for (; at > 0 && (keys[at - 1] as string) > key; at--) keys[at] = keys[at - 1] as string;
    keys[at] = key;
  }
  return keys;
}

/** Keys as they are written, colon included; as many as events are likely to have, and no longer. */
const quotedKeys = new Map<string, string>();
const mostKeys = 1000;
const longestKey = 64;

function quoteKey(key: string): string {
  const known = quotedKeys.get(key);
  if (known !== undefined) return known;
  const quoted = `${quoteText(key)}:`;
  if (quotedKeys.size < mostKeys && key.length <= longestKey) quotedKeys.set(key, quoted);
  return quoted;
}

/** Without recursion. */
function writeDeep(root: unknown): string {
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

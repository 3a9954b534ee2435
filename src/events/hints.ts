import { isObject } from "../base/json";
import { cutText, formatCountOf, toVisible } from "../base/text";
import type { QuarantineRow } from "../tables/tables";
import { decodeText, toBytes, withoutMark } from "./decode";
import { gradeSchema } from "./grades";
import { findRegistryFrame, type RegistryFrame } from "./registry-frame";

const eventKeys = new Set(gradeSchema.fields.map(({ path }) => path.split(".")[0] ?? path));
/** What is longer is not looked into. */
const mostCharacters = 2 ** 20;
const mostKeys = 50;

/** Where events stand within a value. */
interface Found {
  /** Such as `payload.after` or `data[]`; empty for the value itself, `[]` for the elements of a list. */
  readonly path: string;
  readonly count: number;
  /** Whether they stand in a text that holds JSON. */
  readonly isText: boolean;
}

/**
 * Guesses why a value that was refused is no event, and what to do: it is framed, wrapped, encoded twice, one of many,
 * or a piece of one. Undefined where nothing is seen. Never throws.
 */
export function findHint(value: Uint8Array | null): string | undefined {
  if (value === null) return undefined;
  const frame = findRegistryFrame(value);
  if (frame) return describeFramed(frame);
  if (value[0] === 0x1f && value[1] === 0x8b) return "gzip: send what it holds, as JSON in UTF-8";
  const text = withoutMark(decodeText(value) ?? "").trim();
  if (text === "" || text.length > mostCharacters) return undefined;
  const parsed = parse(text);
  if (parsed === undefined) return findHintInText(text);
  const found = findEvents(parsed);
  if (found) return describe(found);
  return typeof parsed === "string" && isBase64(parsed) ? base64Hint : undefined;
}

/** Guesses as findHint does, by a row of quarantine. */
export function findHintOf({
  value,
  value_base64,
}: Pick<QuarantineRow, "value" | "value_base64">): string | undefined {
  return findHint(toBytes(value, value_base64));
}

/** Whether a value has what events have: an exam ID, or two other keys of theirs. */
export function looksLikeEvent(value: unknown): boolean {
  if (!isObject(value)) return false;
  const count = Object.keys(value).filter((key) => eventKeys.has(key)).length;
  return count >= 2 || Object.hasOwn(value, "user_exam_id");
}

/** Finds events in a value or up to two levels deeper; none where the value is one itself. */
export function findEvents(value: unknown): Found | undefined {
  return looksLikeEvent(value) ? undefined : search(value, "", 2);
}

function search(value: unknown, path: string, levels: number): Found | undefined {
  if (looksLikeEvent(value)) return { path, count: 1, isText: false };
  if (Array.isArray(value)) {
    const count = value.filter(looksLikeEvent).length;
    return count > 0 ? { path: `${path}[]`, count, isText: false } : undefined;
  }
  if (typeof value === "string") {
    const inner = /^\s*[[{]/.test(value) ? search(parse(value), path, 0) : undefined;
    return inner && { ...inner, isText: true };
  }
  if (!isObject(value) || levels === 0) return undefined;
  for (const key of Object.keys(value).slice(0, mostKeys)) {
    const found = search(value[key], path === "" ? key : `${path}.${key}`, levels - 1);
    if (found) return found;
  }
  return undefined;
}

const base64Hint = "base64 of JSON: send the bytes that it stands for";

function describeFramed({ schemaId, payload }: RegistryFrame): string {
  const frame = `a schema registry's five bytes, with ID ${schemaId}, stand before`;
  return isJson(decodeText(payload))
    ? `${frame} JSON: have the producer write JSON without a schema registry`
    : `${frame} the value, which may be Avro or Protobuf: have the producer write plain JSON`;
}

function describe({ path, count, isText }: Found): string {
  const where = path === "" || path === "[]" ? "" : ` under ${toVisible(cutText(path, 60))}`;
  if (isText) return `text that holds JSON${where}: it was encoded twice; send it as it is`;
  if (path === "[]")
    return `the message holds ${formatCountOf(count, "event")}: send each as a message of its own`;
  if (path.endsWith("[]"))
    return `${formatCountOf(count, "record")} stand${count === 1 ? "s" : ""} one level deeper,${where}: send each as a message of its own`;
  return `the record stands one level deeper,${where}: send what stands there`;
}

/** For text that is no JSON. */
function findHintInText(text: string): string | undefined {
  if (isBase64(text)) return base64Hint;
  const several = /\}\s*\{/.test(text) ? parse(`[${text.replaceAll(/\}\s*\{/g, "},{")}]`) : undefined;
  const found = findEvents(several);
  if (found?.path === "[]") return describe(found);
  return isLineOfDocument(text)
    ? "a line of a document that was sent line by line: send each record whole, on one line (jq -c)"
    : undefined;
}

/** Whether a text is a line of a JSON document over several: a bracket alone, a key at the start, an element with its comma. */
export function isLineOfDocument(text: string): boolean {
  if (/^[[\]{}]+,?$/.test(text)) return true;
  if (/^"(?:[^"\\]|\\.){0,200}"\s*:/.test(text)) return true;
  return text.endsWith(",") && isObject(parse(text.slice(0, -1)));
}

/** Whether a text is base64 of JSON, be it with padding or without. */
function isBase64(text: string): boolean {
  if (text.length < 16 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return false;
  return isJson(decodeText(Buffer.from(text, "base64")));
}

/** Whether a text holds a JSON object or array. */
function isJson(text: string | null): boolean {
  const value = parse(text ?? "");
  return typeof value === "object" && value !== null;
}

function parse(text: string): unknown {
  try {
    return text.length > mostCharacters ? undefined : (JSON.parse(withoutMark(text)) as unknown);
  } catch {
    return undefined;
  }
}

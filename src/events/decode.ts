import { isAscii } from "node:buffer";
import { CanonicalBytes } from "../base/canonical-bytes";
import { endOfString, parseJson, withExact } from "../base/exact-numbers";
import { writeHash } from "../base/hash";
import { canonicalJson, isObject, ownValue } from "../base/json";
import { isWellFormed } from "../base/text";
import type { FoundEvents } from "../contract/events-of";
import { type Failure, quote, type Rule } from "../contract/failures";
import type { Source } from "../contract/model";
import { describeFrame, findRegistryFrame } from "./registry-frame";

/** A message's value decoded: a JSON object whose shape is not yet trusted. */
export type AssessmentEvent = { readonly [key: string]: unknown };

/** What `decodeEvent` made of a message's value; `text` is null for a tombstone and for bytes that are not UTF-8. */
export type Decoded = { readonly ok: true; readonly event: AssessmentEvent; readonly text: string } | Refused;

const hashBytes = 16;
const canonicalBytes = new CanonicalBytes();
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes bytes as UTF-8, verbatim, byte order mark and all; null where there are none or they are not UTF-8. */
export function decodeText(bytes: Uint8Array | null): string | null {
  if (!bytes) return null;
  if (bytes instanceof Buffer && isAscii(bytes)) return bytes.toString("latin1"); // at half the cost
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** Bytes in base64 where they could not be decoded as `text`; else null. */
export function toBase64(text: string | null, bytes: Buffer | null): string | null {
  return text === null && bytes ? bytes.toString("base64") : null;
}

/** The bytes that stand in two columns, as text or in base64; null where neither has any. */
export function toBytes(text: string | null, base64: string | null): Buffer | null {
  if (text !== null) return Buffer.from(text);
  return base64 === null ? null : Buffer.from(base64, "base64");
}

/**
 * Decodes a message's value. Of keys that stand twice in one object the last one counts, as JSON.parse has it; numbers
 * are doubles, or ExactNumbers where no double is that number above 2^53. A byte order mark is passed over. Never throws,
 * however deep the value is nested.
 */
export function decodeEvent(value: Uint8Array | null): Decoded {
  const decoded = decodeValue(value, { parse: parseAlone });
  if (!decoded.ok) return decoded;
  const { value: event, text } = decoded;
  return isObject(event) ? { ok: true, event, text } : refuseOther(decoded);
}

/** The events of a message by a contract's source, in their order; `text` is the whole value. */
export type DecodedEvents =
  | {
      readonly ok: true;
      readonly events: readonly unknown[];
      /** The path of each in the value; "" for the value itself. */
      readonly paths: readonly string[];
      readonly text: string;
      /** What hashEvent gives for the one event that the whole value is, where the bytes gave it. */
      readonly hash?: Buffer | undefined;
    }
  | Refused;

/** Decodes a message's value to its events, as a contract's source says where they are; behind a registry's frame too. */
export function decodeEvents(
  value: Uint8Array | null,
  source: Source,
  eventsOf: (value: unknown) => FoundEvents,
): DecodedEvents {
  const decoded = decodeValue(value, { mayBeFramed: source.registryFrame });
  if (!decoded.ok) return decoded;
  const { text, hash } = decoded;
  const found = eventsOf(decoded.value);
  if (!found.ok) return { ...found, text };
  return found.events[0] === decoded.value ? { ...found, text, hash } : { ...found, text };
}

/** Decodes a message's value to the one event that it is. */
export function decodeWhole(bytes: Uint8Array | null): DecodedEvents {
  const decoded = decodeValue(bytes);
  if (!decoded.ok) return decoded;
  const { value, text, hash } = decoded;
  return isObject(value) ? { ok: true, events: [value], paths: [""], text, hash } : refuseOther(decoded);
}

function refuseOther({ value, text }: DecodedValue): Refused {
  return refuse(text, "object", "a JSON object", quote(value));
}

interface Refused {
  readonly ok: false;
  readonly failures: readonly Failure[];
  readonly text: string | null;
}

interface DecodedValue {
  readonly ok: true;
  readonly value: unknown;
  readonly text: string;
  /** What hashEvent gives for the value, where its bytes gave it. */
  readonly hash?: Buffer;
}

/** Parses JSON, whose bytes come with it. */
type Parse = (json: string, bytes: Uint8Array) => Pick<DecodedValue, "value" | "hash">;

interface Decoding {
  readonly mayBeFramed?: boolean | undefined;
  readonly parse?: Parse;
}

/** Decodes a message's value as JSON of any kind. */
function decodeValue(
  bytes: Uint8Array | null,
  { mayBeFramed = false, parse = parseHashed }: Decoding = {},
): DecodedValue | Refused {
  const frame = bytes && findRegistryFrame(bytes);
  const value = frame && mayBeFramed ? frame.payload : bytes;
  const text = decodeText(value);
  if (value === null) return refuse(text, "tombstone", "a JSON object", "nothing");
  if (frame && !mayBeFramed) return refuse(text, "registry-frame", "a JSON object", describeFrame(frame));
  if (text === null)
    return refuse(text, "utf-8", "text in UTF-8", `${value.length} bytes that are not UTF-8`);
  try {
    const json = withoutMark(text);
    return { ok: true, ...parse(json, json === text ? value : value.subarray(3)), text };
  } catch {
    return refuse(text, "json", "text that parses as JSON", findNoValue(text) ?? quote(text));
  }
}

const parseAlone: Parse = (json) => ({ value: parseJson(json) });

/** Where the bytes can be put in canonical order, they have no number that is not a double. */
const parseHashed: Parse = (json, bytes) => {
  const value: unknown = JSON.parse(json);
  const canonical = canonicalBytes.write(bytes);
  return canonical ? { value, hash: hashText(canonical) } : { value: withExact(json, value) };
};

/** A text without the byte order mark that may stand before it. */
export function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

const noValue = /"|(?<![\w$.])[-+]?(?:nan|infinity|inf|undefined|none|true|false|null)(?![\w$])/gi;

/** Names the first word that other languages write for a value and JSON does not know, such as NaN, with its place. */
function findNoValue(text: string): string | undefined {
  noValue.lastIndex = 0;
  for (let found = noValue.exec(text); found; found = noValue.exec(text)) {
    const [word] = found;
    if (word === '"') noValue.lastIndex = endOfString(text, found.index);
    else if (!/^(?:true|false|null)$/.test(word)) return `${word} at position ${found.index}`;
  }
  return undefined;
}

/**
 * Reads an event's exam ID; undefined where that is no text, empty or not well-formed, or where the value is no event.
 * Messages are keyed by it, so that all deliveries of an exam ID share a partition: nothing else may read an ID.
 */
export function examIdOf(event: unknown): string | undefined {
  if (!isObject(event)) return undefined;
  const id = ownValue(event, "user_exam_id");
  return typeof id === "string" && id !== "" && isWellFormed(id) ? id : undefined;
}

/** Hashes an event as a JSON value to 16 bytes: key order and white space aside, -0 as 0. Equal values, equal hashes. */
export function hashEvent(event: unknown): Buffer {
  return hashText(canonicalJson(event));
}

/** An event, with what hashEvent gives for it where its bytes gave it. */
export interface HashedEvent {
  readonly event: unknown;
  readonly hash?: Buffer | undefined;
}

/** What hashEvent gives for an event. */
export function hashOf({ event, hash }: HashedEvent): Buffer {
  return hash ?? hashEvent(event);
}

/** Hashes an exam ID to 16 bytes. The ID must be well-formed text. */
export function hashExamId(examId: string): Buffer {
  return hashText(examId);
}

function hashText(text: string | Buffer): Buffer {
  return writeHash(text, Buffer.allocUnsafe(hashBytes));
}

function refuse(text: string | null, rule: Rule, expected: string, received: string): Refused {
  return { ok: false, failures: [{ path: "$", rule, expected, received }], text };
}

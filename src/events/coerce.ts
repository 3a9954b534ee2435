import { ExactNumber } from "../base/exact-numbers";
import { readInstant } from "../base/instants";

/** The lossless conversions that a schema may name. */
export type Coercion = "instant" | "unix-seconds" | "boolean-text";

/** What each coercion asks for, in words. */
export const coercionExpects: Readonly<Record<Coercion, string>> = {
  instant: 'an ISO 8601 instant with its offset, such as "2018-01-23T14:23:19.082Z"',
  "unix-seconds": 'seconds since 1970, such as "1516717442.735266"',
  "boolean-text": '"true" or "false"',
};

/** What a value is converted to, or in words what should be there, where more can be said than what the coercion asks for. */
export type Coerced = { readonly value: number | boolean } | { readonly expected?: string };

/** Converts a value as the coercion says; undefined where it has not the type for it: text, for seconds a number too. */
export function coerceValue(coercion: Coercion, value: unknown): Coerced | undefined {
  if (coercion === "unix-seconds") return coerceSeconds(value);
  if (typeof value !== "string") return undefined;
  if (coercion === "boolean-text")
    return value === "true" || value === "false" ? { value: value === "true" } : {};
  const instant = readInstant(value);
  return "ms" in instant ? { value: instant.ms } : instant;
}

function coerceSeconds(value: unknown): Coerced | undefined {
  const text = value instanceof ExactNumber ? value.text : typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") return undefined;
  const ms = fromUnixSeconds(text);
  if (ms !== undefined) return { value: ms };
  return seconds.test(text)
    ? { expected: "seconds since 1970 (not milliseconds), before the year 10000" }
    : {};
}

const seconds = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
const endMs = 253_402_300_800_000;

/**
 * Converts seconds since 1970 (digits, with a fraction and an exponent or without) to ms by their digits, cut after
 * milliseconds; undefined for other text and from the year 10000 on.
 */
export function fromUnixSeconds(text: string): number | undefined {
  const [, whole, fraction = "", exponent = "0"] = seconds.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = whole + fraction;
  const first = digits.search(/[1-9]/);
  const length = whole.length - first + Number(exponent) + 3; // of the ms, in digits
  if (first === -1 || length <= 0) return 0;
  if (length > String(endMs).length) return undefined;
  const ms = Number(digits.slice(first, first + length).padEnd(length, "0"));
  return ms < endMs ? ms : undefined;
}

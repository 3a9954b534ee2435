import { ExactNumber, parseJson } from "../base/exact-numbers";
import { readInstant } from "../base/instants";
import type { ContractCoercion } from "./model";
import { toDay } from "./times";

/** What each coercion asks for, in words. */
export const coercionExpects: Readonly<Record<ContractCoercion, string>> = {
  instant: 'an ISO 8601 instant with its offset, such as "2018-01-23T14:23:19.082Z"',
  "unix-seconds": 'seconds since 1970, such as "1516717442.735266"',
  "unix-milliseconds": "milliseconds since 1970, such as 1516717442735",
  date: 'a day of the calendar, such as "2018-01-23"',
  duration: 'an ISO 8601 duration without years and months, such as "PT1M30.5S"',
  "boolean-text": '"true" or "false"',
  "number-text": "a number as text",
  "json-text": "text that parses as JSON",
};

/** What a value is converted to, or in words what should be there, where more can be said than what the coercion asks for. */
export type Coerced = { readonly value: unknown } | { readonly expected?: string };

/** Converts a value as the coercion says; undefined where it has not the type for it: text, for a unix time a number too. */
export function coerceValue(coercion: ContractCoercion, value: unknown): Coerced | undefined {
  if (coercion === "unix-seconds") return coerceSeconds(value);
  if (coercion === "unix-milliseconds") return coerceMilliseconds(value);
  return typeof value === "string" ? ofText[coercion](value) : undefined;
}

const ofText: Readonly<
  Record<Exclude<ContractCoercion, "unix-seconds" | "unix-milliseconds">, (text: string) => Coerced>
> = {
  instant: (text) => {
    const instant = readInstant(text);
    return "ms" in instant ? { value: instant.ms } : instant;
  },
  date: (text) => toCoerced(toDay(text)),
  duration: (text) => toCoerced(fromDuration(text)),
  "boolean-text": (text): Coerced => (text === "true" || text === "false" ? { value: text === "true" } : {}),
  "number-text": (text): Coerced => (number.test(text) ? { value: parseJson(text) } : {}),
  "json-text": (text): Coerced => {
    try {
      return { value: parseJson(text) };
    } catch {
      return {};
    }
  },
};

/** As JSON writes numbers. */
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function toCoerced(value: number | undefined): Coerced {
  return value === undefined ? {} : { value };
}

const duration = /^(-?)P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/;

/** Converts a duration of ISO 8601 to seconds; undefined for other text, also with years or months, which have no length. */
export function fromDuration(text: string): number | undefined {
  const found = duration.exec(text);
  if (!found) return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(2)
    .map((part) => Number((part ?? "0").replace(",", ".")));
  const sum = (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds;
  return Number.isFinite(sum) ? (found[1] ? -sum : sum) : undefined;
}

/** A whole number of ms, or one with a fraction, which is cut, as a number or its text. */
function coerceMilliseconds(value: unknown): Coerced | undefined {
  const text = value instanceof ExactNumber ? value.text : typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") return undefined;
  const [whole] = /^\d+(?=(?:\.\d+)?$)/.exec(text) ?? [];
  if (whole === undefined) return {};
  return Number(whole) < endMs
    ? { value: Number(whole) }
    : { expected: "milliseconds since 1970, before the year 10000" };
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

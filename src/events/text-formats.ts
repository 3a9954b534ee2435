import { toInstantMs } from "../base/instants";
import { fromDuration } from "../contract/coerce";
import { toDay } from "../contract/times";

/** What text is seen to be, by the first test that it passes. */
export type TextFormat =
  | "instant"
  | "uuid"
  | "date"
  | "duration"
  | "number as text"
  | "boolean as text"
  | "JSON as text"
  | "text";

const textTests: readonly (readonly [TextFormat, (text: string) => boolean])[] = [
  ["instant", (text) => toInstantMs(text) !== undefined],
  ["uuid", (text) => /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(text)],
  ["date", (text) => toDay(text) !== undefined],
  ["duration", (text) => /^-?P/.test(text) && fromDuration(text) !== undefined],
  ["number as text", (text) => /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)],
  ["boolean as text", (text) => text === "true" || text === "false"],
  ["JSON as text", (text) => /^\s*[{[]/.test(text) && isJson(text)],
];

/** Says what a text is. */
export function formatOf(text: string): TextFormat {
  return textTests.find(([, passes]) => passes(text))?.[0] ?? "text";
}

/** Whether a text that begins like an object or an array is one. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

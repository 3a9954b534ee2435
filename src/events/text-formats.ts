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

/** By what a text begins with: what it may be, in the order in which it is tried. No text passes two tests. */
const testsByStart: readonly (readonly [RegExp, readonly TextFormat[]])[] = [
  [/\d/, ["uuid", "instant", "number as text", "date"]],
  [/[A-Fa-f]/, ["uuid", "boolean as text"]],
  [/-/, ["number as text", "duration"]],
  [/P/, ["duration"]],
  [/t/, ["boolean as text"]],
  [/[\s{[]/, ["JSON as text"]],
];

const tests: Readonly<Record<Exclude<TextFormat, "text">, (text: string) => boolean>> = {
  uuid: (text) => text.length === 36 && isUuid(text),
  instant: (text) => text.length > 10 && /^\d{4}.*[TtZz ]/.test(text) && toInstantMs(text) !== undefined,
  "number as text": (text) => /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text),
  date: (text) => text.length === 10 && toDay(text) !== undefined,
  duration: (text) => fromDuration(text) !== undefined,
  "boolean as text": (text) => text === "true" || text === "false",
  "JSON as text": (text) => /^\s*[{[]/.test(text) && isJson(text),
};

type Tests = readonly (readonly [TextFormat, (text: string) => boolean])[];

/** The tests for texts that begin with each of ASCII's characters; beyond it stands nothing that has a form. */
const testsOf: readonly Tests[] = Array.from({ length: 128 }, (_, code) => {
  const [, formats = []] = testsByStart.find(([start]) => start.test(String.fromCharCode(code))) ?? [];
  return formats.map((format) => [format, tests[format as Exclude<TextFormat, "text">]] as const);
});

/** Says what a text is. */
export function formatOf(text: string): TextFormat {
  for (const [format, passes] of testsOf[text.charCodeAt(0)] ?? []) if (passes(text)) return format;
  return "text";
}

/** Whether 36 characters are a UUID. */
function isUuid(text: string): boolean {
  for (let at = 0; at < 36; at++) {
    const code = text.charCodeAt(at);
    const isHyphen = at === 8 || at === 13 || at === 18 || at === 23;
    const isDigit =
      (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66) || (code >= 0x41 && code <= 0x46);
    if (isHyphen ? code !== 0x2d : !isDigit) return false;
  }
  return true;
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

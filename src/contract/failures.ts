import { ExactNumber } from "../base/exact-numbers";
import { toVisible } from "../base/text";
import type { ContractCoercion } from "./model";

/** The rule that a value broke. The first five are about the bytes of a message, the last about its exam ID. */
export type Rule =
  | "tombstone"
  | "registry-frame"
  | "utf-8"
  | "json"
  | "object"
  | "required"
  | "type"
  | "well-formed"
  | "non-empty"
  | "min-length"
  | "max-length"
  | "pattern"
  | "whole"
  | "finite"
  | "minimum"
  | "maximum"
  | "values"
  | ContractCoercion
  | ComparisonRule
  | "unknown"
  | "duplicate";

/** What a rule between columns asks for. */
export type ComparisonRule = "at-most" | "at-least" | "below" | "above" | "equal" | "different";

/** One reason one value was refused. */
export interface Failure {
  /** JSON path of the value, such as `sequences.questions[2].options[0].at`; `$` is the event itself. */
  readonly path: string;
  readonly rule: Rule;
  /** What the rule asks for, in words. */
  readonly expected: string;
  /** The value as `quote` writes it. */
  readonly received: string;
}

/** One reason one value is counted for, which lands all the same. */
export interface Warning extends Failure {
  /** What counts it: the name of a rule between columns, or column and rule, as in `exam_name pattern`. */
  readonly by: string;
}

const maxQuoted = 80;

/**
 * Writes a value as JSON, cut at 80 characters (the last one is then "…"). Absent is `nothing`, an ExactNumber
 * stands as it was written. Invisible characters are escaped, so what is printed can be trusted.
 */
export function quote(value: unknown): string {
  return quoteUpTo(maxQuoted, value);
}

/** As quote, cut at another number of characters. */
export function quoteUpTo(most: number, value: unknown): string {
  if (value === undefined) return "nothing";
  const text = toVisible(startOfJson(value, most + 1));
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** Says a failure in one line: `field "max_attempts": expected a number, received "one"`. */
export function formatFailure(failure: Omit<Failure, "rule">): string {
  const where = failure.path === "$" ? "" : `field "${failure.path}": `;
  return `${where}expected ${failure.expected}, received ${failure.received}`;
}

/**
 * Writes JSON until `room` characters are full, so that it costs the same however large or deep the value is:
 * every level of nesting uses up a character of its parent's room.
 */
function startOfJson(value: unknown, room: number): string {
  if (room <= 0) return "";
  if (typeof value === "string") return JSON.stringify(value.slice(0, room));
  if (value instanceof ExactNumber) return value.text;
  if (typeof value !== "object" || value === null) return String(value);
  const isList = Array.isArray(value);
  let text = isList ? "[" : "{";
  for (const [key, child] of entriesOf(value)) {
    if (text.length >= room) break;
    if (text.length > 1) text += ",";
    if (!isList) text += `${JSON.stringify(key.slice(0, room))}:`;
    text += startOfJson(child, room - text.length);
  }
  return text + (isList ? "]" : "}");
}

function* entriesOf(value: object): Generator<[string, unknown]> {
  if (Array.isArray(value)) for (const child of value) yield ["", child];
  else for (const key of Object.keys(value)) yield [key, (value as Record<string, unknown>)[key]];
}

import { parseJson } from "../base/exact-numbers";
import { isObject, ownValue } from "../base/json";
import { type Failure, quote } from "./failures";
import type { Source } from "./model";
import { joinKey, parsePath, type Step } from "./paths";

/** The events of a message's value, in its order, each with its path in the value ("" for the value itself); or why there are none. */
export type FoundEvents =
  | { readonly ok: true; readonly events: readonly unknown[]; readonly paths: readonly string[] }
  | { readonly ok: false; readonly failures: readonly Failure[] };

/**
 * Prepares what finds the events in a message's value, decoded: the value itself, what stands under a path, or the elements
 * of the arrays on it; each of them as text within JSON where the source says so. An event's number in its message is its
 * place among them, from 0.
 */
export function compileSource({ events, asText }: Source): (value: unknown) => FoundEvents {
  const steps = parsePath(events) ?? [];
  return (value) => {
    const found: Found = { events: [], paths: [], failures: [] };
    walk({ steps, depth: 0, path: "" }, value, found, asText === true);
    return found.failures.length > 0
      ? { ok: false, failures: found.failures }
      : { ok: true, events: found.events, paths: found.paths };
  };
}

interface Found {
  readonly events: unknown[];
  readonly paths: string[];
  readonly failures: Failure[];
}

interface Way {
  readonly steps: readonly Step[];
  readonly depth: number;
  /** What was walked, with the indexes of elements; "" for nothing. */
  readonly path: string;
}

function walk(way: Way, value: unknown, found: Found, asText: boolean): void {
  const { steps, depth, path } = way;
  const step = steps[depth];
  if (!step) {
    addEvent(path, value, found, asText);
    return;
  }
  const on = (below: string): Way => ({ steps, depth: depth + 1, path: below });
  if ("key" in step) {
    if (isObject(value)) walk(on(joinKey(path, step.key)), ownValue(value, step.key), found, asText);
    else refuse(found, path, "an object", value);
  } else if (step.each === "[]") {
    if (!Array.isArray(value)) refuse(found, path, "an array of events", value);
    else
      for (const [index, element] of value.entries()) walk(on(`${path}[${index}]`), element, found, asText);
  } else if (!isObject(value)) refuse(found, path, "an object of events", value);
  else for (const [key, one] of Object.entries(value)) walk(on(joinKey(path, key)), one, found, asText);
}

function addEvent(path: string, value: unknown, found: Found, asText: boolean): void {
  const event = asText && typeof value === "string" ? parse(value) : value;
  if (isObject(event)) {
    found.events.push(event);
    found.paths.push(path);
  } else if (asText && (typeof value !== "string" || event === undefined))
    refuse(found, path, "text that parses as a JSON object", value);
  else refuse(found, path, "a JSON object", value);
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function refuse({ failures }: Found, path: string, expected: string, value: unknown): void {
  const rule = value === undefined || value === null ? "required" : "object";
  failures.push({ path: path || "$", rule, expected, received: quote(value) });
}

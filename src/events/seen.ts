import { ExactNumber } from "../base/exact-numbers";
import { quote } from "../contract/failures";
import { Distinct } from "./distinct";
import { comparePlaces, type EventPlace } from "./places";
import { formatOf, type TextFormat } from "./text-formats";

/** The types that a JSON value is seen to have; a number is an integer where it has no fraction. */
export type JsonType = "string" | "integer" | "number" | "boolean" | "null" | "object" | "array";

/** Where a value was seen: the event, and its number among the event's values. */
export interface Sighting {
  readonly place: EventPlace;
  readonly step: number;
}

/** A value as it is quoted, and where it was seen first. */
export interface Quoted {
  readonly text: string;
  readonly first: Sighting;
}

/** Least and greatest of what was seen; Infinity to -Infinity where nothing was. */
export interface Range {
  min: number;
  max: number;
}

/** What was seen at one path. Two of them merge into what all of their values show, whatever the order. */
export interface Seen {
  readonly children: Map<string, Seen>;
  /** The elements of arrays. */
  elements: Seen | undefined;
  /** The values of objects whose keys are data; then there are no children. */
  entries: Seen | undefined;
  /** How many different keys such objects have at most, to have children. */
  readonly mostKeys: number;
  readonly types: Partial<Record<JsonType, number>>;
  readonly formats: Partial<Record<TextFormat, number>>;
  /** The distinct values, as long as they are few and short. */
  values: Map<unknown, Quoted> | null;
  readonly numbers: Range;
  /** Of the numbers in texts. */
  readonly textNumbers: Range;
  areTextNumbersWhole: boolean;
  /** Of texts, in UTF-16 units. */
  readonly lengths: Range;
  /** Of scalars that an event has one of; null below arrays and maps. */
  readonly distinct: Distinct | null;
  first: Sighting | undefined;
  /** The first value that is not null. */
  example: Quoted | undefined;
  /** Values that stand too deep to be looked at. */
  omittedCount: number;
}

/** How many different values are told. */
export const maxValues = 8;
/** An object with more different keys has data for keys; the event itself may have more columns. */
const mostKeysBelow = 250;

/** Makes what has seen nothing yet. `isSingle`: an event has at most one value there. */
export function createSeen(isSingle: boolean, mostKeys = mostKeysBelow): Seen {
  const none = () => ({ min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY });
  return {
    children: new Map(),
    elements: undefined,
    entries: undefined,
    mostKeys,
    types: {},
    formats: {},
    values: new Map(),
    numbers: none(),
    textNumbers: none(),
    areTextNumbersWhole: true,
    lengths: none(),
    distinct: isSingle ? new Distinct() : null,
    first: undefined,
    example: undefined,
    omittedCount: 0,
  };
}

/** The types of a JSON value. */
export function typeOf(value: unknown): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  if (value instanceof ExactNumber) return value.isWhole() ? "integer" : "number";
  return typeof value as "string" | "boolean" | "object";
}

/** Whether one sighting comes before another, which may be none. */
export function isBefore(a: Sighting, b: Sighting | undefined): boolean {
  if (!b) return true;
  const order = a.place === b.place ? 0 : comparePlaces(a.place, b.place);
  return order === 0 ? a.step < b.step : order < 0;
}

/** A value of an event that is looked at. */
export interface Look {
  readonly place: EventPlace;
  /** Whether no event that was looked at stands behind: then what was seen before was seen first. */
  readonly isLatest: boolean;
  step: number;
}

/** Whether the value that is looked at comes before what was seen first so far. */
export function isFirst(look: Look, first: Sighting | undefined): boolean {
  return !first || (!look.isLatest && isBefore(look, first));
}

/** Where the value stands that is looked at. */
export function sightingOf({ place, step }: Look): Sighting {
  return { place, step };
}

/** Adds a scalar to what was seen at its path. */
export function addScalar(seen: Seen, read: unknown, look: Look): void {
  const value = read instanceof ExactNumber ? Number(read) : read;
  const isKnown = addValue(seen, read, look);
  if (typeof value === "number") {
    widen(seen.numbers, value);
    if (!isKnown) seen.distinct?.add(read instanceof ExactNumber ? read.toDecimal() : String(value));
  } else if (typeof value === "string") addText(seen, value, isKnown);
}

function addText(seen: Seen, text: string, isKnown: boolean): void {
  const format = formatOf(text);
  seen.formats[format] = (seen.formats[format] ?? 0) + 1;
  widen(seen.lengths, text.length);
  if (!isKnown) seen.distinct?.add(text);
  if (format !== "number as text") return;
  const number = Number(text);
  widen(seen.textNumbers, number);
  seen.areTextNumbersWhole &&= Number.isInteger(number);
}

/** Whether the value is one of those that were seen before. */
function addValue(seen: Seen, read: unknown, look: Look): boolean {
  if (!seen.values) return false;
  const distinct = read instanceof ExactNumber ? `number ${read.toDecimal()}` : read;
  const known = seen.values.get(distinct);
  if (known && !isFirst(look, known.first)) return true;
  const isLong = typeof read === "string" && read.length > 80;
  if (isLong || (!known && seen.values.size === maxValues)) seen.values = null;
  else seen.values.set(distinct, { text: quote(read), first: sightingOf(look) });
  return known !== undefined;
}

function widen(range: Range, value: number): void {
  range.min = Math.min(range.min, value);
  range.max = Math.max(range.max, value);
}

import { isObject } from "../base/json";
import { quote } from "../contract/failures";
import { toPath } from "./leaves";
import { childOf, elementsOf, mergeSeen, toMap } from "./merge-seen";
import { comparePlaces, type EventPlace, type SeenPlace, toSeenPlace } from "./places";
import {
  addScalar,
  createSeen,
  isBefore,
  isFirst,
  type JsonType,
  type Look,
  type Range,
  type Seen,
  type Sighting,
  sightingOf,
  typeOf,
} from "./seen";
import type { TextFormat } from "./text-formats";

export type { JsonType } from "./seen";
export type { TextFormat } from "./text-formats";

/** What was seen at one JSON path. */
export interface InferredField {
  /**
   * Such as `sequences.questions[].options[].at`; `[]` stands for the elements of an array, `{}` for the values of an
   * object whose keys are data.
   */
  readonly path: string;
  /** Path of the object that has the key, or of the array; "" is the event. */
  readonly parentPath: string;
  /** The key as it stands in the JSON; null for the elements of an array, and for the values of a map. */
  readonly key: string | null;
  /** How many values were seen, null included. */
  readonly count: number;
  /** How many parents there were: objects that could have had the key, or arrays. */
  readonly parentCount: number;
  /** count / parentCount: 1 where always present; for elements the mean length of their arrays. */
  readonly share: number;
  readonly nullCount: number;
  /** How often each type was seen; only those seen. */
  readonly types: Readonly<Partial<Record<JsonType, number>>>;
  /** How often text of each format was seen; only those seen. */
  readonly formats: Readonly<Partial<Record<TextFormat, number>>>;
  /** Least and greatest number seen; null where none was. */
  readonly min: number | null;
  readonly max: number | null;
  /** Least and greatest of the numbers in texts, and whether all of them are whole; null where none was. */
  readonly textNumbers: { readonly min: number; readonly max: number; readonly areWhole: boolean } | null;
  /** Length of the shortest text, in UTF-16 units; null where none was seen. */
  readonly shortest: number | null;
  /** How many different scalars were seen, exact up to 2,047, else within some 2 %; null below arrays and maps. */
  readonly distinctCount: number | null;
  /** All values seen, quoted, in order of appearance; null if more than 8, one over 80 characters, object or array. */
  readonly values: readonly string[] | null;
  /** The first value that is not null, quoted and cut at 80 characters; "null" where there is none. */
  readonly example: string;
  /** The event that had the path first, by partition and offset or by its place in the file. */
  readonly firstSeen: SeenPlace;
}

/** Every JSON path of a sample of events, parents before children, keys in order of appearance. */
export interface InferredSchema {
  readonly eventCount: number;
  readonly fields: readonly InferredField[];
  /** How many values were passed over because their paths were beyond the limit. */
  readonly omittedCount: number;
}

/** An inference under way: what was seen of the events so far. Grows with the number of paths, not of events. */
export interface Inference {
  readonly root: Seen;
  /** How many paths are told at most: those that were seen first. */
  readonly maxPaths: number;
  eventCount: number;
  /** The last place that was observed; what comes behind it can't be what was seen first. */
  latest: EventPlace | undefined;
}

/** How deep is looked. */
const mostLevels = 1000;
/** What stands on the event itself are columns, however many. */
const mostKeysOfEvent = 1000;

/** Infers the schema of a sample of events. */
export function inferSchema(events: Iterable<unknown>): InferredSchema {
  const inference = createInference();
  for (const event of events) observeEvent(inference, event);
  return toInferredSchema(inference);
}

/**
 * Starts an inference that tells at most `maxPaths` paths (default 1000). An object with more than 250 different keys
 * (the event: 1000) is taken for a map, so that keys made of data do no harm.
 */
export function createInference(maxPaths = 1000): Inference {
  return { root: createSeen(true, mostKeysOfEvent), maxPaths, eventCount: 0, latest: undefined };
}

/** Adds what one event shows. Where it stands is by default how many were observed before, as in a file. */
export function observeEvent(
  inference: Inference,
  event: unknown,
  place: EventPlace = { record: inference.eventCount },
): void {
  const isLatest = !inference.latest || comparePlaces(inference.latest, place) < 0;
  inference.eventCount++;
  if (isLatest) inference.latest = place;
  observe({ place, isLatest, step: 0 }, inference.root, event, 0);
}

/**
 * Merges what two inferences have seen of different events. Whichever events were observed where, and in whatever order
 * they are merged, the whole tells the same, provided that their places were given.
 */
export function mergeInferences(a: Inference, b: Inference): Inference {
  const merged = createInference(Math.max(a.maxPaths, b.maxPaths));
  for (const { root, eventCount, latest } of [a, b]) {
    mergeSeen(merged.root, root);
    merged.eventCount += eventCount;
    if (latest && (!merged.latest || comparePlaces(merged.latest, latest) < 0)) merged.latest = latest;
  }
  return merged;
}

/** Takes an inference's objects for maps where `isMap` says so, the outer ones first; the inference stays as it is. */
export function withMaps(inference: Inference, isMap: (seen: Seen, path: string) => boolean): Inference {
  const changed = mergeInferences(inference, createInference(inference.maxPaths));
  const change = (seen: Seen, path: string): void => {
    if (seen.children.size > 0 && path !== "" && isMap(seen, path)) toMap(seen);
    for (const part of partsOf(seen, path)) change(part.seen, part.path);
  };
  change(changed.root, "");
  return changed;
}

/** Gives what an inference has seen so far; it may go on afterwards. */
export function toInferredSchema({ root, maxPaths, eventCount }: Inference): InferredSchema {
  const limit = findLimit(root, maxPaths);
  const told = { fields: [] as InferredField[], omittedCount: 0 };
  addFields(told, root, "", limit);
  return { eventCount, ...told };
}

/** Whether a key was seen to be absent or null, be it once; never of an array's elements. */
export function canBeMissing({ key, count, parentCount, nullCount }: InferredField): boolean {
  return key !== null && (count < parentCount || nullCount > 0);
}

function observe(look: Look, seen: Seen, value: unknown, level: number): void {
  const type = typeOf(value);
  look.step++;
  seen.types[type] = (seen.types[type] ?? 0) + 1;
  if (isFirst(look, seen.first)) seen.first = sightingOf(look);
  if (value !== null && isFirst(look, seen.example?.first))
    seen.example = { text: quote(value), first: sightingOf(look) };
  if (type !== "array" && type !== "object") addScalar(seen, value, look);
  else if (level === mostLevels) seen.omittedCount += Object.keys(value as object).length;
  else if (Array.isArray(value)) {
    for (const element of value) observe(look, elementsOf(seen), element, level + 1);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) observe(look, childOf(seen, key), value[key], level + 1);
  }
}

interface Part {
  readonly key: string | null;
  readonly path: string;
  readonly seen: Seen;
}

/** What stands below, in order of appearance. */
function partsOf(seen: Seen, path: string): Part[] {
  const { elements, entries, children } = seen;
  const parts: Part[] = [...children].map(([key, child]) => ({ key, path: toPath(path, key), seen: child }));
  if (elements) parts.push({ key: null, path: toPath(path, null), seen: elements });
  if (entries) parts.push({ key: null, path: `${path}{}`, seen: entries });
  return parts.sort((a, b) => (isBefore(a.seen.first as Sighting, b.seen.first) ? -1 : 1));
}

/** Where the first path was seen that is one too many. */
function findLimit(root: Seen, maxPaths: number): Sighting | undefined {
  const firsts: Sighting[] = [];
  const add = (seen: Seen): void => {
    for (const { seen: part } of partsOf(seen, "")) {
      if (part.first) firsts.push(part.first);
      add(part);
    }
  };
  add(root);
  return firsts.length > maxPaths ? firsts.sort((a, b) => (isBefore(a, b) ? -1 : 1))[maxPaths] : undefined;
}

function addFields(
  told: { fields: InferredField[]; omittedCount: number },
  parent: Seen,
  parentPath: string,
  limit: Sighting | undefined,
): void {
  told.omittedCount += parent.omittedCount;
  for (const part of partsOf(parent, parentPath)) {
    if (limit && !isBefore(part.seen.first as Sighting, limit)) {
      told.omittedCount += sum(part.seen.types);
      continue;
    }
    told.fields.push(toField(parent, parentPath, part));
    addFields(told, part.seen, part.path, limit);
  }
}

function toField(parent: Seen, parentPath: string, { key, path, seen }: Part): InferredField {
  const { types, formats, values, numbers, textNumbers, lengths, distinct, first } = seen;
  const count = sum(types);
  const parentCount = (parent.elements === seen ? parent.types.array : parent.types.object) ?? 0;
  const isScalar = !types.object && !types.array;
  return {
    path,
    parentPath,
    key,
    count,
    parentCount,
    share: count / parentCount,
    nullCount: types.null ?? 0,
    types: { ...types },
    formats: { ...formats },
    ...boundsOf(numbers),
    textNumbers:
      textNumbers.min > textNumbers.max ? null : { ...textNumbers, areWhole: seen.areTextNumbersWhole },
    shortest: boundsOf(lengths).min,
    distinctCount: isScalar && distinct ? distinct.count : null,
    values: isScalar && values ? toTexts(values) : null,
    example: seen.example?.text ?? "null",
    firstSeen: toSeenPlace((first as Sighting).place),
  };
}

function toTexts(values: NonNullable<Seen["values"]>): string[] {
  return [...values.values()].sort((a, b) => (isBefore(a.first, b.first) ? -1 : 1)).map(({ text }) => text);
}

function boundsOf({ min, max }: Range): { readonly min: number | null; readonly max: number | null } {
  return { min: Number.isFinite(min) ? min : null, max: Number.isFinite(max) ? max : null };
}

function sum(counts: Readonly<Partial<Record<JsonType, number>>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

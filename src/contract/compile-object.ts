import { isObject, type JsonObject, ownValue } from "../base/json";
import { compileValue } from "./compile-value";
import { type AskingColumn, describeColumn } from "./describe";
import { formatPath, partsOf, type Step, stepsOf } from "./paths";
import { type FillObject, failObject, isMissing, type Place, type Read } from "./reading";
import { refused, Sink, type Template } from "./sink";

/** One of the objects on the way to a column: a key of another one, by its number; the first is the object itself. */
interface Holder {
  readonly up: number;
  readonly key: string;
}

interface Filler {
  readonly holder: number;
  readonly key: string;
  /** Whether every object inherits something by that key. */
  readonly isInherited: boolean;
  readonly index: number;
  readonly isMisfitNull: boolean;
  readonly read: Read;
  /** Says what stands in the way, where a holder is no object. */
  readonly explain: (object: JsonObject, sink: Sink) => unknown;
}

/**
 * Prepares the reading of columns out of an object: each object on the way to them is looked up once.
 *
 * @param base Path of the object from the event on.
 */
export function compileObject(places: readonly Place[], base: readonly Step[]): FillObject {
  const holders: Holder[] = [];
  const fillers = places.map((place) => toFiller(place, base, holders));
  if (holders.length === 0)
    return (object, sink, values) => {
      for (const filler of fillers) values[filler.index] = fillFrom(object, filler, sink);
    };
  return (object, sink, values) => {
    const objects: (JsonObject | undefined)[] = [object];
    for (const { up, key } of holders) {
      const parent = objects[up];
      const child = parent && ownValue(parent, key);
      objects.push(isObject(child) ? child : undefined);
    }
    for (const filler of fillers) values[filler.index] = fill(filler, objects, object, sink);
  };
}

function fill(
  filler: Filler,
  objects: readonly (JsonObject | undefined)[],
  object: JsonObject,
  sink: Sink,
): unknown {
  const holder = objects[filler.holder];
  if (holder) return fillFrom(holder, filler, sink);
  return filler.isMisfitNull ? null : filler.explain(object, sink);
}

function fillFrom(holder: JsonObject, { key, isInherited, isMisfitNull, read }: Filler, sink: Sink): unknown {
  const value = isInherited ? ownValue(holder, key) : holder[key];
  return isMisfitNull ? readOrNull(read, value) : read(value, sink);
}

/** What does not fit is null. */
function readOrNull(read: Read, value: unknown): unknown {
  const own = new Sink();
  const found = read(value, own);
  return found === undefined || found === refused || own.failures.length > 0 ? null : found;
}

/** Prepares the reading of a column that is the very element of an array, or value of a map, that a row is. */
export function compileElement(column: AskingColumn): Read {
  const read = compileNullable(column);
  return column.misfit === "nulled" ? (value) => readOrNull(read, value) : read;
}

function toFiller({ column, index }: Place, base: readonly Step[], holders: Holder[]): Filler {
  const steps = stepsOf(column.from ?? column.name);
  const keys = steps.slice(base.length).map((one) => ("key" in one ? one.key : ""));
  const parents = keys.slice(0, -1);
  let holder = 0;
  for (const key of parents) {
    const known = holders.findIndex((one) => one.up === holder && one.key === key);
    holder = known === -1 ? holders.push({ up: holder, key }) : known + 1;
  }
  const wayTo = parents.map((_, depth) => partsOf(formatPath(steps.slice(0, base.length + depth + 1))));
  const key = keys.at(-1) ?? "";
  return {
    holder,
    key,
    isInherited: key in Object.prototype,
    index,
    read: compileNullable(column),
    isMisfitNull: column.misfit === "nulled",
    explain: (object, sink) => explainWay(object, parents, wayTo, column.nullable, sink),
  };
}

/** Names the first value on the way that is no object; where it is missing and the column may be null, that is null. */
function explainWay(
  object: JsonObject,
  keys: readonly string[],
  templates: readonly Template[],
  nullable: boolean,
  sink: Sink,
): unknown {
  let value: unknown = object;
  for (const [depth, key] of keys.entries()) {
    value = isObject(value) ? ownValue(value, key) : undefined;
    if (isObject(value)) continue;
    if (isMissing(value) && nullable) return null;
    return failObject(sink, templates[depth] ?? [], value);
  }
  return null;
}

/** Prepares the reading of a value that may be missing. */
export function compileNullable(column: AskingColumn): Read {
  const read = compileValue(column, { compileObject, compileNullable });
  if (column.nullable) return (value, sink) => (isMissing(value) ? null : read(value, sink));
  const template = partsOf(column.from ?? column.name);
  const expected = column.type === "STRUCT" ? "an object" : describeColumn(column);
  return (value, sink) =>
    isMissing(value) ? sink.fail(template, "required", expected, value) : read(value, sink);
}

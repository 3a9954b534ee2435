import { isObject, type JsonObject, ownValue } from "../base/json";
import { compileDerived } from "./compile-derived";
import { compileElement, compileObject } from "./compile-object";
import { compileRule } from "./compile-rules";
import { compileScalar } from "./compile-scalar";
import { compileNames, lastKey } from "./compile-value";
import type { Failure, Warning } from "./failures";
import type { ContractTable } from "./model";
import { formatPath, parsePath, partsOf, type Step, startsWith, stepsOf } from "./paths";
import {
  type EventPlace,
  type FillObject,
  type FillRow,
  failObject,
  isMissing,
  type Place,
  type Read,
  type Reading,
} from "./reading";
import { Sink, type Template } from "./sink";

/**
 * What a table makes of an event: rows, with what is only counted; or failures, and then no row of it lands; or nothing,
 * where the array that its rows are is missing.
 */
export type TableOutcome<R = object> =
  | { readonly kind: "rows"; readonly rows: readonly R[]; readonly warnings: readonly Warning[] }
  | { readonly kind: "refused"; readonly failures: readonly Failure[] }
  | { readonly kind: "absent" };

/** Reads the rows of one table out of an event. */
export type ReadTable<R = object> = (event: unknown, place: EventPlace) => TableOutcome<R>;

/** What is read at one depth of arrays: the columns there, then the elements of the array below. */
interface Level {
  readonly fill: FillObject;
  /** The columns that are the element itself. */
  readonly whole: readonly { readonly index: number; readonly read: Read }[];
  /** Whether anything is taken out of the element. */
  readonly isOpened: boolean;
  readonly template: Template;
  /** How the next level's array is reached; absent at the last one. */
  readonly next?: {
    readonly keys: readonly string[];
    readonly each: "[]" | "{}";
    readonly template: Template;
    readonly expected: string;
  };
}

/** Prepares a table's reading. R is what its rows look like. */
export function compileTable<R = object>(table: ContractTable): ReadTable<R> {
  const levels = levelsOf(table);
  const toObject = compileNames(table.columns.map(({ name }) => name));
  const [placed, derived] = [fillersOfPlace(table), compileDerived(table)];
  const rules = table.rules.map((rule) => compileRule(rule, table.columns, table.row));
  const finish = (reading: Reading) => {
    const { values, sink } = reading;
    for (const fill of placed) fill(reading);
    const before = sink.failures.length;
    for (const fill of derived) fill(reading);
    const follow = sink.failures.splice(before); // told only where no rule says why
    for (const holdTo of rules) holdTo(values, sink);
    if (sink.failures.length === before) sink.failures.push(...follow);
    reading.rows.push(sink.failures.length > 0 ? undefined : toObject(values));
  };
  return (event, place) => {
    const sink = new Sink();
    const values = new Array<unknown>(table.columns.length);
    const reading: Reading = { place, sink, rows: [], values, isAbsent: false };
    readLevel(levels, 0, event, reading, finish);
    if (reading.isAbsent) return { kind: "absent" };
    const { failures, warnings } = sink;
    if (failures.length > 0) return { kind: "refused", failures };
    return { kind: "rows", rows: reading.rows as readonly R[], warnings };
  };
}

function readLevel(
  levels: readonly Level[],
  depth: number,
  value: unknown,
  reading: Reading,
  finish: FillRow,
): void {
  const level = levels[depth] as Level;
  const { sink, values } = reading;
  for (const { index, read } of level.whole) values[index] = read(value, sink);
  if (!level.isOpened) {
    finish(reading);
    return;
  }
  if (!isObject(value)) {
    failObject(sink, level.template, value);
    return;
  }
  const { next } = level;
  const list = next && listOf(next, value);
  if (next && isMissing(list)) {
    if (depth === 0) reading.isAbsent = true;
    return;
  }
  level.fill(value, sink, values);
  if (!next) {
    finish(reading);
    return;
  }
  if (next.each === "[]" ? !Array.isArray(list) : !isObject(list)) {
    sink.fail(next.template, "type", next.expected, list);
    return;
  }
  const keys = Array.isArray(list) ? undefined : Object.keys(list as JsonObject);
  const parts = list as Readonly<Record<number | string, unknown>>;
  const { length } = keys ?? (list as readonly unknown[]);
  for (let index = 0; index < length; index++) {
    const at = keys?.[index] ?? index;
    sink.at[depth] = at;
    readLevel(levels, depth + 1, parts[at], reading, finish);
  }
  sink.at.length = depth;
}

/** The array below an object; missing also where no object is around it. */
function listOf({ keys }: NonNullable<Level["next"]>, object: JsonObject): unknown {
  let value: unknown = object;
  for (const key of keys) value = isObject(value) ? ownValue(value, key) : undefined;
  return value;
}

/** The levels of a row: the event, then the elements of each array on the way. */
function levelsOf({ row, columns }: ContractTable): Level[] {
  const steps = parsePath(row) ?? [];
  const ends = steps.flatMap((one, index) => ("each" in one ? [index + 1] : []));
  const bases = [0, ...ends].map((end) => steps.slice(0, end));
  const levelOf = (from: string) => {
    const own = parsePath(from) ?? [];
    return bases.findLastIndex((base) => startsWith(own, base));
  };
  return bases.map((base, depth) => {
    const places = columns.flatMap((column, index) => {
      const { from } = column;
      return from === undefined || from.startsWith("@") || levelOf(from) !== depth ? [] : [{ column, index }];
    });
    const isWhole = ({ column }: Place) => stepsOf(column.from ?? "").length === base.length;
    const own = depth === 0 ? [] : places.filter(isWhole);
    const inside = places.filter((place) => !own.includes(place));
    const end = ends[depth];
    const way = end === undefined ? undefined : steps.slice(base.length, end);
    return {
      fill: compileObject(inside, base),
      whole: own.map(({ column, index }) => ({ index, read: compileElement(column) })),
      isOpened: depth === 0 || inside.length > 0 || end !== undefined,
      template: base.length === 0 ? ["$"] : partsOf(formatPath(base)),
      ...(way ? { next: toNext(way, steps.slice(0, end)) } : {}),
    };
  });
}

function toNext(way: readonly Step[], whole: readonly Step[]): NonNullable<Level["next"]> {
  const path = formatPath(whole.slice(0, -1));
  const last = way.at(-1);
  const each = last && "each" in last ? last.each : "[]";
  return {
    keys: way.flatMap((one) => ("key" in one ? [one.key] : [])),
    each,
    template: partsOf(path),
    expected: each === "[]" ? `an array of ${lastKey(path)}` : "an object",
  };
}

/** What a row takes from where it stands; a key is data, and held to what its column asks for. */
function fillersOfPlace({ columns, row }: ContractTable): FillRow[] {
  return columns.flatMap((column, index): FillRow[] => {
    const { from } = column;
    const value = from?.startsWith("@") ? ofPlace[from] : undefined;
    if (!value) return [];
    const check: Read = from === "@key" ? compileScalar({ ...column, from: row }) : (one) => one;
    return [
      (reading) => {
        reading.values[index] = check(value(reading), reading.sink);
      },
    ];
  });
}

const ofPlace: Readonly<Record<string, (reading: Reading) => unknown>> = {
  "@partition": ({ place }) => place.partition,
  "@offset": ({ place }) => place.offset,
  "@event": ({ place }) => place.eventIndex ?? 0,
  "@index": ({ rows }) => rows.length,
  "@key": ({ sink }) => sink.at.findLast((at) => typeof at === "string"),
};

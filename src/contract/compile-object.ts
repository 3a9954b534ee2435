import { isObject, type JsonObject, ownValue } from "../base/json";
import { compileValue } from "./compile-value";
import { type AskingColumn, describeColumn } from "./describe";
import { type Holder, type Keyed, writeObject, writeReading } from "./object-code";
import { formatPath, partsOf, type Step, stepsOf } from "./paths";
import { type FillObject, failObject, isMissing, type Place, type Read, type ReadRecord } from "./reading";
import { refused, Sink, type Template } from "./sink";

interface Filler extends Keyed {
  readonly read: Read;
  /** Says what stands in the way, where a holder is no object. */
  readonly explain: (object: JsonObject, sink: Sink) => unknown;
}

/** What reads an object, as the code that is written for it. */
type ReadObject<Args extends readonly unknown[], Result> = (
  h0: JsonObject,
  sink: Sink,
  ...others: Args
) => Result;

/**
 * Prepares the reading of columns out of an object: each object on the way to them is looked up once.
 *
 * @param base Path of the object from the event on.
 */
export function compileObject(places: readonly Place[], base: readonly Step[]): FillObject {
  const end = places.map(({ index }, at) => `values[${index}] = v${at};`);
  return compileCode<[unknown[]], void>(places, base, ["values"], end.join("\n"));
}

/** Prepares the making of an object by the columns' names out of another one; `refused` where one of them is. */
export function compileRecord(columns: readonly AskingColumn[], base: readonly Step[]): ReadRecord {
  const places = columns.map((column, index) => ({ column, index }));
  const isRefused = columns.map((_, at) => `v${at} === refused`).join(" || ") || "false";
  const names = columns.map(({ name }) => name);
  const made = writeObject(names, (at) => `v${at}`);
  return compileCode(places, base, [], `return ${isRefused} ? refused : ${made};`);
}

function compileCode<Args extends readonly unknown[], Result>(
  places: readonly Place[],
  base: readonly Step[],
  others: readonly string[],
  end: string,
): ReadObject<Args, Result> {
  const holders: Holder[] = [];
  const fillers = places.map((place) => toFiller(place, base, holders));
  const parts = fillers.map((_, at) => `r${at} = fillers[${at}].read, e${at} = fillers[${at}].explain`);
  const code = `${parts.length > 0 ? `const ${parts.join(", ")};` : ""}
return (${["h0", "sink", ...others].join(", ")}) => {
${writeReading(fillers, holders)}
${end}
};`;
  const make = new Function("fillers", "isObject", "ownValue", "refused", code);
  return make(fillers, isObject, ownValue, refused) as ReadObject<Args, Result>;
}

/** What does not fit is null. */
function orNull(read: Read): Read {
  let own = new Sink();
  return (value) => {
    const found = read(value, own);
    const isMisfit = found === undefined || found === refused || own.failures.length > 0;
    if (isMisfit || own.warnings.length > 0) own = new Sink();
    return isMisfit ? null : found;
  };
}

/** Prepares the reading of a column that is the very element of an array, or value of a map, that a row is. */
export function compileElement(column: AskingColumn): Read {
  const read = compileNullable(column);
  return column.misfit === "nulled" ? orNull(read) : read;
}

function toFiller({ column }: Place, base: readonly Step[], holders: Holder[]): Filler {
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
    column,
    read: compileElement(column),
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
  const read = compileValue(column, { compileRecord, compileNullable });
  if (column.nullable) return (value, sink) => (isMissing(value) ? null : read(value, sink));
  const template = partsOf(column.from ?? column.name);
  const expected = column.type === "STRUCT" ? "an object" : describeColumn(column);
  return (value, sink) =>
    isMissing(value) ? sink.fail(template, "required", expected, value) : read(value, sink);
}

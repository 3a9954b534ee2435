import { isObject } from "../base/json";
import { coerceValue } from "./coerce";
import { compileScalar } from "./compile-scalar";
import { type AskingColumn, describeColumn } from "./describe";
import { writeObject } from "./object-code";
import { parsePath, partsOf } from "./paths";
import type { Parts, Read } from "./reading";
import { refused } from "./sink";

/** Prepares the reading of a value that is there: a scalar, or what has parts. */
export function compileValue(column: AskingColumn, parts: Parts): Read {
  const read = compilePlain(column, parts);
  if (column.coerce !== "json-text") return read;
  const template = partsOf(column.from ?? column.name);
  const expected = describeColumn(column);
  return (value, sink) => {
    const coerced = coerceValue("json-text", value);
    if (!coerced) return sink.fail(template, "type", expected, value);
    return "value" in coerced ? read(coerced.value, sink) : sink.fail(template, "json-text", expected, value);
  };
}

function compilePlain(column: AskingColumn, parts: Parts): Read {
  if (column.type === "STRUCT") return compileStruct(column, parts);
  if (column.type === "LIST") return compileList(column, parts);
  return column.type === "MAP" ? compileMap(column, parts) : compileScalar(column);
}

function compileStruct({ name, from = name, fields = [] }: AskingColumn, { compileRecord }: Parts): Read {
  const template = partsOf(from);
  const read = compileRecord(fields, parsePath(from) ?? []);
  return (value, sink) =>
    isObject(value) ? read(value, sink) : sink.fail(template, "type", "an object", value);
}

/** Prepares what makes objects of values by their names; `refused` where one of them is. */
export function compileNames(
  names: readonly string[],
): (values: readonly unknown[]) => object | typeof refused {
  const made = writeObject(names, (at) => `values[${at}]`);
  const make = new Function("values", `return ${made};`) as (values: unknown) => object;
  return (values) => (values.includes(refused) ? refused : make(values));
}

function compileList({ name, from = name, items }: AskingColumn, { compileNullable }: Parts): Read {
  const template = partsOf(from);
  const expected = `an array of ${lastKey(from)}`;
  const read = items ? compileNullable(items) : () => refused;
  return (value, sink) => {
    if (!Array.isArray(value)) return sink.fail(template, "type", expected, value);
    const list: unknown[] = [];
    const depth = sink.at.length;
    for (let index = 0; index < value.length; index++) {
      sink.at[depth] = index;
      list.push(read(value[index], sink));
    }
    sink.at.length = depth;
    return list.includes(refused) ? refused : list;
  };
}

function compileMap({ name, from = name, items }: AskingColumn, { compileNullable }: Parts): Read {
  const template = partsOf(from);
  const read = items ? compileNullable(items) : () => refused;
  const readKey = compileScalar({ name: "key", type: "STRING", nullable: false, from: `${from}{}` });
  return (value, sink) => {
    if (!isObject(value)) return sink.fail(template, "type", "an object", value);
    const depth = sink.at.length;
    const list = Object.keys(value).map((key) => {
      sink.at[depth] = key;
      return { key: readKey(key, sink), value: read(value[key], sink) };
    });
    sink.at.length = depth;
    return list.some((entry) => entry.key === refused || entry.value === refused) ? refused : list;
  };
}

/** The key that an array stands at. */
export function lastKey(path: string): string {
  const last = parsePath(path)?.findLast((one) => "key" in one);
  return last && "key" in last ? last.key : path;
}

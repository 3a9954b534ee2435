import { type AskingColumn, boundsOf } from "./describe";

/** One of the objects on the way to a column: a key of another one, by its number; 0 is the object itself. */
export interface Holder {
  readonly up: number;
  readonly key: string;
}

/** A column, and the key that it is read from, of which object. */
export interface Keyed {
  readonly column: AskingColumn;
  readonly holder: number;
  readonly key: string;
}

/**
 * Writes the code that reads columns out of the object `h0` into `v0`, `v1` and so on. Each key is looked up at a place of
 * its own, where V8 remembers the objects that come. A value that most are like is taken there and then; `r0` and so on read
 * the others, with `sink`, and `e0` and so on say what stands in the way where one of the objects is none.
 */
export function writeReading(columns: readonly Keyed[], holders: readonly Holder[]): string {
  const around = holders.map(({ up, key }, at) => {
    const child = `${up === 0 ? "" : `h${up} && `}ownValue(h${up}, ${JSON.stringify(key)})`;
    return `const c${at + 1} = ${child}, h${at + 1} = isObject(c${at + 1}) ? c${at + 1} : undefined;`;
  });
  const values = columns.map(({ column, holder, key }, at) => {
    const read = `{ const x = ${lookUp(holder, key)}; v${at} = ${writeValue(column, at)}; }`;
    if (holder === 0) return `let v${at}; ${read}`;
    const otherwise = column.misfit === "nulled" ? "null" : `e${at}(h0, sink)`;
    return `let v${at}; if (h${holder} === undefined) v${at} = ${otherwise}; else ${read}`;
  });
  return [...around, ...values].join("\n");
}

/**
 * Writes an object with those names, each quoted: all that are made there have one shape from the start, which objects that
 * get one name after another have not.
 */
export function writeObject(names: readonly string[], valueAt: (index: number) => string): string {
  return `{ ${names.map((name, index) => `${JSON.stringify(name)}: ${valueAt(index)}`).join(", ")} }`;
}

/** Every object inherits something by some keys. */
function lookUp(holder: number, key: string): string {
  const quoted = JSON.stringify(key);
  return key in Object.prototype ? `ownValue(h${holder}, ${quoted})` : `h${holder}[${quoted}]`;
}

function writeValue(column: AskingColumn, at: number): string {
  const test = writeTest(column);
  const isNull = column.nullable || column.misfit === "nulled";
  const quick = test === undefined ? "" : `${test} ? ${column.type === "INT32" ? "x | 0" : "x"} : `; // -0 is 0
  return `${quick}${isNull ? "x === undefined || x === null ? null : " : ""}r${at}(x, sink)`;
}

/** True of values that are taken as they are, though not of all of them; undefined where the column's reader must tell. */
function writeTest(column: AskingColumn): string | undefined {
  const { type, coerce, pattern, values, minLength = 0, maxLength, min, max } = column;
  if (coerce || pattern !== undefined || values) return undefined;
  if (type === "BOOLEAN") return "x === true || x === false";
  if (type === "STRING") {
    if (minLength > 1) return undefined;
    const length = `${minLength === 1 ? ' && x !== ""' : ""}${maxLength === undefined ? "" : ` && x.length <= ${maxLength}`}`;
    return `typeof x === "string"${length} && x.isWellFormed()`;
  }
  const isWithin = (least?: number, most?: number) =>
    `${least === undefined ? "" : ` && x >= ${least}`}${most === undefined ? "" : ` && x <= ${most}`}`;
  if (type === "DOUBLE") return `typeof x === "number" && x - x === 0${isWithin(min, max)}`;
  if (type !== "INT32") return undefined;
  const bounds = boundsOf(column);
  return `typeof x === "number" && (x | 0) === x${isWithin(bounds.min, bounds.max)}`;
}

import { ExactNumber } from "../base/exact-numbers";

/** An object's scalar values by path. */
export type Leaves = Record<string, unknown>;

/**
 * Flattens an object to its scalar leaves by path: `{ a: { b: 1 } }` becomes `{ "a.b": 1 }`. Of an array its length is
 * kept, as `path[]`: its elements are rows of their own. An object without keys, or below the twentieth level, is
 * `path{}` with the number of its keys. Numbers are doubles, as frames have them.
 */
export function toLeaves(object: object, path = "", levels = 20): Leaves {
  const leaves: Leaves = {};
  for (const [key, value] of Object.entries(object)) {
    const name = toPath(path, key);
    if (Array.isArray(value)) leaves[`${name}[]`] = value.length;
    else if (isExact(value)) put(leaves, name, Number(value));
    else if (typeof value !== "object" || value === null) put(leaves, name, value);
    else if (levels > 1 && Object.keys(value).length > 0)
      Object.assign(leaves, toLeaves(value, name, levels - 1));
    else leaves[`${name}{}`] = Object.keys(value).length;
  }
  return leaves;
}

/**
 * Builds the object that leaves were taken of, as far as they tell: null and absent are the same to them, so both are
 * left out, with parents that hold nothing else; an array's elements are not among them, so one that had any holds "…".
 */
export function fromLeaves(leaves: Readonly<Leaves>): Leaves {
  const object: Leaves = {};
  for (const path of Object.keys(leaves)) {
    const value = leaves[path];
    if (value === null || value === undefined) continue;
    const keys = keysOf(path);
    const last = keys.length - 1;
    let parent = object;
    for (let depth = 0; depth < last; depth++) parent = childOf(parent, keys[depth] ?? "");
    put(parent, keys[last] ?? "", toValue(path, value));
  }
  return object;
}

/** Joins a path and a key (null for an array's elements); keys that are no plain words stand in brackets, quoted. */
export function toPath(parentPath: string, key: string | null): string {
  if (key === null) return `${parentPath}[]`;
  const isEvent = parentPath === "" && key === "$"; // as contracts call the event itself
  if (!/^[\p{L}\p{N}_$-]+$/u.test(key) || isEvent) return `${parentPath}[${JSON.stringify(key)}]`;
  return parentPath === "" ? key : `${parentPath}.${key}`;
}

const keysOfPath = new Map<string, readonly string[]>();

/** The keys that toPath joined; remembered for as many paths as a sample is likely to have. */
function keysOf(path: string): readonly string[] {
  const known = keysOfPath.get(path);
  if (known) return known;
  const parts = path.matchAll(/\[("(?:[^"\\]|\\.)*")\]|[\p{L}\p{N}_$-]+/gu);
  const keys = [...parts].map(([word, quoted]) => (quoted ? (JSON.parse(quoted) as string) : word));
  if (keysOfPath.size < 2000) keysOfPath.set(path, keys);
  return keys;
}

function childOf(parent: Leaves, key: string): Leaves {
  const child = Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (typeof child === "object" && child !== null) return child as Leaves;
  const created: Leaves = {};
  put(parent, key, created);
  return created;
}

/** An assignment would set what the object inherits, for the one key `__proto__`. */
function put(object: Leaves, key: string, value: unknown): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function toValue(path: string, value: unknown): unknown {
  if (path.endsWith("[]")) return value === 0 ? [] : ["…"];
  return path.endsWith("{}") ? {} : value;
}

/** A number that no double holds. */
function isExact(value: unknown): value is ExactNumber {
  return value instanceof ExactNumber;
}

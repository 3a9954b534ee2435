import { isObject } from "../base/json";
import type { Contract, ContractColumn } from "./model";
import { joinKey, type Step, stepsOf } from "./paths";

/** What a contract knows of the keys below an object, of an array's elements (`[]`) and of a map's values (`{}`). */
interface Known {
  /** As in `a[].b`; "" for the event. */
  readonly path: string;
  readonly keys: Map<string, Known>;
  /** What the elements, or the values of a map, are known by. */
  each?: Known;
  /** Whether all below it belongs to a column: text that stays text, or a value of a type that has no parts. */
  isWhole: boolean;
  /** The paths of unknown keys that were met, by key; as many as an object is likely to have. */
  readonly met: Map<string, string>;
}

/** By path, as in `a[].b`: what stands where no column comes from, the first of several. */
export type UnknownValues = ReadonlyMap<string, unknown>;

/** Finds the paths of an event that no column comes from. */
export type FindUnknown = (event: unknown) => UnknownValues;

const mostMet = 1000;

/** Prepares what finds the paths of an event that its contract does not know. What leads to a known one is known too. */
export function compileUnknown(contract: Contract): FindUnknown {
  const root = knownBy(contract);
  return (event) => {
    const found = new Map<string, unknown>();
    look(root, event, found);
    return found;
  };
}

/** Prepares what says whether a path is one that a contract knows. */
export function compileKnows(contract: Contract): (path: string) => boolean {
  const root = knownBy(contract);
  return (path) => {
    let known: Known | undefined = root;
    for (const step of stepsOf(path)) {
      if (!known || known.isWhole) break;
      known = "each" in step ? known.each : (known.keys.get(step.key) ?? known.each);
    }
    return known !== undefined;
  };
}

function knownBy({ tables, identity }: Contract): Known {
  const root = createKnown("");
  if (identity) know(root, stepsOf(identity.path));
  for (const { row, columns } of tables) {
    if (row !== "$") reach(root, stepsOf(row));
    for (const column of columns) knowColumn(root, column);
  }
  return root;
}

function createKnown(path: string): Known {
  return { path, keys: new Map(), isWhole: false, met: new Map() };
}

function knowColumn(root: Known, { from, items, fields = [] }: ContractColumn): void {
  if (from === undefined || from.startsWith("@")) return;
  if (items || fields.length > 0) reach(root, stepsOf(from));
  else know(root, stepsOf(from));
  for (const part of [...(items ? [items] : []), ...fields]) knowColumn(root, part);
}

function know(root: Known, steps: readonly Step[]): void {
  reach(root, steps).isWhole = true;
}

/** The place of a path, made where it is not there yet. */
function reach(root: Known, steps: readonly Step[]): Known {
  let known = root;
  for (const step of steps) {
    const next =
      ("each" in step ? known.each : known.keys.get(step.key)) ??
      createKnown("each" in step ? known.path + step.each : joinKey(known.path, step.key));
    if ("each" in step) known.each = next;
    else known.keys.set(step.key, next);
    known = next;
  }
  return known;
}

function look(known: Known, value: unknown, found: Map<string, unknown>): void {
  if (known.isWhole) return;
  if (Array.isArray(value)) {
    if (known.each) for (const element of value) look(known.each, element, found);
    return;
  }
  if (!isObject(value)) return;
  for (const key in value) {
    const next = known.keys.get(key) ?? known.each; // without a list of the keys: this looks at all of every event
    if (next) {
      if (!next.isWhole) look(next, value[key], found);
      continue;
    }
    const path = known.met.get(key) ?? meet(known, key);
    if (!found.has(path)) found.set(path, value[key]);
  }
}

function meet({ path, met }: Known, key: string): string {
  const below = joinKey(path, key);
  if (met.size < mostMet) met.set(key, below);
  return below;
}

import { isObject } from "../base/json";
import type { Contract, ContractColumn } from "./model";
import { joinKey, type Step, stepsOf } from "./paths";

/** What a contract knows of the keys below an object, of an array's elements (`[]`) and of a map's values (`{}`). */
interface Known {
  /** Its own path, as in `a[].b`; "" is the event. */
  readonly path: string;
  readonly keys: Map<string, Known>;
  /** Paths of keys that are not known, as far as they were told: they come again with every event. */
  readonly told: Map<string, string>;
  /** What the elements, or the values of a map, are known by. */
  each?: Known;
  /** Whether all below it belongs to a column: text that stays text, or a value of a type that has no parts. */
  isWhole: boolean;
}

/** Tells each path of an event that no column comes from, once, as in `a[].b`. */
export type FindUnknown = (event: unknown) => string[];

/** Prepares what finds the paths of an event that its contract does not know. What leads to a known one is known too. */
export function compileUnknown({ tables, identity }: Contract): FindUnknown {
  const root = createKnown("");
  if (identity) know(root, stepsOf(identity.path));
  for (const { row, columns } of tables) {
    if (row !== "$") reach(root, stepsOf(row));
    for (const column of columns) knowColumn(root, column);
  }
  return (event) => {
    const found = new Set<string>();
    look(root, event, found);
    return [...found];
  };
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
    const path = "each" in step ? known.path + step.each : joinKey(known.path, step.key);
    const next = ("each" in step ? known.each : known.keys.get(step.key)) ?? createKnown(path);
    if ("each" in step) known.each = next;
    else known.keys.set(step.key, next);
    known = next;
  }
  return known;
}

function createKnown(path: string): Known {
  return { path, keys: new Map(), told: new Map(), isWhole: false };
}

function look(known: Known, value: unknown, found: Set<string>): void {
  if (known.isWhole) return;
  if (Array.isArray(value)) {
    if (known.each) for (const element of value) look(known.each, element, found);
    return;
  }
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    const next = known.keys.get(key) ?? known.each;
    if (next) look(next, value[key], found);
    else found.add(known.told.get(key) ?? tell(known, key));
  }
}

/** Keys that are data could be as many as there are events. */
const mostTold = 1000;

function tell({ path, told }: Known, key: string): string {
  const below = joinKey(path, key);
  if (told.size < mostTold) told.set(key, below);
  return below;
}

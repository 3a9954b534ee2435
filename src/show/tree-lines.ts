import { isObject } from "../base/json";
import { quoteUpTo } from "../contract/failures";
import type { FailureRow } from "../tables/tables";

/** One value of a tree, with what is said of it. */
export interface TreeNode {
  /** Null for the root; `[2]` for an element of a list. */
  readonly key: string | null;
  /** A value as JSON, cut where it is long; of an object or a list how much it holds. */
  readonly words: string;
  readonly isOpen: boolean;
  readonly failures: readonly FailureRow[];
  /** How many failures there are at the nodes below. */
  readonly failuresBelow: number;
  readonly children: readonly TreeNode[];
}

/** So many values are shown, and those that failures are at. */
const mostNodes = 2000;
const mostLetters = 200;

/**
 * Makes a JSON value a tree. A failure is at the node of its path; where nothing stands there, at a node of its own
 * below the nearest that there is. All nodes above a failure are open.
 *
 * @param open how many levels are open, those with failures apart
 */
export function buildTree(value: unknown, failures: readonly FailureRow[], open: number): TreeNode {
  const marked = new Set(failures.flatMap(({ path }) => pathsAbove(path)));
  const taken = new Set<FailureRow>();
  let room = mostNodes;

  const build = (key: string | null, path: string, one: unknown, depth: number): TreeNode => {
    room--;
    const own = failures.filter((failure) => failure.path === path);
    for (const failure of own) taken.add(failure);
    const entries = entriesOf(one, path);
    const children: TreeNode[] = [];
    for (const entry of entries)
      if (room > 0 || marked.has(entry.path))
        children.push(build(entry.key, entry.path, entry.value, depth + 1));
    const absent = failures.filter((failure) => !taken.has(failure) && isBelow(failure.path, path));
    for (const failure of absent) taken.add(failure);
    const all = [
      ...children,
      ...absent.map((failure) => toAbsent(failure, path)),
      ...toRest(entries, children),
    ];
    return {
      key,
      words: describe(one, entries.length),
      isOpen: depth < open || failures.some((failure) => isBelow(failure.path, path)),
      failures: own,
      failuresBelow: all.reduce((sum, child) => sum + child.failures.length + child.failuresBelow, 0),
      children: all,
    };
  };
  return build(null, "$", value, 0);
}

interface Entry {
  readonly key: string;
  readonly path: string;
  readonly value: unknown;
}

function entriesOf(value: unknown, path: string): Entry[] {
  const above = path === "$" ? "" : path;
  if (Array.isArray(value))
    return value.map((one, index) => ({ key: `[${index}]`, path: `${above}[${index}]`, value: one }));
  if (!isObject(value)) return [];
  return Object.entries(value).map(([key, one]) => ({
    key,
    path: above ? `${above}.${key}` : key,
    value: one,
  }));
}

function describe(value: unknown, count: number): string {
  if (Array.isArray(value)) return `[${count} ${count === 1 ? "element" : "elements"}]`;
  if (isObject(value)) return `{${count} ${count === 1 ? "field" : "fields"}}`;
  return quoteUpTo(mostLetters, value);
}

function toAbsent(failure: FailureRow, above: string): TreeNode {
  const key = above === "$" ? failure.path : failure.path.slice(above.length).replace(/^\./, "");
  return { key, words: "nothing", isOpen: false, failures: [failure], failuresBelow: 0, children: [] };
}

function toRest(entries: readonly Entry[], children: readonly TreeNode[]): TreeNode[] {
  const rest = entries.length - children.length;
  if (rest === 0) return [];
  return [
    { key: null, words: `… ${rest} more`, isOpen: false, failures: [], failuresBelow: 0, children: [] },
  ];
}

/** Whether a path leads to something within what another path leads to. */
function isBelow(path: string, above: string): boolean {
  if (above === "$") return path !== "$";
  return path.startsWith(above) && /^[.[]/.test(path.slice(above.length));
}

/** A path and all paths above it. */
function pathsAbove(path: string): string[] {
  return [...path.matchAll(/[.[]|$/g)].map(({ index }) => path.slice(0, index));
}

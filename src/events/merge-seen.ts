import { createSeen, isBefore, maxValues, type Range, type Seen } from "./seen";

/** Adds to `target` what another one has seen, and leaves that as it is. */
export function mergeSeen(target: Seen, other: Seen): void {
  addCounts(target.types, other.types);
  addCounts(target.formats, other.formats);
  mergeValues(target, other);
  mergeRange(target.numbers, other.numbers);
  mergeRange(target.textNumbers, other.textNumbers);
  mergeRange(target.lengths, other.lengths);
  target.areTextNumbersWhole &&= other.areTextNumbersWhole;
  if (other.distinct) target.distinct?.merge(other.distinct);
  if (other.first && isBefore(other.first, target.first)) target.first = other.first;
  if (other.example && isBefore(other.example.first, target.example?.first)) target.example = other.example;
  target.omittedCount += other.omittedCount;
  mergeParts(target, other);
}

function addCounts<K extends string>(
  target: Partial<Record<K, number>>,
  other: Partial<Record<K, number>>,
): void {
  for (const key of Object.keys(other) as K[]) target[key] = (target[key] ?? 0) + (other[key] ?? 0);
}

function mergeRange(target: Range, { min, max }: Range): void {
  target.min = Math.min(target.min, min);
  target.max = Math.max(target.max, max);
}

function mergeValues(target: Seen, other: Seen): void {
  if (!other.values) target.values = null;
  if (!target.values || !other.values) return;
  for (const [value, quoted] of other.values) {
    const known = target.values.get(value);
    if (!known || isBefore(quoted.first, known.first)) target.values.set(value, quoted);
  }
  if (target.values.size > maxValues) target.values = null;
}

function mergeParts(target: Seen, other: Seen): void {
  if (other.elements) mergeSeen(elementsOf(target), other.elements);
  if (other.entries) mergeSeen(toMap(target), other.entries);
  for (const [key, child] of other.children) mergeSeen(childOf(target, key), child);
}

/** What is seen of an array's elements. */
export function elementsOf(seen: Seen): Seen {
  seen.elements ??= createSeen(false);
  return seen.elements;
}

/** What is seen under a key; an object with too many of them becomes a map, for which all keys are one. */
export function childOf(parent: Seen, key: string): Seen {
  if (parent.entries) return parent.entries;
  const known = parent.children.get(key);
  if (known) return known;
  if (parent.children.size >= parent.mostKeys) return toMap(parent);
  const child = createSeen(parent.distinct !== null);
  parent.children.set(key, child);
  return child;
}

/** Takes the keys of an object as data: what was seen under any of them is seen of its entries. */
export function toMap(seen: Seen): Seen {
  if (seen.entries) return seen.entries;
  const entries = createSeen(false);
  for (const child of seen.children.values()) mergeSeen(entries, child);
  seen.children.clear();
  seen.entries = entries;
  return entries;
}

import type { ScalarType } from "../tables/tables";
import { createPlainValues, type PlainValues } from "./growing";
import { GrowingLevels } from "./growing-levels";

/** A row group that rows are being added to. */
export interface RowGroup {
  rowCount: number;
  /** UTF-16 units of its text, and what its lists come to, to bound its memory. */
  textLength: number;
}

/** A scalar at the end of a path through structs and lists. */
export interface Leaf {
  /** Its path in the file, `list` and `element` included. */
  readonly path: readonly string[];
  readonly type: ScalarType;
  /** How many lists the path leads through. */
  readonly maxRepetition: number;
  /** The definition level of a value. */
  readonly maxDefinition: number;
  /** Those of the row group that rows are being added to. */
  readonly values: PlainValues;
  /** Repetition levels: which list goes on, counted from the row's own level 0; left empty where there is no list. */
  readonly rlevels: GrowingLevels;
  /** Definition levels: how much of the leaf's path is there. */
  readonly dlevels: GrowingLevels;
  distinct: Set<unknown>;
  /** What was added to them last: what comes often in a row is looked up once. */
  last: unknown;
}

/** Makes the leaf that a path ends in. */
export function createLeaf(
  path: readonly string[],
  type: ScalarType,
  most: Pick<Leaf, "maxRepetition" | "maxDefinition">,
): Leaf {
  const levels = { rlevels: new GrowingLevels(), dlevels: new GrowingLevels() };
  const counted = { distinct: new Set(), last: undefined };
  return { path, type, ...most, values: createPlainValues(type), ...levels, ...counted };
}

/** Adds what is null or empty on the way to leaves: one entry without a value in each of them. */
export function addAbsence(leaves: readonly Leaf[], repetition: number, definition: number): void {
  for (const { dlevels, rlevels, maxRepetition } of leaves) {
    if (maxRepetition > 0) rlevels.push(repetition);
    dlevels.push(definition);
  }
}

/** Begins a row group; what the leaves held before is encoded by then. */
export function beginGroup(leaves: readonly Leaf[]): RowGroup {
  for (const leaf of leaves) {
    for (const one of [leaf.values, leaf.rlevels, leaf.dlevels]) one.clear();
    leaf.distinct = new Set();
    leaf.last = undefined;
  }
  return { rowCount: 0, textLength: 0 };
}

/**
 * Takes rows out of the row group that is being filled: as if they had never been added.
 *
 * @param goes Of each row, 1 says that it goes.
 */
export function dropRows(leaves: readonly Leaf[], goes: Uint8Array): void {
  const rowStays = goes.map((one) => 1 - one);
  for (const leaf of leaves) {
    const { rlevels, dlevels, values, maxRepetition } = leaf;
    const stays = maxRepetition === 0 ? rowStays : spread(rowStays, rlevels.all());
    values.retain(values.length === stays.length ? stays : ofValues(stays, leaf));
    if (maxRepetition > 0) rlevels.retain(stays);
    dlevels.retain(stays);
    if (leaf.distinct.size > 0) leaf.distinct = values.distinct();
    leaf.last = undefined;
  }
}

/** From rows to their levels: a row begins at each repetition level of 0. */
function spread(rowStays: Uint8Array, repetitions: Uint16Array): Uint8Array {
  const stays = new Uint8Array(repetitions.length);
  let [row, current] = [-1, 0];
  for (let index = 0; index < repetitions.length; index++) {
    if (repetitions[index] === 0) current = rowStays[++row] as number;
    stays[index] = current;
  }
  return stays;
}

/** From levels to the values that there are. */
function ofValues(stays: Uint8Array, { dlevels, values, maxDefinition }: Leaf): Uint8Array {
  const found = new Uint8Array(values.length);
  const definitions = dlevels.all();
  let value = 0;
  for (let index = 0; index < definitions.length; index++)
    if (definitions[index] === maxDefinition) found[value++] = stays[index] as number;
  return found;
}

/**
 * Whether a leaf has statistics, for skipping row groups; not text, whose order in JavaScript (UTF-16) is not that of
 * Parquet (bytes), and not what is in a list.
 */
export function hasStatistics(type: ScalarType, isRepeated: boolean): boolean {
  return type !== "STRING" && !isRepeated;
}

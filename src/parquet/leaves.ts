import type { ScalarType } from "../tables/tables";
import { createPlainValues, type PlainValues } from "./growing";
import { GrowingLevels } from "./growing-levels";
import type { LeafPlan } from "./shredding-code";

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
  /**
   * Repetition levels: which list goes on, counted from the row's own level 0; left empty where there is no list. Leaves of
   * the same innermost list share theirs.
   */
  readonly rlevels: GrowingLevels;
  /** Whether it is the first of those that share them: it adds to them. */
  readonly pushesLevels: boolean;
  /** Definition levels: how much of the leaf's path is there. */
  readonly dlevels: GrowingLevels;
}

/** Makes the leaves of a table, in their order. */
export function createLeaves(plans: readonly LeafPlan[]): readonly Leaf[] {
  const shared = new Map<string, GrowingLevels>();
  return plans.map(({ list, ...plan }) => {
    const pushesLevels = list !== "" && !shared.has(list);
    const rlevels = shared.get(list) ?? new GrowingLevels();
    shared.set(list, rlevels);
    return {
      ...plan,
      values: createPlainValues(plan.type),
      rlevels,
      pushesLevels,
      dlevels: new GrowingLevels(),
    };
  });
}

/** Adds what is null or empty on the way to leaves: one entry without a value in each of them. */
export function addAbsence(leaves: readonly Leaf[], repetition: number, definition: number): void {
  for (const { dlevels, rlevels, pushesLevels } of leaves) {
    if (pushesLevels) rlevels.push(repetition);
    dlevels.push(definition);
  }
}

/** Begins a row group; what the leaves held before is encoded by then. */
export function beginGroup(leaves: readonly Leaf[]): RowGroup {
  for (const { values, rlevels, dlevels } of leaves)
    for (const one of [values, rlevels, dlevels]) one.clear();
  return { rowCount: 0, textLength: 0 };
}

/**
 * Takes rows out of the row group that is being filled: as if they had never been added. Says how many stay.
 *
 * @param goes Of each row, 1 says that it goes.
 */
export function dropRows(leaves: readonly Leaf[], goes: Uint8Array): number {
  const rowStays = new Uint8Array(goes.length);
  let count = 0;
  for (let row = 0; row < goes.length; row++) {
    if (goes[row] !== 0) continue;
    rowStays[row] = 1;
    count++;
  }
  const spreads = new Map<GrowingLevels, Uint8Array>();
  for (const leaf of leaves) {
    const { rlevels, dlevels, values, maxRepetition, pushesLevels } = leaf;
    if (pushesLevels) spreads.set(rlevels, spread(rowStays, rlevels.all()));
    const stays = maxRepetition === 0 ? rowStays : (spreads.get(rlevels) as Uint8Array);
    values.retain(values.length === stays.length ? stays : ofValues(stays, leaf));
    if (pushesLevels) rlevels.retain(stays);
    dlevels.retain(stays);
  }
  return count;
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

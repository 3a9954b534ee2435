import type { ScalarType } from "../tables/tables";
import { createPlainValues, GrowingLevels, type PlainValues } from "./growing";

/** The values and levels of one leaf column since its last page, as parquetjs-lite's writer takes them. */
export interface LeafBuffer {
  readonly values: PlainValues;
  /** Repetition levels: which list goes on, counted from the row's own level 0; left empty where there is no list. */
  readonly rlevels: GrowingLevels;
  /** Definition levels: how much of the leaf's path is there; its maximum where there is a value. */
  readonly dlevels: GrowingLevels;
  /** The values again, for the statistics; left empty where the leaf has none. */
  readonly distinct_values: Set<unknown>;
  /** Rows, which only pages of version 2 ask for. */
  readonly count: number;
}

/** What parquetjs-lite's writer holds of the current row group; it begins as an empty object. */
export interface RowBuffer {
  rowCount?: number;
  pageRowCount?: number;
  columnData?: Record<string, LeafBuffer>;
  pages?: Record<string, unknown[]>;
  /** UTF-16 units of text in the row group, and what its lists come to; not the package's, but ours, to bound its memory. */
  textLength?: number;
}

/** A row group that rows are being added to. */
export type RowGroup = Required<RowBuffer>;

/** A scalar at the end of a path through structs and lists. */
export interface Leaf {
  /** Its path as parquetjs-lite spells it. */
  readonly key: string;
  /** Whether the path leads through a list. */
  readonly isRepeated: boolean;
  /** Those of the row group that rows are being added to. */
  readonly values: PlainValues;
  readonly rlevels: GrowingLevels;
  readonly dlevels: GrowingLevels;
  distinct: Set<unknown>;
  /** What was added to them last: what comes often in a row is looked up once. */
  last: unknown;
}

/** Makes the leaf that a path ends in. */
export function createLeaf(path: readonly string[], type: ScalarType, isRepeated: boolean): Leaf {
  const levels = { rlevels: new GrowingLevels(), dlevels: new GrowingLevels() };
  const counted = { distinct: new Set(), last: undefined };
  return { key: path.join(","), isRepeated, values: createPlainValues(type), ...levels, ...counted };
}

/** Adds what is null or empty on the way to leaves: one entry without a value in each of them. */
export function addAbsence(leaves: readonly Leaf[], repetition: number, definition: number): void {
  for (const { dlevels, rlevels, isRepeated } of leaves) {
    if (isRepeated) rlevels.push(repetition);
    dlevels.push(definition);
  }
}

/**
 * Counts the row in; a row group's first row lays out its columns, as the package's own shredder does. A page ends with
 * its row group, so that what the columns held before is written by then.
 */
export function beginRow(buffer: RowBuffer, leaves: readonly Leaf[]): RowGroup {
  if (!buffer.columnData) {
    Object.assign(buffer, {
      rowCount: 0,
      pageRowCount: 0,
      textLength: 0,
      pages: Object.fromEntries(leaves.map(({ key }) => [key, []])),
      columnData: Object.fromEntries(leaves.map((leaf) => [leaf.key, beginLeaf(leaf)])),
    });
  }
  const group = buffer as RowGroup;
  group.rowCount += 1;
  group.pageRowCount += 1;
  return group;
}

function beginLeaf(leaf: Leaf): LeafBuffer {
  const { values, rlevels, dlevels } = leaf;
  for (const one of [values, rlevels, dlevels]) one.clear();
  leaf.distinct = new Set();
  leaf.last = undefined;
  return { values, rlevels, dlevels, distinct_values: leaf.distinct, count: 0 };
}

/**
 * Whether a leaf has statistics, for skipping row groups; not text, whose order in JavaScript (UTF-16) is not that of
 * Parquet (bytes), and not what is in a list.
 */
export function hasStatistics(type: ScalarType, isRepeated: boolean): boolean {
  return type !== "STRING" && !isRepeated;
}

import type { ScalarType } from "../tables/tables";
import { createPlainValues, GrowingLevels, type PlainValues } from "./growing";

/** Values or levels of a page: how many, and their bytes. */
export class EncodedPart {
  constructor(
    readonly length: number,
    readonly bytes: Buffer,
  ) {}
}

/** The page of one leaf column, as parquetjs-lite's writer takes it. */
export interface LeafBuffer {
  readonly values: EncodedPart;
  readonly rlevels: EncodedPart;
  readonly dlevels: EncodedPart;
  /** The values again, for the statistics; left empty where the leaf has none. */
  readonly distinct_values: Set<unknown>;
  /** Rows, which only pages of version 2 ask for. */
  readonly count: number;
}

/** What parquetjs-lite's writer holds of the current row group; it begins as an empty object. */
export interface RowBuffer {
  rowCount?: number;
  pageRowCount?: number;
  /** Of a row group that has ended. */
  columnData?: Record<string, LeafBuffer>;
  pages?: Record<string, unknown[]>;
  /** UTF-16 units of text in the row group, and what its lists come to; not the package's, but ours, to bound its memory. */
  textLength?: number;
}

/** A row group that rows are being added to. */
export type RowGroup = Required<Omit<RowBuffer, "columnData">>;

/** A scalar at the end of a path through structs and lists. */
export interface Leaf {
  /** Its path as parquetjs-lite spells it. */
  readonly key: string;
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
  return { key: path.join(","), ...most, values: createPlainValues(type), ...levels, ...counted };
}

/** Adds what is null or empty on the way to leaves: one entry without a value in each of them. */
export function addAbsence(leaves: readonly Leaf[], repetition: number, definition: number): void {
  for (const { dlevels, rlevels, maxRepetition } of leaves) {
    if (maxRepetition > 0) rlevels.push(repetition);
    dlevels.push(definition);
  }
}

/** Begins a row group: a page a leaf, that ends with it. */
export function beginGroup(leaves: readonly Leaf[]): RowGroup {
  for (const leaf of leaves) {
    for (const one of [leaf.values, leaf.rlevels, leaf.dlevels]) one.clear();
    leaf.distinct = new Set();
    leaf.last = undefined;
  }
  const pages = Object.fromEntries(leaves.map(({ key }) => [key, []]));
  return { rowCount: 0, pageRowCount: 0, textLength: 0, pages };
}

/**
 * Whether a leaf has statistics, for skipping row groups; not text, whose order in JavaScript (UTF-16) is not that of
 * Parquet (bytes), and not what is in a list.
 */
export function hasStatistics(type: ScalarType, isRepeated: boolean): boolean {
  return type !== "STRING" && !isRepeated;
}

import type { Column, ScalarType, Table } from "../tables/tables";
import { typeNames } from "../tables/types";
import { describeValue, MisfitError, valueChecks } from "./values";

/** The values and levels of one leaf column since its last page, as parquetjs-lite's writer takes them. */
export interface LeafBuffer {
  values: unknown[];
  /** Repetition levels: 0 where a row begins, 1 where its list goes on. */
  rlevels: number[];
  /** Definition levels: how much of the leaf's path is there; its maximum where there is a value. */
  dlevels: number[];
  /** The values again, for the statistics; left empty where the leaf has none. */
  distinct_values: Set<unknown>;
  /** Rows, which only pages of version 2 ask for. */
  count: number;
}

/** What parquetjs-lite's writer holds of the current row group; it begins as an empty object. */
export interface RowBuffer {
  rowCount?: number;
  pageRowCount?: number;
  columnData?: Record<string, LeafBuffer>;
  pages?: Record<string, unknown[]>;
  /** UTF-16 units of text in the row group; not the package's, but ours, to bound its memory. */
  textLength?: number;
}

/** Checks one row and adds it to the row group, column by column; throws MisfitError. */
export type Shredder = (row: object, buffer: RowBuffer) => void;

/** How pages are compressed. */
export type Compression = "GZIP" | "SNAPPY" | "UNCOMPRESSED";

interface Leaf {
  readonly column: Column;
  /** Its path as parquetjs-lite spells it. */
  readonly key: string;
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
  readonly isText: boolean;
  readonly hasStatistics: boolean;
  readonly maxDefinition: number;
}

/** Takes one value apart; `fail` throws, naming the path below the column. */
type ColumnShredder = (value: unknown, buffer: Required<RowBuffer>, fail: Fail) => void;
type Fail = (path: string, expected: string, received: unknown) => never;

/** Describes the table's columns as parquetjs-lite's ParquetSchema wants them, lists in three levels. */
export function toSchemaFields(table: Table, compression: Compression): Record<string, object> {
  const toFields = (columns: readonly Column[], isNested: boolean): Record<string, object> =>
    Object.fromEntries(columns.map((column) => [column.name, toField(column, isNested)]));
  const toField = ({ type, nullable }: Column, isNested: boolean): object => {
    if (typeof type === "string") {
      const statistics = hasStatistics(type, isNested);
      return { type: typeNames[type].parquet, optional: nullable, compression, statistics };
    }
    const list = { repeated: true, fields: { element: { fields: toFields(type, true) } } };
    return { type: "LIST", optional: nullable, fields: { list } };
  };
  return toFields(table.columns, false);
}

/** Makes the shredder of one file; it counts the rows it has seen, so that a misfit names its row. */
export function createShredder(table: Table): Shredder {
  let rowIndex = 0;
  const fail: Fail = (path, expected, received) => {
    throw new MisfitError(table.name, rowIndex, path, expected, describeValue(received));
  };
  const leaves = table.columns.flatMap((column) => toLeaves(column));
  const shredders = table.columns.map((column) => [column.name, createColumnShredder(column)] as const);
  return (row, buffer) => {
    const group = beginRow(buffer, leaves);
    const values = toFieldValues(row, table.columns, "", fail);
    for (const [name, shred] of shredders) shred(values[name], group, fail);
    rowIndex += 1;
  };
}

function createColumnShredder(column: Column): ColumnShredder {
  return typeof column.type === "string"
    ? createScalarShredder(column)
    : createListShredder(column, column.type);
}

function createScalarShredder(column: Column): ColumnShredder {
  const leaf = toLeaf(column, [], column.nullable ? 1 : 0);
  return (value, group, fail) => {
    if (!addValue(leaf, value, 0, group)) fail(column.name, leaf.expected, value);
  };
}

function createListShredder(list: Column, fields: readonly Column[]): ColumnShredder {
  const leaves = toLeaves(list);
  const emptyDefinition = list.nullable ? 1 : 0;
  return (items, group, fail) => {
    if (items === null && list.nullable) return addAbsence(leaves, 0, group);
    if (!Array.isArray(items)) return fail(list.name, "a list", items);
    if (items.length === 0) return addAbsence(leaves, emptyDefinition, group);
    for (let index = 0; index < items.length; index++) {
      const values = toFieldValues(items[index], fields, `${list.name}[${index}]`, fail);
      for (const leaf of leaves) {
        const value = values[leaf.column.name];
        if (addValue(leaf, value, index === 0 ? 0 : 1, group)) continue;
        fail(`${list.name}[${index}].${leaf.column.name}`, leaf.expected, value);
      }
    }
  };
}

/** Adds a value, or the absence of a nullable one; false if it doesn't fit. */
function addValue(leaf: Leaf, value: unknown, rlevel: number, group: Required<RowBuffer>): boolean {
  const buffer = group.columnData[leaf.key] as LeafBuffer;
  buffer.rlevels.push(rlevel);
  if (value === null) {
    buffer.dlevels.push(leaf.maxDefinition - 1);
    return leaf.column.nullable;
  }
  if (!leaf.fits(value)) return false;
  buffer.dlevels.push(leaf.maxDefinition);
  buffer.values.push(value);
  if (leaf.isText) group.textLength += (value as string).length;
  if (leaf.hasStatistics) buffer.distinct_values.add(value);
  return true;
}

/** Adds a list that is null or empty: one entry without a value in each of its leaves. */
function addAbsence(leaves: readonly Leaf[], dlevel: number, group: Required<RowBuffer>): void {
  for (const { key } of leaves) {
    group.columnData[key]?.rlevels.push(0);
    group.columnData[key]?.dlevels.push(dlevel);
  }
}

function toLeaves(column: Column): Leaf[] {
  const definition = column.nullable ? 1 : 0;
  if (typeof column.type === "string") return [toLeaf(column, [], definition)];
  const parents = [column.name, "list", "element"];
  return column.type.map((field) => toLeaf(field, parents, definition + 1 + (field.nullable ? 1 : 0)));
}

function toLeaf(column: Column, parents: readonly string[], maxDefinition: number): Leaf {
  if (typeof column.type !== "string") throw new Error(`${column.name}: lists in lists are not supported`);
  const check = valueChecks[column.type];
  return {
    column,
    key: [...parents, column.name].join(","),
    expected: column.nullable ? `${check.expected}, or null` : check.expected,
    fits: check.fits,
    isText: column.type === "STRING",
    hasStatistics: hasStatistics(column.type, parents.length > 0),
    maxDefinition,
  };
}

/** For skipping row groups; not for text, whose order in JavaScript (UTF-16) is not that of Parquet (bytes). */
function hasStatistics(type: ScalarType, isNested: boolean): boolean {
  return type !== "STRING" && !isNested;
}

function toFieldValues(
  row: unknown,
  columns: readonly Column[],
  path: string,
  fail: Fail,
): Record<string, unknown> {
  if (typeof row !== "object" || row === null) return fail(path || "the row", "an object", row);
  const names = Object.keys(row);
  if (names.length > columns.length) {
    const unknown = names.find((name) => !columns.some((column) => column.name === name)) ?? "";
    fail(
      [path, unknown].filter(Boolean).join("."),
      "no such column",
      (row as Record<string, unknown>)[unknown],
    );
  }
  return row as Record<string, unknown>;
}

/** Counts the row in; a row group's first row lays out its columns, as the package's own shredder does. */
function beginRow(buffer: RowBuffer, leaves: readonly Leaf[]): Required<RowBuffer> {
  if (!buffer.columnData) {
    const entries = leaves.map(({ key }) => [key, createLeafBuffer()] as const);
    const pages = Object.fromEntries(leaves.map(({ key }) => [key, []]));
    Object.assign(buffer, {
      rowCount: 0,
      pageRowCount: 0,
      textLength: 0,
      pages,
      columnData: Object.fromEntries(entries),
    });
  }
  const group = buffer as Required<RowBuffer>;
  group.rowCount += 1;
  group.pageRowCount += 1;
  return group;
}

function createLeafBuffer(): LeafBuffer {
  return { values: [], rlevels: [], dlevels: [], distinct_values: new Set(), count: 0 };
}

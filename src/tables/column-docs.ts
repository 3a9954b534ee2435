import { toDateText } from "../base/calendar";
import { type Column, schemaVersion, type Table } from "./tables";
import { ownSyntax, renderType } from "./types";

/** One column or field as the footer of a Parquet file describes it. */
export interface ColumnDoc {
  readonly name: string;
  /** As in LIST<STRUCT<id STRING, checked BOOLEAN>>. */
  readonly type: string;
  readonly nullable: boolean;
  readonly doc: string;
  readonly unit?: string;
  /** What null means in it. */
  readonly null?: string;
  /** The fields of a struct, or of the structs in a list. */
  readonly fields?: readonly ColumnDoc[];
  /** What a list holds, where its type does not say all of it. */
  readonly element?: ColumnDoc;
}

/** A column, or what is within one, with the path that leads to it: `options[].checked`. */
export interface ColumnPart {
  readonly path: string;
  readonly column: Column;
}

/** Names a column's type in words of SQL, those of its fields included. */
export function typeName({ type }: Column): string {
  return renderType(type, ownSyntax);
}

/** Names a column's type without the fields of its structs, where these are told by themselves: LIST<STRUCT>. */
export function outlineType({ type }: Column): string {
  return renderType(type, { ...ownSyntax, struct: () => "STRUCT" });
}

/** Says what a column's values count or measure, and within which bounds; empty where there is nothing to say. */
export function describeUnit({ type, unit, min, max }: Column): string {
  if (type === "TIMESTAMP") return "UTC, to the ms";
  if (max === undefined) return unit ?? "";
  const toText = type === "DATE" ? toDateText : String;
  const bounds = min === undefined ? `up to ${toText(max)}` : `from ${toText(min)} to ${toText(max)}`;
  return [unit, bounds].filter(Boolean).join(", ");
}

/** Says what one row of a table is, as a sentence. */
export function describeRow({ doc = "" }: Table): string {
  return `One row is ${doc.charAt(0).toLowerCase()}${doc.slice(1)}`;
}

/** A column and all that is within it, each before its own parts; of a list's elements those that are to be told of. */
export function partsOf(column: Column, path = column.name): ColumnPart[] {
  const { type } = column;
  const own = { path, column };
  if (typeof type === "string") return [own];
  if ("struct" in type)
    return [own, ...type.struct.flatMap((field) => partsOf(field, `${path}.${field.name}`))];
  const parts = partsOf(type.list, `${path}[]`);
  return [own, ...(saysMore(type.list) ? parts : parts.slice(1))];
}

/** Whether there is more to say of what a list holds than its type: that it may be null, what it measures. */
function saysMore(element: Column): boolean {
  return element.nullable || Boolean(element.doc) || describeUnit(element) !== "";
}

/** Describes a column and its fields. */
export function toColumnDoc(column: Column): ColumnDoc {
  const { name, nullable, doc = "", nullMeans } = column;
  const unit = describeUnit(column);
  return {
    name,
    type: typeName(column),
    nullable,
    doc,
    ...(unit ? { unit } : {}),
    ...(nullMeans ? { null: nullMeans } : {}),
    ...toInnerDocs(column),
  };
}

function toInnerDocs({ type }: Column): Pick<ColumnDoc, "fields" | "element"> {
  if (typeof type === "string") return {};
  if ("struct" in type) return { fields: type.struct.map(toColumnDoc) };
  const inner = toInnerDocs(type.list);
  const isPlain = !saysMore(type.list) && inner.element === undefined;
  if (isPlain && isStruct(type.list)) return inner;
  return isPlain && inner.fields === undefined ? {} : { element: toColumnDoc(type.list) };
}

function isStruct({ type }: Column): boolean {
  return typeof type !== "string" && "struct" in type;
}

/**
 * The key-value metadata that every Parquet file of a table carries, so that a file taken out of the lake still says
 * what it is: the table's name, what one row of it is, the version of the columns, and the columns as JSON (ColumnDoc[]).
 */
export function toFooter(table: Table): Readonly<Record<string, string>> {
  const { name, columns } = table;
  return {
    "user-activity.table": name,
    "user-activity.doc": describeRow(table),
    "user-activity.schema-version": String(schemaVersion),
    "user-activity.columns": JSON.stringify(columns.map(toColumnDoc)),
  };
}

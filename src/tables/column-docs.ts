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
  /** The fields of the structs in a list. */
  readonly fields?: readonly ColumnDoc[];
}

/** Names a column's type in words of SQL, those of its fields included. */
export function typeName({ type }: Column): string {
  return renderType(type, ownSyntax);
}

/** Says what a column's values count or measure, and within which bounds; empty where there is nothing to say. */
export function describeUnit({ type, unit, min, max }: Column): string {
  if (type === "TIMESTAMP") return "UTC, to the ms";
  if (max !== undefined) return [unit, `from ${min} to ${max}`].filter(Boolean).join(", ");
  return unit ?? "";
}

/** Says what one row of a table is, as a sentence. */
export function describeRow({ doc = "" }: Table): string {
  return `One row is ${doc.charAt(0).toLowerCase()}${doc.slice(1)}`;
}

/** Describes a column and its fields. */
export function toColumnDoc(column: Column): ColumnDoc {
  const { name, type, nullable, doc = "", nullMeans } = column;
  const unit = describeUnit(column);
  return {
    name,
    type: typeName(column),
    nullable,
    doc,
    ...(unit ? { unit } : {}),
    ...(nullMeans ? { null: nullMeans } : {}),
    ...(typeof type === "string" ? {} : { fields: type.map(toColumnDoc) }),
  };
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

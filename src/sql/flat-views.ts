import { fieldsOf } from "../tables/columns";
import type { LakeModel } from "../tables/lake-model";
import type { Column, Table } from "../tables/tables";
import { quoteName, quoteText } from "./duckdb";

/** A view that has a row for each element of a list. */
export interface FlatView {
  /** The table's and the column's: questions_pool_data_options. */
  readonly name: string;
  /** What makes it, over the table. */
  readonly statement: string;
}

/**
 * The flat views of a table, one for each of its lists. A row is an element: the table's columns but for its lists, the
 * element's place (`options_index`, from 0), and its fields (`options_checked`), or itself where it is no struct. A list
 * that is null or empty gives no row. A name that a table of the lake has stays the table's.
 */
export function flatViewsOf(table: Table, { tables }: Pick<LakeModel, "tables">): FlatView[] {
  return table.columns.flatMap((column) => {
    const name = `${table.name}_${column.name}`;
    return isList(column) && !Object.hasOwn(tables, name) ? [toFlatView(table, column, name)] : [];
  });
}

function toFlatView({ name: table, columns }: Table, column: Column, name: string): FlatView {
  const list = quoteName(column.name);
  const place = quoteName(`${column.name}_index`);
  const others = columns.filter((one) => !isList(one)).map((one) => quoteName(one.name));
  const rows = `SELECT ${[...others, `unnest(${list}) AS ${list}`, `generate_subscripts(${list}, 1) - 1 AS ${place}`].join(", ")} FROM ${quoteName(table)}`;
  const parts = partsOf(column).map(({ field, shown }) => {
    return field === undefined ? list : `struct_extract(${list}, ${quoteText(field)}) AS ${quoteName(shown)}`;
  });
  const selection = [...others, place, ...parts].join(", ");
  return {
    name,
    statement: `CREATE OR REPLACE VIEW ${quoteName(name)} AS SELECT ${selection} FROM (${rows})`,
  };
}

/** The fields of a list's structs, under the names that they have in its view; the element itself where it is none. */
function partsOf({ name, type }: Column): { readonly field?: string; readonly shown: string }[] {
  const isOfStructs = typeof type !== "string" && "list" in type && isStruct(type.list);
  if (!isOfStructs) return [{ shown: name }];
  return fieldsOf(type).map((field) => ({ field: field.name, shown: `${name}_${field.name}` }));
}

function isList({ type }: Column): boolean {
  return typeof type !== "string" && "list" in type;
}

function isStruct({ type }: Column): boolean {
  return typeof type !== "string" && "struct" in type;
}

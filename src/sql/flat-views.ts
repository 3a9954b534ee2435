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
  const taken = new Set(Object.keys(tables).map((name) => name.toLowerCase()));
  return table.columns.flatMap((column) => {
    const name = `${table.name}_${column.name}`;
    return isList(column) && !taken.has(name.toLowerCase()) ? [toFlatView(table, column, name)] : [];
  });
}

function toFlatView({ name: table, columns }: Table, column: Column, name: string): FlatView {
  const list = `t.${quoteName(column.name)}`;
  const others = columns.filter((one) => !isList(one));
  const kept = others.map((one, index) => ({ shown: one.name, value: `c${index}` }));
  const place = { shown: `${column.name}_index`, value: "place" };
  const shown = withoutDoubles([...kept, place, ...partsOf(column)]);
  const selection = shown.map((part) => `${part.value} AS ${quoteName(part.shown)}`);
  const inner = [
    ...others.map((one, index) => `t.${quoteName(one.name)} AS c${index}`),
    `unnest(${list}) AS element`,
    `generate_subscripts(${list}, 1) - 1 AS place`,
  ];
  const rows = `SELECT ${inner.join(", ")} FROM ${quoteName(table)} AS t`;
  return {
    name,
    statement: `CREATE OR REPLACE VIEW ${quoteName(name)} AS SELECT ${selection.join(", ")} FROM (${rows})`,
  };
}

/** A column of a flat view: its name, and what it is in SQL. */
interface Part {
  readonly shown: string;
  readonly value: string;
}

/** The fields of a list's structs, or the element itself where it is none. */
function partsOf({ name, type }: Column): Part[] {
  const isOfStructs = typeof type !== "string" && "list" in type && isStruct(type.list);
  if (!isOfStructs) return [{ shown: name, value: "element" }];
  return fieldsOf(type).map((field) => {
    return { shown: `${name}_${field.name}`, value: `struct_extract(element, ${quoteText(field.name)})` };
  });
}

/** Of parts that share a name, whatever its case, the last: a field goes before the place, and that before a column. */
function withoutDoubles(parts: readonly Part[]): Part[] {
  const last = new Map(parts.map((part) => [part.shown.toLowerCase(), part]));
  return parts.filter((part) => last.get(part.shown.toLowerCase()) === part);
}

function isList({ type }: Column): boolean {
  return typeof type !== "string" && "list" in type;
}

function isStruct({ type }: Column): boolean {
  return typeof type !== "string" && "struct" in type;
}

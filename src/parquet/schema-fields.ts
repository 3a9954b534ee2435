import type { Column, Table } from "../tables/tables";
import { typeNames } from "../tables/types";

/** How pages are compressed. */
export type Compression = "ZSTD" | "SNAPPY" | "UNCOMPRESSED";

/** Describes the table's columns as parquetjs-lite's ParquetSchema wants them, lists in three levels (`list.element`). */
export function toSchemaFields(table: Table): Record<string, object> {
  const toFields = (columns: readonly Column[]): Record<string, object> =>
    Object.fromEntries(columns.map((column) => [column.name, toField(column)]));
  const toField = ({ type, nullable: optional }: Column): object => {
    if (typeof type === "string") return { type: typeNames[type].parquet, optional };
    if ("struct" in type) return { optional, fields: toFields(type.struct) };
    const list = { repeated: true, fields: { element: toField(type.list) } };
    return { type: "LIST", optional, fields: { list } };
  };
  return toFields(table.columns);
}

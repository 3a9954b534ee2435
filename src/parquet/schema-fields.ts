import type { Column, Table } from "../tables/tables";
import { typeNames } from "../tables/types";
import { hasStatistics } from "./leaves";

/** How pages are compressed. */
export type Compression = "ZSTD" | "SNAPPY" | "UNCOMPRESSED";

/** Describes the table's columns as parquetjs-lite's ParquetSchema wants them, lists in three levels (`list.element`). */
export function toSchemaFields(table: Table, compression: Compression): Record<string, object> {
  const toFields = (columns: readonly Column[], isRepeated: boolean): Record<string, object> =>
    Object.fromEntries(columns.map((column) => [column.name, toField(column, isRepeated)]));
  const toField = ({ type, nullable: optional }: Column, isRepeated: boolean): object => {
    if (typeof type === "string") {
      const statistics = hasStatistics(type, isRepeated);
      return { type: typeNames[type].parquet, optional, compression, statistics };
    }
    if ("struct" in type) return { optional, fields: toFields(type.struct, isRepeated) };
    const list = { repeated: true, fields: { element: toField(type.list, true) } };
    return { type: "LIST", optional, fields: { list } };
  };
  return toFields(table.columns, false);
}

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { openLake, readTable } from "user-activity/dist/lake/lake";
import { query } from "user-activity/dist/sql/query";
import { type ShippedName, tables } from "user-activity/dist/tables/tables";
import { ownFolder, runPython } from "./live-lake";
import {
  assertSameRows,
  assertTypes,
  type KnownLake,
  type LakeReading,
  newFolder,
  readWritten,
  type TableReading,
  tableNames,
  toText,
} from "./tables-as-seen";

/** Each reader in Python, what it found. */
function readInPython({ config }: KnownLake): Map<string, LakeReading> {
  const folder = newFolder("readings");
  const { hostname, port } = new URL(config.hdfs.url);
  const answer = runPython([
    projectPath("test", "python", "tables_as_seen.py"),
    hostname,
    port,
    config.hdfs.lakeDir,
    folder,
  ]);
  assert.equal(answer.status, 0, answer.stderr);
  const names = ["pyarrow", "DuckDB", "DuckDB through pyarrow", "pandas"];
  return new Map(names.map((name) => [name, readWritten(join(folder, name))]));
}

async function readAll(
  read: (table: ShippedName) => Promise<{ columns: TableReading["columns"]; rows: readonly unknown[] }>,
): Promise<LakeReading> {
  const entries = tableNames.map(async (table) => {
    const { columns, rows } = await read(table);
    return [table, { columns, rows: rows.map((row) => toText(row, tables[table].columns)) }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

const listTypes: Record<string, Parameters<typeof assertTypes>[2]> = {
  pyarrow: (fields) => `list<element: struct<${arrowFields(fields)}> not null>`,
  pandas: (fields) =>
    `list<element: struct<${arrowFields(fields).replaceAll("[pyarrow]", "")}> not null>[pyarrow]`,
  DuckDB: (fields) => `STRUCT(${fields.map(({ name, type }) => `${name} ${type}`).join(", ")})[]`,
};

function arrowFields(fields: readonly { name: string; type: string; nullable: boolean }[]): string {
  return fields
    .map(({ name, type, nullable }) => `${name}: ${type}${nullable ? "" : " not null"}`)
    .join(", ");
}

/** Has every reader but Spark read the lakes, and holds what they found to what is there. */
export function testReaders(lakes: readonly Promise<KnownLake>[], names: readonly string[]): void {
  describe("every table, value by value, is the same to", () => {
    for (const [place, name] of names.entries()) {
      test(`pyarrow, DuckDB and pandas over WebHDFS: ${name}`, async () => {
        const known = (await lakes[place]) as KnownLake;
        assert.equal(known.name, name);
        for (const [reader, reading] of readInPython(known)) {
          assertSameRows(reader, known, reading);
          const [types = ""] = reader.split(" through "); // DuckDB has types of its own
          assertTypes(types, reading, listTypes[types] as Parameters<typeof assertTypes>[2]);
        }
      });

      test(`DuckDB and hyparquet in Node: ${name}`, async () => {
        const known = (await lakes[place]) as KnownLake;
        const options = { config: known.config, cacheRoot: ownFolder() };
        const duckdb = await readAll(async (table) => {
          const { columns, rows } = await query(`FROM ${table}`, options);
          return { rows, columns: columns.map((column) => [column.name, column.type]) };
        });
        assertSameRows("DuckDB in Node", known, duckdb);
        assertTypes("DuckDB", duckdb, listTypes.DuckDB as Parameters<typeof assertTypes>[2]);
        const lake = openLake(known.config.hdfs);
        const hyparquet = await readAll(async (table) => ({
          columns: [],
          rows: await readTable(lake, table),
        }));
        assertSameRows("hyparquet", known, hyparquet);
      });
    }
  });
}

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { Config } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { openLake, readTable } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { createParquetFile } from "user-activity/dist/parquet/write";
import { publishFile } from "user-activity/dist/publish/publish";
import { fieldsOf } from "user-activity/dist/tables/columns";
import { type Column, type RowOf, type ShippedName, tables } from "user-activity/dist/tables/tables";
import { eventsFile, ownConfig, ownFolder } from "./live-lake";
import { anyRows, edgeRows, manyQuestions } from "./parquet-rows";

/** What one reader found in one table: [name, type] per column, and the rows as text that is the same for all readers. */
export interface TableReading {
  readonly columns: readonly (readonly [string, string])[];
  readonly rows: readonly string[];
}

export type LakeReading = Readonly<Record<ShippedName, TableReading>>;

/** A lake and what is in it. */
export interface KnownLake {
  readonly name: string;
  readonly config: Config;
  readonly rows: { readonly [N in ShippedName]: readonly RowOf<N>[] };
}

export const tableNames = Object.keys(tables) as ShippedName[];

/** The lake that the shipped events land as. */
export async function makeShippedLake(): Promise<KnownLake> {
  const config = ownConfig("readings");
  await publishFile(eventsFile, { config: config.kafka });
  await land({ config, batchMessages: 1500 });
  const lake = openLake(config.hdfs);
  const landed = await Promise.all(tableNames.map(async (name) => [name, await readTable(lake, name)]));
  return { name: "the shipped events", config, rows: Object.fromEntries(landed) };
}

/** A lake of rows at all edges, in several files. */
export function makeEdgesLake(): Promise<KnownLake> {
  const parts = tableNames.map((name) => [name, [edgeRows[name], [], sample(name), more(name)]] as const);
  return writeLake("rows at the edges", Object.fromEntries(parts));
}

/** A lake whose tables have no row. */
export function makeEmptyLake(): Promise<KnownLake> {
  return writeLake("tables without a row", Object.fromEntries(tableNames.map((name) => [name, [[]]])));
}

function sample(name: ShippedName): readonly unknown[] {
  return fc.sample(anyRows(tables[name]), { numRuns: 20, seed: 7 }).flat();
}

/** Enough for a second row group in the table that has lists. */
function more(name: ShippedName): readonly unknown[] {
  return name === "questions_pool_data" ? manyQuestions(5003) : [];
}

/** Writes parts of each table to a lake of their own, as a landing would name them. */
async function writeLake(
  name: string,
  parts: Readonly<Record<string, readonly (readonly unknown[])[]>>,
): Promise<KnownLake> {
  const config = ownConfig("readings");
  const { hdfs, at } = openLake(config.hdfs);
  const path = join(ownFolder(), "part.parquet");
  for (const table of tableNames) {
    for (const [index, rows] of (parts[table] ?? []).entries()) {
      const file = await createParquetFile(path, tables[table]);
      await file.append(rows as readonly RowOf<ShippedName>[]);
      await file.close();
      await hdfs.write(at(`${table}/part-0000000${index}.parquet`), readFileSync(path));
    }
  }
  const rows = Object.fromEntries(tableNames.map((table) => [table, (parts[table] ?? []).flat()]));
  return { name, config, rows: rows as unknown as KnownLake["rows"] };
}

/** A row, whole numbers of 64 bits as text, keys in the order of the columns. */
export function toText(row: unknown, columns: readonly Column[]): string {
  return JSON.stringify(toValues(row, columns));
}

function toValues(row: unknown, columns: readonly Column[]): unknown {
  const record = row as Record<string, unknown>;
  assert.deepEqual(
    Object.keys(record),
    columns.map(({ name }) => name),
  );
  return columns.map(({ name, type }) => {
    const value = record[name];
    if (Array.isArray(value)) return value.map((one) => toValues(one, fieldsOf(type)));
    if (Object.is(value, -0)) return "-0"; // JSON has no sign for a zero
    return typeof value === "bigint" ? String(value) : value;
  });
}

/** Reads what a Python script wrote: a file per table, the columns in its first line, then a row in each. */
export function readWritten(folder: string): LakeReading {
  return toReading(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

function toReading(files: readonly (readonly [string, string])[]): LakeReading {
  const entries = files.map(([file, text]) => {
    const name = file.replace(".jsonl", "") as ShippedName;
    const [columns = "[]", ...lines] = text.trimEnd().split("\n");
    const rows = lines.map((line) => toText(JSON.parse(line), tables[name].columns));
    return [name, { columns: JSON.parse(columns), rows }];
  });
  return Object.fromEntries(entries);
}

/** Holds a reader's rows to those that are there, in any order; says at which row they first differ. */
export function assertSameRows(reader: string, known: KnownLake, reading: LakeReading): void {
  for (const table of tableNames) {
    const expected = known.rows[table].map((row) => toText(row, tables[table].columns)).sort();
    const received = [...reading[table].rows].sort();
    if (digest(expected) === digest(received)) continue;
    const index = expected.findIndex((text, place) => text !== received[place]);
    const what = `${reader}, ${known.name}, ${table}, ${received.length} of ${expected.length} rows, row ${index}`;
    assert.equal(received[index], expected[index], what);
    assert.fail(what);
  }
}

function digest(rows: readonly string[]): string {
  return createHash("sha256").update(rows.join("\n")).digest("hex");
}

/** Which type a reader gives to each of ours, as docs/reading.md says; by the heading of the reader's column. */
export function documentedTypes(reader: string): Record<string, string> {
  const page = readFileSync(projectPath("docs", "reading.md"), "utf8");
  const [, section = ""] = /^## Types$(.*?)^## /ms.exec(page) ?? [];
  const [head = [], , ...lines] = [...section.matchAll(/^\|(.*)\|$/gm)].map(([, line = ""]) =>
    line.split("|").map((cell) => cell.trim().replaceAll("`", "")),
  );
  const place = head.indexOf(reader);
  assert.ok(place > 0, `${reader} is not in the table of types`);
  return Object.fromEntries(lines.map((cells) => [cells[0], cells[place] ?? ""]));
}

/** Holds a reader's types to those that the page documents; `list` writes the type of a list of structs. */
export function assertTypes(
  reader: string,
  reading: LakeReading,
  list: (fields: readonly { name: string; type: string; nullable: boolean }[]) => string,
): void {
  const types = documentedTypes(reader);
  const typeOf = ({ type }: Column): string =>
    typeof type === "string"
      ? (types[type] ?? "")
      : list(fieldsOf(type).map((field) => ({ ...field, type: typeOf(field) })));
  for (const table of tableNames) {
    const expected = tables[table].columns.map((column) => [column.name, typeOf(column)]);
    // DuckDB in Python quotes names that are words of SQL, in Node all
    const received = reading[table].columns.map(([name, type]) => [name, type.replaceAll('"', "")]);
    assert.deepEqual(received, expected, `${reader}, ${table}`);
  }
}

/** A new folder for what a script writes. */
export function newFolder(name: string): string {
  const folder = join(ownFolder(), name);
  mkdirSync(folder);
  return folder;
}

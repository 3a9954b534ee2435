import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { interruptible } from "../base/kernel";
import { type Lake, listParts, type Part } from "../lake/lake";
import { type LakeModel, tableIn, tableNames } from "../tables/lake-model";
import type { Table, TableName } from "../tables/tables";
import { type Engine, openEngine, quoteName } from "./duckdb";
import { fetchListed, type PartCache, spillPrefix } from "./part-cache";
import { openCacheFolder, type QueryOptions, readAll } from "./query";
import { openReading } from "./reading";
import type { SqlValue } from "./values";
import { toFileView } from "./views";

/** A row of a table that is not the same in two versions. */
export interface ChangedRow {
  readonly change: "came" | "went" | "changed";
  /** The columns that tell it apart. */
  readonly key: Readonly<Record<string, SqlValue>>;
  /** Its columns in the one version, and in the other; of a changed row only those that differ. Null where it is not there. */
  readonly before: Readonly<Record<string, SqlValue>> | null;
  readonly after: Readonly<Record<string, SqlValue>> | null;
}

/** What became of a table from one version to another. */
export interface TableDiff {
  readonly table: TableName;
  readonly came: number;
  readonly went: number;
  readonly changed: number;
  /** Files that are in both versions, which are not read, and those that are in one alone. */
  readonly files: { readonly same: number; readonly before: number; readonly after: number };
  /** The first of the rows, by their keys. */
  readonly rows: readonly ChangedRow[];
}

export interface VersionsDiff {
  /** The commits' numbers. */
  readonly from: number;
  readonly to: number;
  readonly tables: readonly TableDiff[];
}

export interface DiffOptions extends Omit<QueryOptions, "parameters" | "timestamps" | "at"> {
  /** Default: all five. */
  readonly tables?: readonly TableName[];
  /** How many rows of each table, at most; default 40. */
  readonly limit?: number;
}

/**
 * Says which rows of the tables came, went and changed between two versions. What a file holds never changes, so those
 * that are in both are left out, and the others read. Doubles that differ behind the twelfth digit, as sums do that are
 * added up in another order, are the same.
 */
export function diffVersions(from: string, to: string, options: DiffOptions = {}): Promise<VersionsDiff> {
  return interruptible(options, async (asked) => {
    const [before, after] = [
      await openReading({ ...asked, at: from }),
      await openReading({ ...asked, at: to }),
    ];
    const { model } = after.lake;
    const chosen = options.tables?.map((table) => tableIn(model, table).name) ?? tableNames(model);
    const found: TableDiff[] = [];
    for (const table of chosen) found.push(await diffTable(table, { before, after }, asked));
    return { from: before.version ?? 0, to: after.version ?? 0, tables: found };
  });
}

interface Ends {
  readonly before: { readonly lake: Lake };
  readonly after: { readonly lake: Lake };
}

let opened = 0;

async function diffTable(table: TableName, ends: Ends, options: DiffOptions): Promise<TableDiff> {
  const [before, after] = [await listParts(ends.before.lake, table), await listParts(ends.after.lake, table)];
  const isIn = (parts: readonly Part[]) => {
    const there = new Set(parts.map(toIdentity));
    return (part: Part) => there.has(toIdentity(part));
  };
  const gone = before.filter((part) => !isIn(after)(part));
  const fresh = after.filter((part) => !isIn(before)(part));
  const files = { same: before.length - gone.length, before: gone.length, after: fresh.length };
  if (gone.length + fresh.length === 0) return { table, came: 0, went: 0, changed: 0, files, rows: [] };
  const directory = openCacheFolder(options);
  const spill = join(directory, `${spillPrefix}${process.pid}-diff-${++opened}`);
  const engine = await openEngine({ readable: directory, spill });
  try {
    const toTable = ({ model }: Lake) => tableIn(model, Object.hasOwn(model.tables, table) ? table : "");
    const cacheOf = (lake: Lake): PartCache => ({ lake, directory, ...pick(options) });
    await attach(
      engine,
      "before",
      toTable(ends.before.lake),
      await fetchListed(cacheOf(ends.before.lake), table, gone),
    );
    await attach(
      engine,
      "after",
      toTable(ends.after.lake),
      await fetchListed(cacheOf(ends.after.lake), table, fresh),
    );
    return {
      table,
      files,
      ...(await compare(engine, { model: ends.after.lake.model, table, limit: options.limit ?? 40 })),
    };
  } finally {
    engine.close();
    await rm(spill, { recursive: true, force: true });
  }
}

/** HDFS's own number of a file, which a rename keeps; a file is written once. */
function toIdentity({ fileId, path, bytes, modifiedMs }: Part): string {
  return `${fileId ?? basename(path)} ${bytes} ${modifiedMs}`;
}

function pick({ onFetch, signal }: DiffOptions): Pick<PartCache, "onFetch" | "signal"> {
  return { ...(onFetch ? { onFetch } : {}), ...(signal ? { signal } : {}) };
}

/** A view of the files' rows; without files, of none. */
async function attach(engine: Engine, name: string, table: Table, paths: readonly string[]) {
  await engine.run(toFileView({ ...table, name }, paths, { isMixed: true }));
}

interface Comparing {
  readonly model: LakeModel;
  readonly table: string;
  readonly limit: number;
}

async function compare(engine: Engine, { model, table: name, limit }: Comparing) {
  const table = tableIn(model, name);
  const { primaryKey: own = [] } = model.keys[name] ?? {};
  const primaryKey = own.length > 0 ? own : ["row"];
  const on = primaryKey.map(quoteName).join(", ");
  const keys = own.length > 0 ? on : `to_json(r)::VARCHAR AS "row"`; // a row without a key is told by all of it
  const steady = table.columns.map(({ name, type }) => {
    const quoted = quoteName(name);
    return type === "DOUBLE" ? `round(${quoted}, 12) AS ${quoted}` : quoted;
  });
  const joined = `
    WITH b AS (SELECT ${keys}, r FROM (SELECT ${steady.join(", ")} FROM before) AS r),
      a AS (SELECT ${keys}, r FROM (SELECT ${steady.join(", ")} FROM after) AS r)
    SELECT ${on}, b.r AS before, a.r AS after,
      CASE WHEN b.r IS NULL THEN 'came' WHEN a.r IS NULL THEN 'went' ELSE 'changed' END AS change
    FROM b FULL JOIN a USING (${on}) WHERE b.r IS DISTINCT FROM a.r`;
  const ask = async (sql: string) => (await readAll(await engine.start(sql, [], "text"))).rows;
  const counts = await ask(`SELECT change, count(*) AS rows FROM (${joined}) GROUP BY change`);
  const count = (name: string) => Number(counts.find(({ change }) => change === name)?.rows ?? 0);
  const rows = limit > 0 ? await ask(`FROM (${joined}) ORDER BY ${on} LIMIT ${limit}`) : [];
  const totals = { came: count("came"), went: count("went"), changed: count("changed") };
  return { ...totals, rows: rows.map((row) => toChangedRow(row, primaryKey)) };
}

type Values = Readonly<Record<string, SqlValue>>;

function toChangedRow(row: Values, primaryKey: readonly string[]): ChangedRow {
  const [before, after] = [row.before as Values | null, row.after as Values | null];
  const key = Object.fromEntries(primaryKey.map((name) => [name, row[name] ?? null]));
  const change = row.change as ChangedRow["change"];
  if (!before || !after) return { change, key, before, after };
  const differing = Object.keys(before).filter((name) => toText(before[name]) !== toText(after[name]));
  const only = (values: Values) => Object.fromEntries(differing.map((name) => [name, values[name] ?? null]));
  return { change, key, before: only(before), after: only(after) };
}

function toText(value: SqlValue | undefined): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? `${one}` : one));
}

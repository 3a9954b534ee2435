import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Config, readConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { interruptible } from "../base/kernel";
import { openKept } from "../lake/contract-file";
import { loadContract } from "../lake/in-force";
import { directoryOf, type Lake, listParts, openLake, readLastCommit } from "../lake/lake";
import { type LakeModel, modelOf, tableIn, tableNames } from "../tables/lake-model";
import type { Table, TableName } from "../tables/tables";
import { type Engine, openEngine, quoteName, quoteText } from "./duckdb";
import { fetchListed, spillPrefix } from "./part-cache";
import { openCacheFolder, type QueryOptions, readAll } from "./query";
import { openReading } from "./reading";
import type { SqlValue } from "./values";
import { toFileView } from "./views";

/** What comparing one table of two lakes came to. */
export interface TableComparison {
  readonly table: TableName;
  /** Rows here, and in the other lake. */
  readonly here: number;
  readonly there: number;
  readonly ok: boolean;
  /** Rows by their keys: in one lake alone, in both with other values, and keys that stand twice in one. */
  readonly onlyHere: number;
  readonly onlyThere: number;
  readonly differing: number;
  readonly doubled: number;
  /** The first of them, in words. */
  readonly differences: readonly string[];
}

/** What comparing two lakes came to. */
export interface LakesComparison {
  readonly ok: boolean;
  /** The directories. */
  readonly here: string;
  readonly there: string;
  readonly tables: readonly TableComparison[];
}

export interface AgainstOptions extends Omit<QueryOptions, "parameters" | "timestamps"> {
  /** The other lake's directory in HDFS. */
  readonly against: string;
  /** How many differences of each table to tell, at most; default 5. */
  readonly limit?: number;
  readonly onProgress?: (table: TableName) => void;
}

/**
 * Compares the tables of two lakes row by row, whoever wrote them and however they are cut into files. Doubles of
 * summaries are the same within 1e-12, as sums depend on the order of what is added; quarantine is compared by where what
 * was refused for which rule. Throws where one of the lakes holds no tables.
 */
export function compareLakes(options: AgainstOptions): Promise<LakesComparison> {
  return interruptible(options, async (asked) => {
    const config = asked.config ?? readConfig();
    const own = asked.lake ?? openLake(config.hdfs);
    const { lake } = asked.at === undefined ? { lake: own } : await openReading({ ...asked, lake: own });
    const there = openLake({ ...config.hdfs, lakeDir: asked.against.replace(/\/+$/, "") });
    const model = await modelOfBoth(lake, there, config);
    const found: TableComparison[] = [];
    for (const table of tableNames(model)) {
      asked.onProgress?.(table);
      found.push(await compareTable(table, { lake, there, model }, asked));
    }
    const ok = found.every((one) => one.ok);
    return { ok, here: config.hdfs.lakeDir, there: directoryOf(there), tables: found };
  });
}

/** The tables are those of the contract that one of the lakes keeps; where none does, of the one of today. */
async function modelOfBoth(lake: Lake, there: Lake, config: Config): Promise<LakeModel> {
  for (const one of [lake, there]) if (await readLastCommit(one)) return (await openKept(one)).model;
  return modelOf(await loadContract({ config }));
}

let opened = 0;

async function compareTable(
  name: TableName,
  lakes: { readonly lake: Lake; readonly there: Lake; readonly model: LakeModel },
  options: AgainstOptions,
): Promise<TableComparison> {
  const directory = openCacheFolder(options);
  const spill = join(directory, `${spillPrefix}${process.pid}-against-${++opened}`);
  const engine = await openEngine({ readable: directory, spill });
  try {
    const { model } = lakes;
    const table = tableIn(model, name);
    await attach(engine, "here", { table, directory, lake: lakes.lake }, options);
    await attach(engine, "there", { table, directory, lake: lakes.there }, options);
    return { table: name, ...(await compare(engine, { model, table, limit: options.limit ?? 5 })) };
  } finally {
    engine.close();
    await rm(spill, { recursive: true, force: true });
  }
}

/** A view of a table's rows in one lake. */
async function attach(
  engine: Engine,
  view: "here" | "there",
  { table, directory, lake }: { table: Table; directory: string; lake: Lake },
  { onFetch, signal }: AgainstOptions,
): Promise<void> {
  const parts = await listParts(lake, table.name);
  if (parts.length === 0)
    throw new ServiceError(
      `hdfs ${lake.at(table.name)}: expected a landed table, received nothing; is it a lake, and has anything been landed there?`,
    );
  const cache = { lake, directory, ...(onFetch ? { onFetch } : {}), ...(signal ? { signal } : {}) };
  const paths = await fetchListed(cache, table.name, parts);
  await engine.run(toFileView({ ...table, name: view }, paths, { isMixed: true }));
}

type Compared = Omit<TableComparison, "table">;

interface Comparing {
  readonly model: LakeModel;
  readonly table: Table;
  readonly limit: number;
}

async function compare(engine: Engine, { model, table, limit }: Comparing): Promise<Compared> {
  const ask = async (sql: string) => (await readAll(await engine.start(sql, [], "text"))).rows;
  if (table.name === "quarantine") await engine.run(refusalViews);
  const { on, joined } = toJoin(model, table);
  const [sizes] = await ask("SELECT (SELECT count(*) FROM here) AS h, (SELECT count(*) FROM there) AS t");
  const counts = await ask(`SELECT kind, count(*) AS n FROM (${joined}) GROUP BY kind`);
  const count = (kind: string) => toNumber(counts.find((row) => row.kind === kind)?.n);
  const twice = (view: string) =>
    `SELECT '${view}' AS place, ${on}, count(*) AS n FROM ${view} GROUP BY ${on} HAVING n > 1`;
  const doubles = `${twice("here")} UNION ALL ${twice("there")}`;
  const [doubled] = await ask(`SELECT count(*) AS n FROM (${doubles})`);
  const label = toLabel(model, table);
  const told = await ask(
    `SELECT ${label} || ': ' || what AS text FROM (${joined}) ORDER BY ${on} LIMIT ${limit}`,
  );
  const toldTwice = await ask(
    `SELECT ${label} || ': stands ' || n || ' times ' || place AS text FROM (${doubles}) ORDER BY ${on} LIMIT ${limit}`,
  );
  const found = {
    onlyHere: count("here"),
    onlyThere: count("there"),
    differing: count("both"),
    doubled: toNumber(doubled?.n),
  };
  const ok = Object.values(found).every((one) => one === 0);
  const differences = [...told, ...toldTwice].slice(0, limit).map(({ text }) => String(text));
  return { here: toNumber(sizes?.h), there: toNumber(sizes?.t), ok, ...found, differences };
}

function toNumber(value: SqlValue | undefined): number {
  return Number(value ?? 0);
}

/** What was refused, with how often, in the place of the rows: the words of a failure may change, what broke may not. */
const refusalViews = ["here", "there"]
  .map((view) => {
    const each = `SELECT partition, "offset", "table", unnest(failures) AS one FROM ${view}`;
    const rows = `SELECT partition, "offset", "table", one.path AS path, one.rule AS rule FROM (${each})`;
    return `CREATE TEMP TABLE rows_${view} AS SELECT *, count(*) AS times FROM (${rows}) GROUP BY ALL;
      CREATE OR REPLACE VIEW ${view} AS FROM rows_${view}`;
  })
  .join(";");

const refusalColumns = ["partition", "offset", "table", "path", "rule"];

/** A table without a key is compared by all its columns. */
function keyOf({ keys }: LakeModel, { name, columns }: Table): readonly string[] {
  if (name === "quarantine") return refusalColumns;
  const { primaryKey = [] } = keys[name] ?? {};
  return primaryKey.length > 0 ? primaryKey : columns.map((column) => column.name);
}

/** What tells a row, as in "partition 0, offset 17". */
function toLabel(model: LakeModel, table: Table): string {
  const parts = keyOf(model, table).map((name) => `${quoteText(`${name} `)} || ${quoteName(name)}`);
  return parts.join(" || ', ' || ");
}

/** The rows that are not the same in both, with what differs in words; `kind` is where they are. */
function toJoin(model: LakeModel, table: Table): { readonly on: string; readonly joined: string } {
  const on = keyOf(model, table).map(quoteName).join(", ");
  const isSummary = model.summaries.includes(table.name);
  const compared = table.name === "quarantine" ? [{ name: "times", type: "INT64" }] : table.columns;
  const differing = compared.map(({ name, type }) => ({
    name,
    condition: differs(`a.r.${quoteName(name)}`, `b.r.${quoteName(name)}`, isSummary && type === "DOUBLE"),
  }));
  const words = differing.map(({ name, condition }) => {
    const show = (side: string) => `left(coalesce(${side}.r.${quoteName(name)}::VARCHAR, 'null'), 60)`;
    return `WHEN ${condition} THEN ${quoteText(`${name} is `)} || ${show("a")} || ' here, ' || ${show("b")} || ' there'`;
  });
  const joined = `
    WITH a AS (SELECT ${on}, r FROM here AS r), b AS (SELECT ${on}, r FROM there AS r)
    SELECT ${on},
      CASE WHEN b.r IS NULL THEN 'here' WHEN a.r IS NULL THEN 'there' ELSE 'both' END AS kind,
      CASE WHEN b.r IS NULL THEN 'only here' WHEN a.r IS NULL THEN 'only there' ${words.join(" ")} END AS what
    FROM a FULL JOIN b USING (${on})
    WHERE a.r IS NULL OR b.r IS NULL OR ${differing.map(({ condition }) => condition).join(" OR ")}`;
  return { on, joined };
}

function differs(a: string, b: string, isWithin: boolean): string {
  const other = `${a} IS DISTINCT FROM ${b}`;
  return isWithin
    ? `(${other} AND coalesce(abs(${a} - ${b}) > 1e-12 * greatest(1, abs(${a})), true))`
    : other;
}

import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { readConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { createFolder } from "../base/folders";
import { interruptible } from "../base/kernel";
import { loadContract } from "../lake/in-force";
import { readRowCount } from "../parquet/read";
import { type LakeModel, modelOf, tableIn, tableNames } from "../tables/lake-model";
import type { Table, TableName } from "../tables/tables";
import { type Engine, openEngine, quoteText } from "./duckdb";
import { type FlatView, flatViewsOf } from "./flat-views";
import { cacheDirOf, type FetchedPart, fetchParts, type PartCache, spillPrefix } from "./part-cache";
import { openReading, type ReadingOptions } from "./reading";
import type { SqlColumn, SqlParameter, SqlStream, SqlValue, TimestampForm } from "./values";
import { toEmptyView, toFileView } from "./views";

export interface QueryOptions extends ReadingOptions {
  /** Folder for the local copies of all lakes' parts; default `cache` in the project's `.local`. */
  readonly cacheRoot?: string;
  /** Values for $1, $2 and so on in the last statement; default none. */
  readonly parameters?: readonly SqlParameter[];
  /** How timestamps come; default "ms". */
  readonly timestamps?: TimestampForm;
  /** Called after each part that had to be fetched from HDFS. */
  readonly onFetch?: (part: FetchedPart) => void;
  readonly signal?: AbortSignal;
}

/** A query's rows as objects; a name that occurs again has ":1", ":2" and so on behind it. */
export interface QueryResult {
  readonly columns: readonly SqlColumn[];
  readonly rows: readonly Readonly<Record<string, SqlValue>>[];
}

/**
 * Runs SQL (DuckDB's dialect) over the landed tables, which have their own names: raw_data, questions_pool_data,
 * grades_ID, course_ID, quarantine, as have the flat views of their lists: quarantine_failures. Returns all rows at once;
 * withQuery is for results that memory does not hold.
 * The tables that the SQL mentions are fetched from HDFS unless the copies of an earlier query still stand for them.
 * Throws a ServiceError where the SQL is wrong, which says at which place, or where nothing is landed.
 */
export async function query(sql: string, options: QueryOptions = {}): Promise<QueryResult> {
  return withQuery(sql, options, readAll);
}

/** Runs SQL as query does and hands its result to `use` as a stream, which ends with it. */
export function withQuery<T>(
  sql: string,
  options: QueryOptions,
  use: (result: SqlStream) => Promise<T>,
): Promise<T> {
  return withEngine(sql, options, async (engine) =>
    use(await engine.start(sql, options.parameters ?? [], options.timestamps ?? "ms")),
  );
}

/** Asks SQL of a table that is attached already. */
export type Ask = (sql: string) => Promise<QueryResult>;

/** Lets `use` ask one question after the other of a table, whose files are fetched and attached once. */
export function withTable<T>(
  table: TableName,
  { timestamps = "ms", ...options }: Omit<QueryOptions, "parameters">,
  use: (ask: Ask) => Promise<T>,
): Promise<T> {
  return withEngine(`FROM ${table}`, options, (engine) =>
    use(async (sql) => readAll(await engine.start(sql, [], timestamps))),
  );
}

/** Writes the result of one SELECT as a Parquet file, over one that is there; what has a zone is UTC in it. */
export function queryToParquet(
  sql: string,
  file: string,
  options: QueryOptions = {},
): Promise<{ rows: number; bytes: number }> {
  return withEngine(sql, { ...options, writable: file }, async (engine) => {
    const select = sql.replace(/[;\s]+$/, "");
    const copy = `COPY (${select}\n) TO ${quoteText(file)} (FORMAT parquet, USE_TMP_FILE false)`;
    await engine.run(copy).catch((error: Error) => {
      if (!/Parser Error/.test(error.message)) throw error;
      const advice = "A Parquet file is made of one SELECT; what DESCRIBE gives is FROM (DESCRIBE ...).";
      throw new ServiceError(`${error.message}\n${advice}`, { cause: error });
    });
    return { rows: await readRowCount(file), bytes: (await stat(file)).size };
  });
}

/** Local paths of a table's files, in the order they were landed, fetched unless they are there; not to be changed. */
export async function fetchTable(table: TableName, options: QueryOptions = {}): Promise<string[]> {
  return fetchLanded(await openCache(options), table);
}

/** All rows of a stream, as objects. */
export async function readAll({ columns, batches }: SqlStream): Promise<QueryResult> {
  const rows: Record<string, SqlValue>[] = [];
  for await (const batch of batches) {
    for (const row of batch) rows.push(toRow(columns, row));
  }
  return { columns, rows };
}

/** One row as an object. */
function toRow(columns: readonly SqlColumn[], values: readonly SqlValue[]): Record<string, SqlValue> {
  return Object.fromEntries(columns.map(({ name }, index) => [name, values[index] ?? null]));
}

let opened = 0;

type EngineUse = QueryOptions & { readonly writable?: string };

function withEngine<T>(sql: string, options: EngineUse, use: (engine: Engine) => Promise<T>): Promise<T> {
  return interruptible(options, (interrupted) => attachEngine(sql, interrupted, use));
}

/** The SQL is checked against the tables' columns before anything is fetched. */
async function attachEngine<T>(
  sql: string,
  options: EngineUse,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const { signal, writable } = options;
  const directory = openCacheFolder(options);
  const spill = join(directory, `${spillPrefix}${process.pid}-${++opened}`);
  const engine = await openEngine({ readable: directory, writable, spill });
  signal?.addEventListener("abort", engine.interrupt);
  try {
    const model = await checkSql(engine, sql, options);
    const names = tableNames(model).filter((name) => {
      return isMentioned(name, sql) || mentionedViews(tableIn(model, name), model, sql).length > 0;
    });
    if (names.length > 0) await attachTables(engine, await openCache(options), names);
    signal?.throwIfAborted();
    return await use(engine);
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener("abort", engine.interrupt);
    engine.close();
    await rm(spill, { recursive: true, force: true });
  }
}

/** The folder of the local copies of a lake's parts. */
export function openCacheFolder({ config, cacheRoot }: QueryOptions): string {
  const { hdfs } = config ?? readConfig();
  const directory = cacheDirOf(hdfs, cacheRoot);
  try {
    createFolder(directory);
  } catch (cause) {
    const { message } = cause as Error;
    throw new ServiceError(`${directory}: can't keep what is fetched from HDFS: ${message}`, { cause });
  }
  return directory;
}

/** The local copies of what is to be read. */
async function openCache(options: QueryOptions): Promise<PartCache> {
  const { onFetch, signal } = options;
  const { lake } = await openReading(options);
  return {
    lake,
    directory: openCacheFolder(options),
    ...(onFetch ? { onFetch } : {}),
    ...(signal ? { signal } : {}),
  };
}

/**
 * Checks SQL against the columns of today's contract, so that nothing has to be asked for what is wrong; then against
 * those of the lake, which may be of another.
 */
async function checkSql(engine: Engine, sql: string, options: QueryOptions): Promise<LakeModel> {
  const check = async (model: LakeModel) => {
    const all = Object.values(model.tables);
    const flat = all.flatMap((table) => mentionedViews(table, model, sql));
    await engine.run([...all.map(toEmptyView), ...flat.map(({ statement }) => statement)].join(";"));
    await engine.check(sql);
    return model;
  };
  const today = options.lake?.model ?? modelOf(await loadContract(options));
  try {
    return await check(today);
  } catch (error) {
    const kept = await openReading(options).catch(() => undefined);
    if (!kept || kept.lake.model === today) throw error;
    return check(kept.lake.model);
  }
}

/** A table's flat views whose names stand in the SQL. */
function mentionedViews(table: Table, model: LakeModel, sql: string): FlatView[] {
  return flatViewsOf(table, model).filter(({ name }) => isMentioned(name, sql));
}

/** Whether a table's name stands in the SQL, be it in a comment. */
function isMentioned(name: string, sql: string): boolean {
  return new RegExp(`(?<!\\w)${name}(?!\\w)`, "i").test(sql);
}

/** Waits for every table, be it in vain, so that nothing is under way when the engine is closed. */
async function attachTables(engine: Engine, cache: PartCache, names: readonly TableName[]): Promise<void> {
  const fetches = await Promise.allSettled(names.map((name) => fetchLanded(cache, name)));
  for (const [index, fetched] of fetches.entries()) {
    if (fetched.status === "rejected") throw fetched.reason;
    await engine.run(toFileView(tableIn(cache.lake.model, names[index] ?? ""), fetched.value, cache.lake));
  }
}

async function fetchLanded(cache: PartCache, table: TableName): Promise<string[]> {
  const paths = await fetchParts(cache, table);
  if (paths.length > 0) return paths;
  throw new ServiceError(
    `hdfs ${cache.lake.at(table)}: expected a landed table, received nothing; land first: "npx user-activity land"`,
  );
}

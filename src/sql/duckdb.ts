import { TextDecoder } from "node:util";
import type {
  DuckDBConnection,
  DuckDBExtractedStatements,
  DuckDBPreparedStatement,
  DuckDBResult,
  DuckDBValue,
} from "@duckdb/node-api";
import { ServiceError } from "../base/errors";
import { createValueReader, type DuckDb, toDuckDbValue } from "./duckdb-values";
import { toSqlError } from "./errors";
import type { SqlColumn, SqlParameter, SqlStream, SqlValue, TimestampForm } from "./values";

/** A DuckDB in memory that can read one folder and write one file at most. Errors of SQL are ServiceErrors. */
export interface Engine {
  /** Runs statements of our own. */
  readonly run: (sql: string) => Promise<void>;
  /** Parses and binds a person's SQL; throws where it is wrong or does more than query. */
  readonly check: (sql: string) => Promise<void>;
  /** Starts a person's SQL. */
  readonly start: (
    sql: string,
    parameters: readonly SqlParameter[],
    timestamps: TimestampForm,
  ) => Promise<SqlStream>;
  readonly interrupt: () => void;
  readonly close: () => void;
}

export interface EngineOptions {
  /** The folder that it may read. */
  readonly readable: string;
  /** The file that it may write; default none. */
  readonly writable?: string | undefined;
  /** The folder for what does not fit into memory; it is made when it is needed. */
  readonly spill: string;
}

const settings = {
  memory_limit: "1GB",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_community_extensions: "false",
};

function toSettings({ spill }: EngineOptions): Record<string, string> {
  return { ...settings, temp_directory: spill };
}

/** Opens DuckDB and locks it: UTC, no file but those of the options, no extension, no setting to be changed. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const duckdb = loadDuckDb();
  const instance = await duckdb.DuckDBInstance.create(":memory:", toSettings(options));
  const connection = await instance.connect();
  await connection.run(toLock(options));
  let isInterrupted = false;
  const attempt = <T>(sql: string, work: () => Promise<T>): Promise<T> =>
    work().catch((error: Error) => {
      throw toSqlError(error, sql);
    });
  return {
    run: (sql) =>
      attempt(sql, async () => {
        await connection.run(sql);
      }),
    check: (sql) =>
      attempt(sql, async () => {
        const statements = await extract(connection, sql);
        (await prepare(duckdb, { statements, index: 0, sql })).destroySync();
      }),
    start: (sql, parameters, timestamps) =>
      attempt(sql, async () => {
        const check = () => {
          if (isInterrupted) throw new ServiceError("query: interrupted");
        };
        check();
        const result = await start(duckdb, connection, sql, parameters);
        const read = createValueReader(duckdb, timestamps);
        return { columns: toColumns(result), batches: readBatches(result, { read, check, sql }) };
      }),
    interrupt: () => {
      isInterrupted = true;
      connection.interrupt();
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function toLock({ readable, writable }: EngineOptions): string {
  const paths = writable === undefined ? "[]::VARCHAR[]" : `[${quoteText(writable)}]`;
  return `
    SET TimeZone = 'UTC';
    SET allowed_directories = [${quoteText(`${readable}/`)}];
    SET allowed_paths = ${paths};
    SET enable_external_access = false;
    SET lock_configuration = true`;
}

/** Text as SQL has it. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQL has it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Loaded when it is first needed, and not by import(), which takes three times as long here. */
function loadDuckDb(): DuckDb {
  const duckdb = require("@duckdb/node-api") as DuckDb;
  const accessors = require("@duckdb/node-api/lib/vectors/dataAccessors") as { textDecoder?: TextDecoder };
  if (!accessors.textDecoder) {
    throw new ServiceError(
      'duckdb: expected version 1.5.5-r.5 of @duckdb/node-api, received another one; run "npm ci"',
    );
  }
  // its own drops a byte order mark, which is a part of the text
  if (!accessors.textDecoder.ignoreBOM) accessors.textDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return duckdb;
}

/** The statements of the SQL; DuckDB makes several of one PIVOT. */
async function extract(connection: DuckDBConnection, sql: string): Promise<DuckDBExtractedStatements> {
  const isEmpty = (error: Error) => error.message === "Error in native callback";
  return connection.extractStatements(sql).catch((cause: Error) => {
    throw isEmpty(cause)
      ? new ServiceError("query: expected a SELECT, received no statement", { cause })
      : cause;
  });
}

/** Runs all statements but the last, whose result is the query's. */
async function start(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly SqlParameter[],
): Promise<DuckDBResult> {
  const statements = await extract(connection, sql);
  for (let index = 0; index < statements.count - 1; index++) {
    await (await prepare(duckdb, { statements, index, sql })).run();
  }
  const last = await prepare(duckdb, { statements, index: statements.count - 1, sql });
  last.bind(parameters.map((value) => toDuckDbValue(duckdb, value)));
  return last.stream();
}

interface Prepared {
  readonly statements: DuckDBExtractedStatements;
  readonly index: number;
  readonly sql: string;
}

async function prepare(
  duckdb: DuckDb,
  { statements, index, sql }: Prepared,
): Promise<DuckDBPreparedStatement> {
  const prepared = await statements.prepare(index);
  const { StatementType } = duckdb;
  const type = StatementType[prepared.statementType] ?? "?";
  const isLast = index === statements.count - 1;
  const isQuery = type === "SELECT" || (type === "EXPLAIN" && explainsQuery.test(sql));
  if (isLast ? isQuery : stepTypes.has(type)) return prepared;
  if (!isLast && isQuery) throw new ServiceError("query: expected one SELECT, at the end, received several");
  const expected = isLast ? "a SELECT" : `only ${[...stepTypes].join(", ")} before the SELECT`;
  throw new ServiceError(
    `query: expected ${expected}, received ${type}; the landed tables are for reading, and nothing that a query makes is kept`,
  );
}

/** EXPLAIN ANALYZE would carry out what it explains. */
const explainsQuery =
  /^\s*explain\s+(analyze\s+)?(\([^)]*\)\s*)?(select|with|from|values|table|pivot|unpivot|describe|summarize)\b/i;

/** What may go before the query, in memory; SET is for variables, since the settings are locked. */
const stepTypes = new Set(["CREATE", "INSERT", "UPDATE", "DELETE", "ALTER", "DROP", "SET"]);

function toColumns(result: DuckDBResult): SqlColumn[] {
  const types = result.columnTypes();
  return result.deduplicatedColumnNames().map((name, index) => ({ name, type: String(types[index]) }));
}

/** A stream that was interrupted comes to an end as if there were no more rows. */
async function* readBatches(
  result: DuckDBResult,
  { read, check, sql }: { read: (value: DuckDBValue) => SqlValue; check: () => void; sql: string },
): AsyncGenerator<readonly (readonly SqlValue[])[]> {
  try {
    for await (const rows of result.yieldRows()) {
      check();
      yield rows.map((row) => row.map(read));
    }
    check();
  } catch (error) {
    throw toSqlError(error, sql);
  }
}

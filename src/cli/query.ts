import { resolve } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Command, Option } from "commander";
import { formatCount, formatCountOf, formatMegabytes } from "../base/text";
import type { ExportOptions } from "../sql/export";
import { csvLines, formatFiles, formatRows, jsonLines, takeRows } from "../sql/output";
import type { QueryOptions } from "../sql/query";
import type { SqlStream } from "../sql/values";
import { type TableName, tables } from "../tables/tables";
import { openProgressLine, withProgress } from "./progress";
import { type AtOption, atOption, modelOfToday, parseWhole, type QueryTools } from "./tools";

interface QueryFlags extends AtOption {
  readonly rows: number;
  readonly json?: true;
  readonly csv?: true;
  readonly parquet?: string;
  readonly force?: true;
}

interface ExportFlags extends AtOption {
  readonly csv?: true;
  readonly table?: TableName[];
  readonly force?: true;
  readonly json?: true;
}

/** Adds `query` and `export` to the command line. */
export function addQueryCommands(program: Command, tools: QueryTools): void {
  program
    .command("query <sql>")
    .description("runs SQL (DuckDB's) over the landed tables; - reads it from stdin")
    .addOption(
      new Option("--rows <count>", "show at most this many rows")
        .default(40)
        .argParser(parseWhole)
        .conflicts(["json", "csv", "parquet"]),
    )
    .addOption(new Option("--json", "print JSON: an array of objects").conflicts(["csv", "parquet"]))
    .addOption(new Option("--csv", "print CSV (RFC 4180)").conflicts("parquet"))
    .option("--parquet <file>", "write a Parquet file")
    .option(...atOption)
    .option("--force", "replace the file that is there")
    .addHelpText("after", queryHelp)
    .action((sql: string, flags: QueryFlags) => runQuery(sql, flags, tools));
  program
    .command("export <directory>")
    .description("writes the landed tables as local files, one each")
    .addOption(new Option("--csv", "CSV files (RFC 4180), nested columns as JSON").conflicts("parquet"))
    .option("--parquet", "Parquet files, as in the lake (default)")
    .option("--table <names...>", "only these tables")
    .option(...atOption)
    .option("--force", "replace files that are there")
    .option("--json", "print JSON: an array of table, path, rows, bytes")
    .action((directory: string, flags: ExportFlags) => runExport(directory, flags, tools));
}

const queryHelp = `
Tables of the shipped contract ("user-activity describe" says what their columns hold; timestamps are UTC):
${Object.values(tables)
  .map(({ name, doc }) => `  ${name.padEnd(20)} ${doc ?? ""}`)
  .join("\n")}
A list has a flat view, with a row for each element: questions_pool_data_options, quarantine_failures.

For example:
  user-activity query "SELECT exam_name, average_score FROM course_ID ORDER BY average_score LIMIT 5"`;

async function runQuery(sql: string, flags: QueryFlags, tools: QueryTools): Promise<void> {
  const text = sql === "-" ? await readText(tools.input ?? process.stdin) : sql;
  if (flags.parquet !== undefined) (await import("../sql/export.js")).checkPlace(flags.parquet, flags);
  await tools.withNeeded(["hdfs"], async () => {
    const progress = startLate("querying");
    let [parts, bytes] = [0, 0];
    const onFetch: QueryOptions["onFetch"] = (part) => {
      bytes += part.bytes;
      progress.tell(`fetching the tables: ${formatCountOf(++parts, "file")}, ${formatMegabytes(bytes)}`);
    };
    const { at } = flags;
    const options: QueryOptions = { onFetch, signal: tools.signal, timestamps: "text", at };
    try {
      await answer(text, flags, { tools, options, onAnswer: progress.done });
    } catch (error) {
      await progress.fail();
      throw error;
    }
  });
}

interface Answering {
  readonly tools: QueryTools;
  readonly options: QueryOptions;
  /** To be called before the first line is written. */
  readonly onAnswer: () => Promise<void>;
}

async function answer(
  sql: string,
  flags: QueryFlags,
  { tools, options, onAnswer }: Answering,
): Promise<void> {
  const output = tools.output ?? process.stdout;
  const print = (lines: AsyncIterable<string>) =>
    writeLines(lines, output, { onAnswer, signal: tools.signal });
  const { queryToParquet, withQuery } = await import("../sql/query.js");
  const { parquet } = flags;
  if (parquet !== undefined) {
    const { writing } = await import("../sql/export.js");
    const { rows, bytes } = await writing(resolve(parquet), (partial) =>
      queryToParquet(sql, partial, options),
    );
    return print(toLines(`${parquet}: ${formatCountOf(rows, "row")}, ${formatCount(bytes)} bytes\n`));
  }
  await withQuery(sql, options, async (stream: SqlStream) => {
    if (flags.json || flags.csv) return print(flags.json ? jsonLines(stream) : csvLines(stream));
    const shown = await takeRows(stream, flags.rows);
    return print(toLines(`${formatRows(shown, output.columns)}\n`));
  });
}

async function runExport(directory: string, flags: ExportFlags, tools: QueryTools): Promise<void> {
  const { csv, table, force, json, at } = flags;
  const options: ExportOptions = {
    format: csv ? "csv" : "parquet",
    ...(table ? { tables: table } : {}),
    ...(force ? { force } : {}),
    at,
    signal: tools.signal,
  };
  const { exportTables, planExport } = await import("../sql/export.js");
  planExport(directory, await modelOfToday(), options); // no service is started for files that are there already
  const files = await tools.withNeeded(["hdfs"], () =>
    withProgress(
      "exporting",
      ({ tell }) => exportTables(directory, { ...options, onTable: (name) => tell(`exporting ${name}`) }),
      (exported) => `exported ${formatCountOf(exported.length, "table")}`,
    ),
  );
  (tools.output ?? process.stdout).write(`${json ? JSON.stringify(files, null, 2) : formatFiles(files)}\n`);
}

async function* toLines(text: string): AsyncGenerator<string> {
  yield text;
}

/** A reader that has seen enough (`| head -1`) is no failure. */
async function writeLines(
  lines: AsyncIterable<string>,
  output: Writable,
  { onAnswer, signal }: { readonly onAnswer: () => Promise<void>; readonly signal: AbortSignal },
): Promise<void> {
  const source = async function* () {
    for await (const line of lines) {
      await onAnswer();
      yield line;
    }
  };
  await pipeline(Readable.from(source()), output, { end: false, signal }).catch(
    (error: NodeJS.ErrnoException) => {
      if (!["EPIPE", "ERR_STREAM_DESTROYED", "ERR_STREAM_PREMATURE_CLOSE"].includes(error.code ?? ""))
        throw error;
    },
  );
}

/** ProgressLine that is told only of what takes more than a second; its end may be told again. */
function startLate(text: string) {
  let now = text;
  let started: ReturnType<typeof openProgressLine> | undefined;
  const timer = setTimeout(() => {
    started = openProgressLine(now);
  }, 1000);
  const end = async () => {
    clearTimeout(timer);
    const progress = await started;
    started = undefined;
    return progress;
  };
  return {
    tell: (next: string) => {
      now = next;
      started?.then((progress) => progress.tell(next));
    },
    done: async () => (await end())?.done(now),
    fail: async () => (await end())?.fail(),
  };
}

async function readText(input: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of input) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Config } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { query } from "user-activity/dist/sql/query";
import { ownFolder, python } from "./live-lake";

/** What a reader saw: see watch_tables.py. */
export interface ReaderReport {
  readonly name: string;
  readonly rounds: number;
  /** Files that were read. */
  readonly reads: number;
  /** How often a table was listed anew, because a file of it was gone. */
  readonly again: number;
  /** How often course_ID's one file was replaced while it was read. */
  readonly replaced: number;
  /** Of each table, in the last round. */
  readonly rows: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

export interface Reader {
  /** Lets the reader end after one more round, and says what it saw; may be called again. */
  readonly end: () => Promise<ReaderReport>;
}

/** Starts a reader in Python that reads all tables again and again; `listAgain` where files are merged meanwhile. */
export function startReader(
  { hdfs }: Config,
  name: "pyarrow" | "duckdb",
  { listAgain = false }: { readonly listAgain?: boolean } = {},
): Reader {
  const script = projectPath("test", "python", "watch_tables.py");
  const args = [script, hdfs.url, hdfs.lakeDir, name, ...(listAgain ? ["--list-again"] : [])];
  const child = spawn(python, args, { stdio: ["pipe", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const closed = once(child, "close");
  return {
    end: async () => {
      child.stdin.end();
      await closed;
      if (stdout === "") throw new Error(`watch_tables.py ${name}: ${stderr}`);
      return { name, ...(JSON.parse(stdout) as Omit<ReaderReport, "name">) };
    },
  };
}

const overview = `
  SELECT 'raw_data' AS name, count(*) AS rows, count(DISTINCT (partition, "offset")) AS keys FROM raw_data
  UNION ALL SELECT 'questions_pool_data', count(*), count(DISTINCT (user_exam_id, question_index)) FROM questions_pool_data
  UNION ALL SELECT 'grades_ID', count(*), count(DISTINCT user_exam_id) FROM grades_ID
  UNION ALL SELECT 'course_ID', count(*), count(DISTINCT exam_name) FROM course_ID
  UNION ALL SELECT 'quarantine', count(*), count(DISTINCT (partition, "offset", "table")) FROM quarantine`;

/** The same with this project's own query, which keeps copies: `reads` counts queries here. */
export function startQueries(config: Config): Reader {
  const problems: string[] = [];
  const rows: Record<string, number> = {};
  let rounds = 0;
  let isEnded = false;
  const cacheRoot = ownFolder();
  const readOnce = async () => {
    rounds++;
    const result = await query(overview, { config, cacheRoot });
    for (const one of result.rows) {
      const [table, count] = [String(one.name), Number(one.rows)];
      if (one.rows !== one.keys) problems.push(`${table}: ${count} rows, but ${one.keys} keys`);
      if (count < (rows[table] ?? 0)) problems.push(`${table}: ${count} rows after ${rows[table]}`);
      rows[table] = count;
    }
  };
  const loop = async () => {
    for (let isLast = false; !isLast; ) {
      isLast = isEnded;
      await readOnce().catch((error: Error) => {
        const isEmpty = /expected a landed table/.test(error.message) && rows.raw_data === undefined;
        if (!isEmpty) problems.push(error.message);
      });
    }
  };
  const ended = loop();
  return {
    end: async () => {
      isEnded = true;
      await ended;
      return { name: "query", rounds, reads: rounds, again: 0, replaced: 0, rows, problems };
    },
  };
}

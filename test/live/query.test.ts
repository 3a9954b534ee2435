import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Writable } from "node:stream";
import { after, before, describe, test } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { ServiceError } from "user-activity/dist/base/errors";
import { projectPath } from "user-activity/dist/base/paths";
import { addQueryCommands } from "user-activity/dist/cli/query";
import type { Hdfs } from "user-activity/dist/hdfs/hdfs";
import { ensureTopic } from "user-activity/dist/kafka/topics";
import { openLake, readTable } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { readParquet } from "user-activity/dist/parquet/read";
import { publishFile } from "user-activity/dist/publish/publish";
import { fromFrame } from "user-activity/dist/show/frames";
import { runSql, sql } from "user-activity/dist/show/sql";
import { exportTables } from "user-activity/dist/sql/export";
import { cacheDirOf } from "user-activity/dist/sql/part-cache";
import { type QueryOptions, query } from "user-activity/dist/sql/query";
import { type ShippedName, tables } from "user-activity/dist/tables/tables";
import { anEvent, withoutCounts } from "../helpers/an-event";
import { eventsFile, ownConfig, ownFolder } from "../helpers/live-lake";
import { noPython, readWithOthers } from "../helpers/other-parquet-readers";
import { shippedRows } from "../helpers/shipped";

const names = Object.keys(tables) as ShippedName[];
const joinAll = `
  SELECT c.exam_name, c.attempts, count(DISTINCT (r.partition, r."offset")) AS messages, count(DISTINCT q.question_id) AS questions,
    count(x."offset") AS refused
  FROM course_ID c
    JOIN grades_ID g USING (exam_name)
    JOIN raw_data r ON r.partition = g.partition AND r."offset" = g."offset"
    JOIN questions_pool_data q ON q.user_exam_id = g.user_exam_id
    LEFT JOIN quarantine x ON x.partition = r.partition AND x."offset" = r."offset"
  GROUP BY ALL ORDER BY attempts DESC, exam_name LIMIT 3`;

async function landRecords(config: Config, records: readonly unknown[]): Promise<void> {
  const file = join(ownFolder(), "records.json");
  writeFileSync(file, JSON.stringify(records));
  await publishFile(file, { config: config.kafka });
  await land({ config });
}

/** A lake whose reads are counted, with copies of its own. */
function counting(config: Config): { options: QueryOptions; reads: string[] } {
  const lake = openLake(config.hdfs);
  const reads: string[] = [];
  const read: Hdfs["read"] = (path) => {
    reads.push(path);
    return lake.hdfs.read(path);
  };
  const options = { config, lake: { ...lake, hdfs: { ...lake.hdfs, read } }, cacheRoot: ownFolder() };
  return { options, reads };
}

describe("over the shipped events", () => {
  const config = ownConfig("query");
  before(async () => {
    await publishFile(eventsFile, { config: config.kafka });
    await land({ config });
  });

  test("a join of all five tables is right, and read from HDFS once", async () => {
    const { options, reads } = counting(config);
    const first = await query(joinAll, options);
    assert.equal(first.rows.length, 3);
    const { questions, ...rest } = first.rows[0] ?? {};
    assert.deepEqual(rest, { exam_name: "Learning Git", attempts: 390, messages: 390n, refused: 0n });
    assert.ok(Number(questions) > 0);
    assert.equal(reads.length, 5);
    assert.deepEqual((await query(joinAll, options)).rows, first.rows);
    assert.equal(reads.length, 5);
  });

  test("every table comes with the values that are in the lake", async () => {
    const { options } = counting(config);
    for (const name of names) {
      const { rows } = await query(`FROM ${name}`, options);
      const landed: readonly object[] = await readTable(openLake(config.hdfs), name);
      assert.deepEqual(
        rows,
        landed.map((row) => ({ ...row })),
      );
    }
  });

  test("queries at the same time on cold copies are all right", async () => {
    const { options } = counting(config);
    const all = await Promise.all([1, 2, 3, 4].map(() => query(joinAll, options)));
    for (const { rows } of all) assert.deepEqual(rows, all[0]?.rows);
  });

  test("exported files are the tables, as Parquet and as CSV", async () => {
    const { options } = counting(config);
    const folder = join(ownFolder(), "new", "folder");
    const files = await exportTables(folder, options);
    assert.deepEqual(
      files.map(({ table, rows }) => [table, rows]),
      Object.entries(shippedRows),
    );
    for (const { table, path, bytes } of files) {
      assert.equal(readFileSync(path).length, bytes);
      assert.deepEqual(
        await readParquet(path, tables[table as ShippedName]),
        await readTable(openLake(config.hdfs), table),
      );
    }
    await exportTables(folder, { ...options, format: "csv", tables: ["quarantine"] });
    const [head, first] = readFileSync(join(folder, "quarantine.csv"), "utf8").split("\r\n");
    assert.equal(head, "topic,partition,offset,timestamp,table,failures,value,value_base64");
    assert.match(
      first ?? "",
      /^[\w-]+,\d,\d+,\d{4}-\d\d-\d\dT[\d:.]+Z,grades_ID,"\[\{""path"":""sequences.counts""/,
    );
  });
});

describe("as the lake grows", () => {
  test("the next query sees what was landed since, and fetches only that", async () => {
    const config = ownConfig("grows");
    const { options, reads } = counting(config);
    const count =
      "SELECT count(*)::INT AS n, max(attempts) AS attempts FROM grades_ID g JOIN course_ID USING (exam_name)";
    await landRecords(config, [anEvent()]);
    assert.deepEqual((await query(count, options)).rows, [{ n: 1, attempts: 1 }]);
    const before = reads.length;
    await landRecords(config, [{ ...anEvent(), user_exam_id: "a-2" }]);
    assert.deepEqual((await query(count, options)).rows, [{ n: 2, attempts: 2 }]);
    assert.equal(reads.length - before, 2);
    const folder = ownFolder();
    await exportTables(folder, { ...options, tables: ["grades_ID"] });
    assert.deepEqual(
      await readParquet(join(folder, "grades_ID.parquet"), tables.grades_ID),
      await readTable(openLake(config.hdfs), "grades_ID"),
    );
  });

  test("a query beside landings sees some state of each table, and fails at none", async () => {
    const config = ownConfig("beside");
    const { options } = counting(config);
    await landRecords(config, [anEvent()]);
    const file = join(ownFolder(), "records.json");
    const more = Array.from({ length: 9 }, (_, index) => ({ ...anEvent(), user_exam_id: `b-${index}` }));
    writeFileSync(file, JSON.stringify(more));
    await publishFile(file, { config: config.kafka });
    let isLanding = true;
    const landing = land({ config, batchMessages: 1 }).finally(() => {
      isLanding = false;
    });
    const seen: number[] = [];
    while (isLanding) {
      const { rows } = await query("SELECT sum(attempts)::INT AS n FROM course_ID", options);
      seen.push(Number(rows[0]?.n));
    }
    await landing;
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    );
    assert.deepEqual((await query("SELECT attempts FROM course_ID", options)).rows, [{ attempts: 10 }]);
  });

  test("empty tables give no rows, with their columns", async () => {
    const config = ownConfig("empty-query");
    const { options } = counting(config);
    await assert.rejects(query("FROM grades_ID", options), /land first: "npx user-activity land"$/);
    await ensureTopic(config.kafka);
    await land({ config });
    for (const name of names) {
      const { columns, rows } = await query(`FROM ${name}`, options);
      assert.deepEqual(rows, []);
      assert.deepEqual(
        columns.map((column) => column.name),
        tables[name].columns.map((column) => column.name),
      );
    }
  });
});

type Program = Parameters<typeof addQueryCommands>[0];

/** The commander of the helper package; others use an older one, which is what the tests would find. */
const { Command } = createRequire(projectPath("src", "package.json"))("commander") as {
  Command: new (name: string) => Program;
};

/** What the command line would print. */
class Output extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function run(args: readonly string[], input = ""): Promise<string> {
  const output = new Output();
  const program = new Command("user-activity").exitOverride().configureOutput({ writeErr: () => undefined });
  addQueryCommands(program, {
    withNeeded: (_, work) => work(),
    signal: new AbortController().signal,
    input: (async function* () {
      yield Buffer.from(input);
    })(),
    output,
  });
  await program.parseAsync(args, { from: "user" });
  return output.text;
}

describe("the command line", () => {
  const odd = 'Größe 数学 🎓, "quoted"\nline';
  const folder = ownFolder();
  const config = ownConfig("query-command");
  const lakeDir = process.env.LAKE_DIR;
  before(async () => {
    await landRecords(config, [
      anEvent(),
      { ...anEvent(), user_exam_id: "a-2", exam_name: odd },
      { ...withoutCounts(), user_exam_id: "a-3" },
    ]);
    process.env.LAKE_DIR = config.hdfs.lakeDir;
  });
  after(() => {
    if (lakeDir === undefined) delete process.env.LAKE_DIR;
    else process.env.LAKE_DIR = lakeDir;
    rmSync(cacheDirOf(config.hdfs), { recursive: true, force: true });
  });

  test("prints a table", async () => {
    const text = await run(["query", "SELECT exam_name, attempts FROM course_ID ORDER BY ALL"]);
    assert.match(text, /│ exam_name +│ attempts │\n│ VARCHAR +│ +INTEGER │/);
    assert.match(text, /│ Größe 数学 🎓, "quoted"\\nline +│ +1 │/);
    assert.match(text, /\n2 rows\n$/);
    assert.match(await run(["query", "FROM course_ID", "--rows", "1"]), /\n2 rows, the first 1 shown\n$/);
  });

  test("prints JSON and CSV that others read", async () => {
    const select = 'SELECT exam_name, started_at, "offset", certification FROM grades_ID ORDER BY ALL';
    const rows = JSON.parse(await run(["query", select, "--json"]));
    const place = { started_at: "2018-01-23T14:23:19.082Z", certification: false };
    assert.deepEqual(
      rows.map(({ offset, ...row }: { offset: unknown }) => {
        assert.equal(typeof offset, "number");
        return row;
      }),
      [
        { exam_name: odd, ...place },
        { exam_name: "Reading Tea Leaves", ...place },
      ].sort((a, b) => (a.exam_name < b.exam_name ? -1 : 1)),
    );
    const csv = await run(
      ["query", "-", "--csv"],
      `SELECT exam_name, NULL AS nothing FROM grades_ID\nORDER BY ALL;\n`,
    );
    const lines = ["exam_name,nothing", '"Größe 数学 🎓, ""quoted""\nline",', "Reading Tea Leaves,", ""];
    assert.equal(csv, lines.join("\r\n"));
  });

  test("writes Parquet that pyarrow and DuckDB read", { skip: noPython }, async () => {
    const path = join(folder, "result.parquet");
    const select = "SELECT exam_name, started_at, [1, NULL] AS list, score FROM grades_ID ORDER BY exam_name";
    const said = await run(["query", select, "--parquet", path]);
    assert.match(said, /result\.parquet: 2 rows, [\d,]+ bytes\n$/);
    const [{ arrow, duckdb }] = readWithOthers([path]) as [ReturnType<typeof readWithOthers>[number]];
    const at = { started_at: Date.UTC(2018, 0, 23, 14, 23, 19, 82), list: [1, null], score: 0.5 };
    assert.deepEqual(arrow.rows, [
      { exam_name: odd, ...at },
      { exam_name: "Reading Tea Leaves", ...at },
    ]);
    assert.deepEqual(duckdb.rows, arrow.rows);
  });

  test("replaces no file unless it is told to", async () => {
    const path = join(folder, "taken.parquet");
    writeFileSync(path, "mine");
    await assert.rejects(
      run(["query", "FROM course_ID", "--parquet", path]),
      /taken\.parquet: expected no such file/,
    );
    assert.equal(readFileSync(path, "utf8"), "mine");
    await run(["query", "FROM course_ID", "--parquet", path, "--force"]);
    await assert.rejects(run(["query", "SELECT error('late')", "--parquet", path, "--force"]), ServiceError);
    assert.equal((await readParquet(path, tables.course_ID)).length, 2);
    assert.ok(!existsSync(`${path}.partial`));
  });

  test("says before it queries that a folder is no file, or that there is none to write to", async () => {
    const toFolder = run(["query", "FROM course_ID", "--parquet", folder, "--force"]);
    await assert.rejects(toFolder, /: expected a file's name, received a folder; choose another place$/);
    const toNowhere = run(["query", "FROM course_ID", "--parquet", join(folder, "nowhere", "a.parquet")]);
    await assert.rejects(toNowhere, /nowhere: expected a folder, received none; make it first$/);

    const exported = join(folder, "exported");
    mkdirSync(exported);
    writeFileSync(join(exported, "quarantine.csv"), "mine");
    await assert.rejects(run(["export", exported, "--csv"]), /quarantine\.csv: expected no such file/);
    assert.ok(
      !existsSync(join(exported, "raw_data.csv")),
      "nothing is written before all is known to be free",
    );
    const json = await run([
      "export",
      exported,
      "--csv",
      "--json",
      "--force",
      "--table",
      "quarantine",
      "grades_ID",
    ]);
    assert.deepEqual(
      JSON.parse(json).map(({ table, rows }: { table: string; rows: number }) => [table, rows]),
      [
        ["quarantine", 1],
        ["grades_ID", 2],
      ],
    );
    await assert.rejects(
      run(["export", eventsFile]),
      /assessments\.json: expected a folder, received a file/,
    );
  });

  test("takes one output format at a time, and tables that exist", async () => {
    const code = (error: { code?: string }) => /^commander\./.test(error.code ?? "");
    for (const flags of [
      ["--json", "--csv"],
      ["--csv", "--parquet", "x"],
      ["--json", "--parquet", "x"],
      ["--rows", "3", "--json"],
      ["--rows", "-1"],
    ]) {
      await assert.rejects(run(["query", "SELECT 1", ...flags]), code, flags.join(" "));
    }
    await assert.rejects(run(["export", folder, "--table", "grades"]), {
      name: "UsageError",
      message: /^table: expected one of raw_data, .*, received "grades"$/,
    });
    await assert.rejects(run(["query"]), code);
  });

  test("points at what is wrong in the SQL", async () => {
    await assert.rejects(run(["query", "SELECT exam FROM course_ID"]), (error: Error) => {
      assert.ok(error instanceof ServiceError);
      assert.equal(error.exitCode, 1);
      assert.match(
        error.message,
        /Candidate bindings: "exam_name".*LINE 1: SELECT exam FROM course_ID\n {15}\^$/s,
      );
      return true;
    });
  });

  test("sql gives a notebook a frame, with values put in safely", async () => {
    const frame = await sql`SELECT exam_name, started_at, options FROM questions_pool_data
      WHERE exam_name = ${odd} AND question_index < ${1}`;
    const [row] = fromFrame(frame);
    assert.deepEqual(frame.columns, ["exam_name", "started_at", "options"]);
    assert.deepEqual(
      { ...row, options: undefined },
      { exam_name: odd, started_at: "2018-01-23T14:23:19.082Z", options: undefined },
    );
    assert.equal(JSON.parse(String(row?.options))[0].id, "o-1");
    assert.deepEqual((await runSql("SELECT count(*) AS n FROM grades_ID WHERE score >= $1", 0)).values, [
      [2],
    ]);
    await assert.rejects(
      sql("SELECT 1" as never),
      /^UsageError: sql: expected a template .+ runSql\(text\)$/,
    );
    assert.deepEqual((await sql`SELECT exam_name FROM grades_ID WHERE false`).shape, [0, 1]);
  });
});

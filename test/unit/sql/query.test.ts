import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { readConfig } from "user-activity/dist/base/config";
import { ServiceError } from "user-activity/dist/base/errors";
import { createParquetFile } from "user-activity/dist/parquet/write";
import { type QueryOptions, query, queryToParquet, withQuery } from "user-activity/dist/sql/query";
import type { SqlParameter } from "user-activity/dist/sql/values";
import { shippedModel } from "user-activity/dist/tables/lake-model";
import { type RowOf, type ShippedName, tables } from "user-activity/dist/tables/tables";
import { ownFolder } from "../../helpers/live-lake";
import { createMemoryHdfs } from "../../helpers/memory-hdfs";
import { edgeRows } from "../../helpers/parquet-rows";

const names = Object.keys(tables) as ShippedName[];
const folder = ownFolder();
const memory = createMemoryHdfs();
const cacheRoot = join(folder, "cache");
const options: QueryOptions = {
  config: readConfig({ LAKE_DIR: "/lake" }),
  lake: { hdfs: memory.hdfs, at: (path) => `/lake/${path}`, model: shippedModel },
  cacheRoot,
};

async function landPart<N extends ShippedName>(table: N, rows: readonly RowOf<N>[]): Promise<void> {
  const path = join(folder, "part.parquet");
  const file = await createParquetFile(path, tables[table]);
  await file.append(rows);
  await file.close();
  memory.put(`/lake/${table}/part-1.parquet`, readFileSync(path));
}

before(async () => {
  for (const name of names) await landPart(name, edgeRows[name] as never);
});

async function rowsOf(sql: string, parameters: readonly SqlParameter[] = []) {
  return (await query(sql, { ...options, parameters })).rows;
}

async function messageOf(sql: string, more: QueryOptions = {}): Promise<string> {
  const error = await query(sql, { ...options, ...more }).then(
    () => assert.fail(`${sql} ran`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ServiceError, String(error));
  assert.equal(error.exitCode, 1);
  return error.message;
}

describe("the tables", () => {
  for (const name of names) {
    test(`${name}: every value comes as it was landed, up to the edges of its type`, async () => {
      const rows = await rowsOf(`FROM ${name}`);
      const landed = edgeRows[name].map((row) => ({ ...row }) as Record<string, unknown>);
      const inMs = landed.map((row) =>
        typeof row.timestamp === "bigint" ? { ...row, timestamp: Number(row.timestamp) } : row,
      );
      assert.deepEqual(rows, inMs);
    });
  }

  test("go by their names in any case, bare or quoted, and by aliases", async () => {
    const count = edgeRows.grades_ID.length;
    for (const name of [
      "grades_ID",
      "GRADES_id",
      '"grades_ID"',
      '"Grades_id"',
      "main.grades_ID",
      "grades_ID g",
    ]) {
      assert.deepEqual(await rowsOf(`SELECT count(*)::INT AS n FROM ${name}`), [{ n: count }], name);
    }
  });

  test("have the columns and types that are documented, whether they are fetched or not", async () => {
    const listing = "SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY ALL";
    const before = memory.reads.length;
    const unfetched = await query(listing, { ...options, cacheRoot: join(folder, "none") });
    assert.equal(memory.reads.length, before);
    assert.deepEqual(await rowsOf(`${listing} -- ${names.join(" ")}`), unfetched.rows);
    assert.deepEqual(
      (await rowsOf("SHOW TABLES")).map(({ name }) => name),
      [...names].sort(),
    );
  });

  test("join, all five of them", async () => {
    const sql = `SELECT count(*)::INT AS n FROM raw_data r, questions_pool_data q, grades_ID g, course_ID c, quarantine x`;
    const n = names.reduce((product, name) => product * edgeRows[name].length, 1);
    assert.deepEqual(await rowsOf(sql), [{ n }]);
  });

  test("give their nested columns as rows, with unnest", async () => {
    const rows = await rowsOf("SELECT unnest(options, recursive := true) FROM questions_pool_data");
    assert.deepEqual(
      rows,
      edgeRows.questions_pool_data.flatMap(({ options }) => options),
    );
  });

  test("are read by PIVOT, DESCRIBE, SUMMARIZE and EXPLAIN too", async () => {
    const pivoted = await query('PIVOT quarantine ON "table" USING count(*)', options);
    assert.ok(pivoted.columns.some(({ name }) => name === "events"));
    assert.equal((await rowsOf("DESCRIBE course_ID")).length, tables.course_ID.columns.length);
    assert.equal((await rowsOf("SUMMARIZE course_ID")).length, tables.course_ID.columns.length);
    assert.match(JSON.stringify(await rowsOf("EXPLAIN ANALYZE FROM course_ID")), /Total Time/);
  });
});

describe("the cache", () => {
  test("answers the second time without a read, and reads only the tables that the SQL mentions", async () => {
    const own = { ...options, cacheRoot: join(folder, "own") };
    const from = memory.reads.length;
    await query("SELECT count(*) FROM grades_ID JOIN course_ID USING (exam_name)", own);
    const read = memory.reads.slice(from).sort();
    assert.deepEqual(read, ["/lake/course_ID/part-1.parquet", "/lake/grades_ID/part-1.parquet"]);
    await query("SELECT avg(score) FROM grades_ID, course_ID", own);
    assert.equal(memory.reads.length, from + 2);
  });

  test("reads nothing where the SQL is wrong", async () => {
    const from = memory.reads.length;
    await messageOf("SELECT nope FROM grades_ID", { cacheRoot: join(folder, "wrong") });
    assert.equal(memory.reads.length, from);
  });

  test("leaves nothing behind but the parts", async () => {
    await rowsOf("FROM course_ID");
    const lakes = readdirSync(cacheRoot);
    assert.equal(lakes.length, 1);
    assert.deepEqual(readdirSync(join(cacheRoot, lakes[0] ?? "")).sort(), [...names].sort());
  });

  test("serves queries at the same time", async () => {
    const own = { ...options, cacheRoot: join(folder, "together") };
    const all = await Promise.all(names.flatMap((name) => [1, 2].map(() => query(`FROM ${name}`, own))));
    assert.deepEqual(
      all.map(({ rows }) => rows.length),
      names.flatMap((name) => [edgeRows[name].length, edgeRows[name].length]),
    );
  });
});

describe("values", () => {
  const only = async (sql: string, timestamps: "ms" | "text" = "ms") => {
    const { rows } = await query(`SELECT ${sql} AS value`, { ...options, timestamps });
    return rows[0]?.value;
  };

  test("come as JavaScript has them", async () => {
    assert.equal(await only("count(*)"), 1n);
    assert.equal(await only("2::UTINYINT"), 2);
    assert.equal(await only("170141183460469231731687303715884105727"), 2n ** 127n - 1n);
    assert.equal(await only("1.25::DECIMAL(5, 2)"), 1.25);
    assert.equal(await only("'NaN'::DOUBLE"), Number.NaN);
    assert.equal(await only("'x'::ENUM('x', 'y')"), "x");
    assert.equal(await only("NULL"), null);
    assert.deepEqual(await only("[1, NULL]"), [1, null]);
    assert.deepEqual(await only("{'a': [{'b': true}]}"), { a: [{ b: true }] });
    assert.deepEqual(await only("MAP {'a': 1}"), [{ key: "a", value: 1 }]);
    assert.equal(await only("union_value(a := 7)"), 7);
    assert.equal(await only("DATE '2018-01-23'"), "2018-01-23");
    assert.equal(await only("TIME '14:23:19.082'"), "14:23:19.082");
    assert.equal(await only("INTERVAL '1 day'"), "1 day");
    assert.equal(
      await only("'00000000-0000-4000-8000-000000000001'::UUID"),
      "00000000-0000-4000-8000-000000000001",
    );
  });

  test("take timestamps for UTC, as whole ms or as ISO text, with Z where they have a zone", async () => {
    const ms = Date.UTC(2018, 0, 23, 14, 23, 19, 82);
    for (const type of ["TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP_MS", "TIMESTAMP_NS"]) {
      assert.equal(await only(`'2018-01-23 14:23:19.082'::${type}`), ms, type);
      assert.equal(
        await only(`'2018-01-23 14:23:19.082'::${type}`, "text"),
        `2018-01-23T14:23:19.082${type === "TIMESTAMPTZ" ? "Z" : ""}`,
        type,
      );
    }
    assert.equal(await only("TIMESTAMPTZ '2018-01-23 15:23:19.082+01:00'"), ms);
    assert.equal(await only("TIMESTAMP_S '2018-01-23 14:23:19'"), ms - 82);
    assert.equal(await only("current_setting('TimeZone')"), "UTC");
  });

  test("keep timestamps at the edges", async () => {
    assert.equal(await only("TIMESTAMP '1969-12-31 23:59:59.999999'"), -1);
    assert.equal(await only("TIMESTAMP '1969-12-31 23:59:59.999999'", "text"), "1969-12-31T23:59:59.999999");
    assert.equal(
      await only("TIMESTAMPTZ '2018-01-23 00:00:00.000001'", "text"),
      "2018-01-23T00:00:00.000001Z",
    );
    assert.equal(await only("TIMESTAMP '290000-01-01'", "text"), "290000-01-01 00:00:00");
    assert.equal(await only("TIMESTAMP 'infinity'"), Number.POSITIVE_INFINITY);
    assert.equal(await only("TIMESTAMP '-infinity'", "text"), "-infinity");
  });

  test("go in as parameters, never as a piece of SQL", async () => {
    const values = [
      "'; DROP VIEW grades_ID; --",
      7,
      2.5,
      3e10,
      2n ** 60n,
      true,
      null,
      "Größe 数学 🎓",
    ] as const;
    for (const value of values) {
      const [row] = await rowsOf("SELECT $1 AS value", [value]);
      assert.deepEqual(row?.value, value === 3e10 ? 30_000_000_000n : value);
    }
    const when = new Date("2018-01-23T14:23:19.082Z");
    assert.deepEqual(await rowsOf("SELECT $1 AS value", [when]), [{ value: when.getTime() }]);
    assert.deepEqual(await rowsOf("SELECT typeof($1) AS type", [when]), [
      { type: "TIMESTAMP WITH TIME ZONE" },
    ]);
    assert.match(await messageOf("SELECT $1"), /Values were not provided/);
  });

  test("that fail late fail the query, and do not end it early", async () => {
    const late = "SELECT CASE WHEN i < 100_000 THEN i ELSE error('too late') END FROM range(200_000) AS r(i)";
    assert.match(await messageOf(late), /too late/);
  });

  test("of columns of the same name are all there", async () => {
    assert.deepEqual(await rowsOf("SELECT 1 AS a, 2 AS a, 3 AS A"), [{ a: 1, "a:1": 2, A: 3 }]);
  });

  test("come in chunks, and a result may be left before its end", async () => {
    const sizes: number[] = [];
    await withQuery("SELECT * FROM range(10_000_000_000)", options, async ({ batches }) => {
      for await (const batch of batches) if (sizes.push(batch.length) === 3) break;
    });
    assert.deepEqual(sizes, [2048, 2048, 2048]);
  });
});

describe("wrong SQL", () => {
  test("is pointed at, with what was perhaps meant", async () => {
    assert.equal(
      await messageOf("SELECT exam\nFROM grades_ID"),
      'query: Binder Error: Referenced column "exam" not found in FROM clause!\n' +
        'Candidate bindings: "exam_name", "user_exam_id", "base_exam_id"\n\n' +
        "LINE 1: SELECT exam\n               ^",
    );
    assert.match(
      await messageOf("SELECT *\nFORM grades_ID"),
      /syntax error at or near.*LINE 2: FORM grades_ID\n +\^/s,
    );
    assert.match(await messageOf("SELECT exam_name::INT FROM course_ID"), /Conversion Error.*LINE 1:.*\^/s);
  });

  test("with a table that isn't there lists those that are", async () => {
    const message = await messageOf("SELECT * FROM grades");
    assert.match(message, /Did you mean "grades_ID"\?\n\nLINE 1: SELECT \* FROM grades\n +\^/);
    assert.match(message, /raw_data, questions_pool_data, grades_ID, course_ID, quarantine/);
    for (const sql of ["SELECT grades.score FROM grades_ID", "FROM grades()", "DESCRIBE lake.grades"])
      assert.match(await messageOf(sql), /The tables are raw_data, .* quarantine\.$/, sql);
  });

  test("that asks an instant for the time of day says to name the zone", async () => {
    assert.match(
      await messageOf("SELECT started_at::TIME FROM grades_ID"),
      /AT TIME ZONE 'UTC'\)::TIME, say\.$/,
    );
    await rowsOf("SELECT (started_at AT TIME ZONE 'UTC')::TIME FROM grades_ID");
  });

  test("with a column that is named like a word of SQL says to quote it", async () => {
    for (const [sql, name] of [
      ["SELECT offset FROM raw_data", "offset"],
      ["SELECT table FROM quarantine", "table"],
      ["SELECT at FROM (SELECT unnest(options, recursive := true) FROM questions_pool_data)", "at"],
    ]) {
      assert.match(await messageOf(sql ?? ""), new RegExp(`double quotes: "${name}"\\.$`));
    }
    const all = "SELECT partition, offset, timestamp, table FROM quarantine";
    assert.match(await messageOf(all), /quotes: "partition", "offset", "timestamp", "table"\.$/);
    for (const sql of [
      "SELECT count(*) OVER (PARTITION BY topic),, FROM raw_data",
      "SELECT started_at::TIMESTAMP, TIMESTAMP '2018-01-23' AT TIME ZONE 'UTC',, FROM grades_ID LIMIT 1 OFFSET 2",
      "SELECT CAST(started_at AS TIMESTAMP),, FROM grades_ID",
    ])
      assert.doesNotMatch(await messageOf(sql), /double quotes/, sql);
    assert.doesNotMatch(await messageOf('SELECT "offset", r.offset FROM raw_data r,,'), /double quotes/);
  });

  test("without a statement is no query", async () => {
    for (const sql of ["", "  ", "-- nothing", ";"]) assert.match(await messageOf(sql), /expected a SELECT/);
  });

  test("that would change a table says that a query only reads", async () => {
    for (const sql of [
      "INSERT INTO grades_ID VALUES (1)",
      "UPDATE grades_ID SET score = 1",
      "DELETE FROM grades_ID",
    ])
      assert.match(
        await messageOf(sql),
        /\nA query reads the landed tables and nothing else; it writes no table/,
        sql,
      );
  });

  test("with a table's name put together only when it runs is an error, no empty result", async () => {
    assert.match(await messageOf("FROM query_table('grades' || '_ID')"), /grades_ID is not fetched/);
  });
});

describe("a query", () => {
  const target = join(folder, "out.csv");

  test("reads and writes no other file", async () => {
    for (const sql of [
      `COPY grades_ID TO '${target}'`,
      `EXPLAIN ANALYZE COPY grades_ID TO '${target}'`,
      `FROM '${__filename}.csv'`,
      `SELECT * FROM read_text('${__filename}')`,
      `ATTACH '${target}'`,
      `EXPORT DATABASE '${target}'`,
      "SELECT * FROM 'http://127.0.0.1:1/x.parquet'",
      "INSTALL httpfs",
      "LOAD httpfs",
      "CALL enable_logging()",
      "SET threads = 1; SELECT 1",
      "PRAGMA enable_profiling",
    ]) {
      assert.match(await messageOf(sql), /Permission Error|IO Error|locked|expected a SELECT/, sql);
    }
    assert.ok(!existsSync(target));
  });

  test("writes nothing among the copies, which it may read", async () => {
    const [lake = ""] = readdirSync(cacheRoot);
    const place = join(cacheRoot, lake, "x.parquet");
    for (const sql of [`COPY (SELECT 1) TO '${place}'`, `EXPLAIN ANALYZE COPY (SELECT 1) TO '${place}'`]) {
      assert.match(await messageOf(sql), /expected a SELECT/);
    }
    assert.ok(!existsSync(place));
  });

  test("may have steps before it, that last as long as it does", async () => {
    const steps =
      "SET VARIABLE least = 2; CREATE TABLE t AS SELECT * FROM range(5) AS r(i); DELETE FROM t WHERE i = 4;";
    assert.deepEqual(await rowsOf(`${steps} SELECT i FROM t WHERE i >= getvariable('least')`), [
      { i: 2n },
      { i: 3n },
    ]);
    assert.match(await messageOf("SELECT * FROM t"), /Table with name t does not exist/);
    assert.match(await messageOf("SELECT 1; SELECT 2"), /expected one SELECT, at the end/);
    assert.match(
      await messageOf("CREATE TABLE t AS SELECT 1"),
      /received CREATE.*nothing that a query makes is kept/,
    );
  });

  test("ends when its signal aborts, with the signal's reason", async () => {
    const stopped = new AbortController();
    const running = withQuery(
      "SELECT i FROM range(1_000_000_000_000) AS r(i)",
      { ...options, signal: stopped.signal },
      async ({ batches }) => {
        for await (const _ of batches) stopped.abort(new Error("enough"));
      },
    );
    await assert.rejects(running, /^Error: enough$/);
  });

  test("of a lake without tables says to land first", async () => {
    const empty = createMemoryHdfs();
    const lake = { hdfs: empty.hdfs, at: (path: string) => `/nothing/${path}`, model: shippedModel };
    const message = await messageOf("FROM grades_ID", { lake, cacheRoot: join(folder, "nothing") });
    assert.match(
      message,
      /^hdfs \/nothing\/grades_ID: expected a landed table, received nothing; land first/,
    );
  });
});

describe("a Parquet file of a result", () => {
  test("holds the rows, and says how many", async () => {
    const path = join(folder, "it's.parquet");
    const { rows, bytes } = await queryToParquet("SELECT * FROM raw_data ORDER BY value; ", path, options);
    assert.equal(rows, edgeRows.raw_data.length);
    assert.equal(bytes, readFileSync(path).length);
    const pivoted = await queryToParquet(
      'PIVOT quarantine ON "table" USING count(*) GROUP BY topic',
      path,
      options,
    );
    assert.equal(pivoted.rows, 1);
  });

  test("is made of one SELECT", async () => {
    const path = join(folder, "no.parquet");
    await assert.rejects(queryToParquet("DESCRIBE grades_ID", path, options), /FROM \(DESCRIBE \.\.\.\)\.$/);
    await assert.rejects(queryToParquet("SELECT 1; SELECT 2", path, options), ServiceError);
    assert.ok(!existsSync(path));
  });
});

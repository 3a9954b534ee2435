import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createParquetFile } from "user-activity/dist/parquet/write";
import { toFooter } from "user-activity/dist/tables/column-docs";
import { fieldsOf } from "user-activity/dist/tables/columns";
import { type ShippedName, tables } from "user-activity/dist/tables/tables";
import { noPython, readWithOthers } from "../../helpers/other-parquet-readers";

/** The columns as they are promised: name, Arrow's type, DuckDB's type. */
const promised: Readonly<Record<ShippedName, string>> = {
  raw_data: `
    topic        string not null               VARCHAR
    partition    int32 not null                INTEGER
    offset       int64 not null                BIGINT
    timestamp    timestamp[ms, tz=UTC]         TIMESTAMP WITH TIME ZONE
    key          string                        VARCHAR
    key_base64   string                        VARCHAR
    value        string                        VARCHAR
    value_base64  string                       VARCHAR
    headers      list<element: struct<key: string not null, value: string, value_base64: string> not null> not null  STRUCT("key" VARCHAR, "value" VARCHAR, value_base64 VARCHAR)[]`,
  questions_pool_data: `
    user_exam_id     string not null           VARCHAR
    base_exam_id     string                    VARCHAR
    exam_name        string                    VARCHAR
    started_at       timestamp[ms, tz=UTC]     TIMESTAMP WITH TIME ZONE
    question_index   int32 not null            INTEGER
    question_id      string not null           VARCHAR
    user_result      string                    VARCHAR
    user_correct     bool                      BOOLEAN
    user_incomplete  bool                      BOOLEAN
    user_submitted   bool                      BOOLEAN
    options          list<element: struct<id: string not null, checked: bool not null, correct: bool, submitted: int32, at: timestamp[ms, tz=UTC]> not null> not null  STRUCT(id VARCHAR, checked BOOLEAN, correct BOOLEAN, submitted INTEGER, "at" TIMESTAMP WITH TIME ZONE)[]
    partition        int32 not null            INTEGER
    offset           int64 not null            BIGINT`,
  grades_ID: `
    user_exam_id   string not null             VARCHAR
    base_exam_id   string not null             VARCHAR
    exam_name      string not null             VARCHAR
    started_at     timestamp[ms, tz=UTC] not null  TIMESTAMP WITH TIME ZONE
    recorded_at    timestamp[ms, tz=UTC] not null  TIMESTAMP WITH TIME ZONE
    certification  bool                        BOOLEAN
    correct        int32 not null              INTEGER
    incorrect      int32 not null              INTEGER
    incomplete     int32 not null              INTEGER
    unanswered     int32 not null              INTEGER
    submitted      int32 not null              INTEGER
    total          int32 not null              INTEGER
    score          double not null             DOUBLE
    all_correct    bool not null               BOOLEAN
    partition      int32 not null              INTEGER
    offset         int64 not null              BIGINT`,
  course_ID: `
    exam_name         string not null          VARCHAR
    attempts          int32 not null           INTEGER
    average_score     double not null          DOUBLE
    stddev_score      double                   DOUBLE
    min_score         double not null          DOUBLE
    max_score         double not null          DOUBLE
    first_started_at  timestamp[ms, tz=UTC] not null  TIMESTAMP WITH TIME ZONE
    last_started_at   timestamp[ms, tz=UTC] not null  TIMESTAMP WITH TIME ZONE`,
  quarantine: `
    topic         string not null              VARCHAR
    partition     int32 not null               INTEGER
    offset        int64 not null               BIGINT
    timestamp     timestamp[ms, tz=UTC]         TIMESTAMP WITH TIME ZONE
    table         string not null              VARCHAR
    failures      list<element: struct<path: string not null, rule: string not null, expected: string not null, received: string not null> not null> not null  STRUCT(path VARCHAR, "rule" VARCHAR, expected VARCHAR, received VARCHAR)[]
    value         string                       VARCHAR
    value_base64  string                       VARCHAR`,
};

const names = Object.keys(promised) as ShippedName[];
const directory = mkdtempSync(join(tmpdir(), "tables-"));
after(() => rmSync(directory, { recursive: true }));

/** A line's three parts, which two or more blanks keep apart. */
function promisedColumns(table: ShippedName): string[][] {
  return promised[table]
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/ {2,}/));
}

test("has the five tables under their names", () => {
  assert.deepEqual(Object.keys(tables), names);
  for (const name of names) assert.equal(tables[name].name, name);
});

test("has the columns in their order, and null only where it is promised", () => {
  for (const name of names) {
    const columns = tables[name].columns.map((column) => [column.name, column.nullable]);
    const expected = promisedColumns(name).map(([column, arrow]) => [column, !arrow?.endsWith("not null")]);
    assert.deepEqual(columns, expected, name);
  }
});

test("says of every table, column and field what it holds", () => {
  for (const { doc, columns } of Object.values(tables)) {
    const fields = columns.flatMap(({ type }) => fieldsOf(type));
    const docs = [doc, ...[...columns, ...fields].map((column) => column.doc)];
    for (const sentence of docs) assert.match(sentence ?? "", /^[^\s].*\.$/);
  }
});

test("shows pyarrow and DuckDB exactly the promised types, and what the columns hold", {
  skip: noPython,
}, async () => {
  const paths = names.map((name) => join(directory, `${name}.parquet`));
  const footers = names.map((name) => toFooter(tables[name]));
  for (const [index, name] of names.entries()) {
    const metadata = footers[index] ?? {};
    const file = await createParquetFile(paths[index] as string, tables[name], { metadata });
    await file.close();
  }
  for (const [index, { arrow, duckdb }] of readWithOthers(paths).entries()) {
    const expected = promisedColumns(names[index] as ShippedName);
    assert.deepEqual(arrow.metadata, footers[index]);
    assert.deepEqual(
      arrow.columns,
      expected.map(([column, type]) => [column, type]),
    );
    assert.deepEqual(
      duckdb.columns,
      expected.map(([column, , type]) => [column, type]),
    );
  }
});

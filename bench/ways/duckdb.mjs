// @ts-check
// The same four tables as a script of one evening would make them: messages into a file of JSON lines, DuckDB over it, its
// Parquet files into HDFS. No schema is enforced, nothing is quarantined, and ended early it leaves half of them.
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { readConfig } from "user-activity/dist/base/config.js";
import { openHdfs } from "user-activity/dist/hdfs/hdfs.js";
import { consumeTopic } from "./consume.mjs";

const question = `STRUCT(id VARCHAR, user_result VARCHAR, user_correct BOOLEAN, user_incomplete BOOLEAN,
  user_submitted BOOLEAN, options STRUCT(id VARCHAR, checked BOOLEAN, correct BOOLEAN, submitted INTEGER, "at" TIMESTAMPTZ)[])`;
const counts = `STRUCT(correct INTEGER, incorrect INTEGER, incomplete INTEGER, unanswered INTEGER, submitted INTEGER,
  total INTEGER, all_correct BOOLEAN)`;
const event = `STRUCT(user_exam_id VARCHAR, base_exam_id VARCHAR, exam_name VARCHAR, started_at TIMESTAMPTZ,
  keen_timestamp VARCHAR, certification VARCHAR, sequences STRUCT(questions ${question}[], counts ${counts}))`;

const tables = {
  raw_data: 'SELECT partition, "offset", value FROM messages',
  questions_pool_data: `SELECT event.user_exam_id, event.base_exam_id, event.exam_name, event.started_at,
    unnest(generate_series(0, len(event.sequences.questions) - 1)) AS question_index,
    unnest(event.sequences.questions) AS question, partition, "offset" FROM firsts`,
  grades_ID: `SELECT event.user_exam_id, event.base_exam_id, event.exam_name, event.started_at,
    make_timestamp(CAST(CAST(event.keen_timestamp AS DOUBLE) * 1000000 AS BIGINT)) AS recorded_at,
    event.certification = 'true' AS certification, event.sequences.counts AS counts,
    event.sequences.counts.correct / event.sequences.counts.total AS score, partition, "offset"
    FROM firsts WHERE event.sequences.counts IS NOT NULL`,
  course_ID: `SELECT event.exam_name, count(*) AS attempts,
    avg(event.sequences.counts.correct / event.sequences.counts.total) AS average_score,
    stddev_samp(event.sequences.counts.correct / event.sequences.counts.total) AS stddev_score
    FROM firsts WHERE event.sequences.counts IS NOT NULL GROUP BY ALL`,
};

const folder = mkdtempSync(join(tmpdir(), "user-activity-bench-duckdb-"));
const lines = join(folder, "messages.ndjson");
const { hdfs: config } = readConfig();
const hdfs = openHdfs(config);
let [consumed, bytes] = [0, 0];
try {
  const file = createWriteStream(lines, { highWaterMark: 1 << 20 });
  await consumeTopic((value, { partition, offset }) => {
    const text = value.toString("utf8");
    file.write(
      `{"partition":${partition},"offset":${offset},"value":${JSON.stringify(text)},"event":${text}}\n`,
    );
    consumed++;
  });
  file.end();
  await once(file, "close");
  const connection = await (await DuckDBInstance.create()).connect();
  const columns = `{partition: 'INTEGER', "offset": 'BIGINT', value: 'VARCHAR', event: '${event}'}`;
  await connection.run(`CREATE VIEW messages AS FROM read_json('${lines}', format = 'newline_delimited',
    columns = ${columns}, maximum_object_size = 16000000)`);
  await connection.run(`CREATE TABLE firsts AS FROM messages WHERE event.user_exam_id IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY event.user_exam_id ORDER BY partition, "offset") = 1`);
  for (const [name, sql] of Object.entries(tables)) {
    const local = join(folder, `${name}.parquet`);
    await connection.run(`COPY (${sql}) TO '${local}' (FORMAT parquet, COMPRESSION gzip)`);
    bytes += statSync(local).size;
    await hdfs.write(`${config.lakeDir}/${name}/part-0.parquet`, readFileSync(local));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${JSON.stringify({ consumed, bytes })}\n`);

// @ts-check
// node bench/query.mjs: how long one query that joins all five tables takes on the shipped events, in a lake of its own:
// inside a running process (as in a notebook) and as a command from its start to its end. Nothing is asserted.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectDir, setupOrExit } from "../local/setup/setup.mjs";

const sql = `
  SELECT c.exam_name, c.attempts, c.average_score,
    count(DISTINCT (r.partition, r."offset")) AS messages,
    count(DISTINCT q.question_id) AS questions,
    avg(q.user_correct::INT) AS answered_right,
    count(DISTINCT x."offset") AS refused_beside
  FROM course_ID c
    JOIN grades_ID g USING (exam_name)
    JOIN raw_data r ON r.partition = g.partition AND r."offset" = g."offset"
    JOIN questions_pool_data q ON q.user_exam_id = g.user_exam_id
    LEFT JOIN quarantine x ON x.partition = r.partition
  GROUP BY ALL ORDER BY average_score`;

const cacheRoot = mkdtempSync(join(tmpdir(), "user-activity-bench-"));
const own = `bench-query-${process.pid}`;

await setupOrExit();
const { readConfig } = await import("user-activity/dist/base/config.js");
const { land } = await import("user-activity/dist/landing/land.js");
const { openLake, resetLake } = await import("user-activity/dist/lake/lake.js");
const { cacheDirOf } = await import("user-activity/dist/sql/part-cache.js");
const { publishFile } = await import("user-activity/dist/publish/publish.js");
const { query } = await import("user-activity/dist/sql/query.js");
const { startServices, stopServices } = await import("user-activity/dist/services/services.js");
const { resetTopic } = await import("user-activity/dist/kafka/topics.js");

const started = await startServices();
// read after they have started: where a port was taken they have another one
const config = readConfig({ ...process.env, KAFKA_TOPIC: own, LAKE_DIR: `/${own}` });
try {
  await publishFile(join(projectDir, "data", "assessments.json"), { config: config.kafka });
  await land({ config });
  await measureQuery();
  measureCommand();
} finally {
  await removeOwn().catch((error) => process.stderr.write(`${error.message}\n`));
  rmSync(cacheRoot, { recursive: true, force: true });
  rmSync(cacheDirOf(config.hdfs), { recursive: true, force: true });
  await stopServices(started);
}

async function removeOwn() {
  await resetTopic(config.kafka);
  await resetLake(openLake(config.hdfs));
}

async function measureQuery() {
  let rowCount = 0;
  let bytes = 0;
  const once = async () => {
    const startedMs = performance.now();
    const { rows } = await query(sql, {
      config,
      cacheRoot,
      onFetch: (part) => {
        bytes += part.bytes;
      },
    });
    rowCount = rows.length;
    return performance.now() - startedMs;
  };
  const coldMs = await once();
  const warmMs = [];
  for (let run = 0; run < 11; run++) warmMs.push(await once());
  print(
    `query over all five tables, warm cache: ${seconds(median(warmMs))} (worst of 11: ${seconds(Math.max(...warmMs))}), ${rowCount} rows; all of it: HDFS asked what there is, DuckDB opened, SQL checked and run, rows as objects`,
  );
  print(
    `the first query of a process, cold cache: ${seconds(coldMs)}, of that ${(bytes / 1e6).toFixed(1)} MB fetched and DuckDB loaded`,
  );
}

function measureCommand() {
  const command = join(projectDir, "node_modules", ".bin", "user-activity");
  const env = { ...process.env, KAFKA_TOPIC: own, LAKE_DIR: `/${own}` };
  const once = () => {
    const startedMs = performance.now();
    const { status, stderr } = spawnSync(command, ["query", sql, "--json"], { env, encoding: "utf8" });
    if (status !== 0) throw new Error(`query ended with ${status}: ${stderr}`);
    return performance.now() - startedMs;
  };
  once();
  const times = [1, 2, 3, 4, 5].map(once);
  print(`the same as a command, warm cache, from its start to its end: ${seconds(median(times))}`);
}

/** @param {number[]} times */
function median(times) {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;
}

/** @param {number} ms */
function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}

// @ts-check
// node bench/versions.mjs: what a version for each commit costs a landing, and what its Iceberg metadata cost beside it.
// The shipped events are landed in some commits into lakes of their own: without versions, with them, and as Iceberg too,
// in turn, each round in another order; the median of the rounds' ratios. Figures only, nothing is asserted.
import { setupOrExit } from "../local/setup/setup.mjs";

const rounds = Number(process.argv[2] ?? 9);
const batchMessages = 300;

/** @typedef {"without versions" | "with versions" | "as Iceberg, too"} Kind */

await setupOrExit();
const { startServices, stopServices } = await import("user-activity/dist/services/services.js");
const { readConfig } = await import("user-activity/dist/base/config.js");
const { openLake, resetLake } = await import("user-activity/dist/lake/lake.js");
const { land } = await import("user-activity/dist/landing/land.js");
const { resetTopic } = await import("user-activity/dist/kafka/topics.js");
const { publishFile } = await import("user-activity/dist/publish/publish.js");
const { projectPath } = await import("user-activity/dist/base/paths.js");

const own = `bench-versions-${process.pid}`;
const started = await startServices();
const config = readConfig({ ...process.env, KAFKA_TOPIC: own, LAKE_DIR: `/${own}` });
let made = 0;

/** @param {Kind} kind */
async function landOnce(kind) {
  const iceberg = kind === "as Iceberg, too" ? { iceberg: "on" } : {};
  const hdfs = { ...config.hdfs, ...iceberg, lakeDir: `/${own}/${++made}` };
  const startedMs = performance.now();
  const { commits } = await land({
    config: { ...config, hdfs },
    batchMessages,
    keepVersions: kind === "without versions" ? 0 : 20,
  });
  const ms = performance.now() - startedMs;
  await resetLake(openLake(hdfs));
  return { ms, commits };
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

try {
  await publishFile(projectPath("data", "assessments.json"), { config: config.kafka });
  /** @type {Kind[]} */
  const kinds = ["without versions", "with versions", "as Iceberg, too"];
  for (const kind of kinds) await landOnce(kind); // compiled, and cached, by then
  /** @type {Record<Kind, number>[]} */
  const seen = [];
  let commits = 0;
  for (let round = 0; round < rounds; round++) {
    const times = { "without versions": 0, "with versions": 0, "as Iceberg, too": 0 };
    for (let place = 0; place < kinds.length; place++) {
      const kind = /** @type {Kind} */ (kinds[(place + round) % kinds.length]);
      const landed = await landOnce(kind);
      times[kind] = landed.ms;
      commits = landed.commits;
    }
    seen.push(times);
  }
  for (const kind of kinds) {
    const ms = median(seen.map((times) => times[kind]));
    const ratio = median(seen.map((times) => times[kind] / times["without versions"]));
    process.stdout.write(
      `${kind}: ${(ms / 1000).toFixed(2)} s in ${commits} commits, ${ratio.toFixed(3)} of without\n`,
    );
  }
} finally {
  await resetTopic(config.kafka);
  await resetLake(openLake(config.hdfs));
  await stopServices(started);
}

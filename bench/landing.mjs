// @ts-check
// npm run bench: how long land takes for the shipped events, ten and a hundred times as many, beside the least that anyone
// can do, a script with DuckDB, Spark and an earlier build; in turn, so that what else the machine does meets all of them.
// Writes bench/RESULTS.md. Nothing is asserted.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectDir, setupOrExit } from "../local/setup/setup.mjs";
import { prepareBuild } from "./build-before.mjs";
import { medianOf, tell, time, toTable } from "./measure.mjs";
import { readPhases } from "./phases.mjs";
import { command, publishTimes, removeLake } from "./topics.mjs";

const help = `npm run bench [-- [--quick] [--times N,N] [--rounds N] [--spark CORES] [--before COMMIT] [--out FILE]]

Publishes the shipped events so many times over, each number to a topic of its own, lands them in each way, in turn, and
writes the medians to bench/RESULTS.md. Every way is a process of its own, timed with its start. A hundred times takes
about 1.5 GB of disk and some minutes; Spark is set up where it is not, and takes a minute to start.

  --quick          1 and 10 times as many, not 100, in two rounds
  --times N,N      how many times as many (default 1,10,100)
  --rounds N       how often each way is measured (default 3, with --quick 2)
  --spark CORES    land with Spark on so many cores, too, as in 1,2; 0 for not at all (default: on all, where a Java runs it)
  --before COMMIT  measure the build of that commit, too
  --out FILE       where to write (default bench/RESULTS.md)
`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    times: { type: "string" },
    rounds: { type: "string" },
    spark: { type: "string", default: "*" },
    before: { type: "string" },
    out: { type: "string", default: join(projectDir, "bench", "RESULTS.md") },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit();
}

/**
 * A way of landing a topic; `beside` is what stands behind the lake's directory for a lake of its own.
 * @typedef {{name: string, args: string[], env?: Record<string, string>, beside?: string}} Way
 */
/** @typedef {import("./measure.mjs").Took & {bytes: number, consumed: number}} Run */

const sizes = (values.times ?? (values.quick ? "1,10" : "1,10,100")).split(",").map(Number);
const rounds = Number(values.rounds ?? (values.quick ? 2 : 3));
const folder = mkdtempSync(join(tmpdir(), "user-activity-bench-"));

await setupOrExit();
const sparkWays = await listSparkWays();
if (sparkWays.length > 0) await setupOrExit({ spark: true });
const { startServices, stopServices } = await import("user-activity/dist/services/services.js");
const started = await startServices();
try {
  const ways = listWays();
  const sections = [];
  for (const size of sizes) sections.push(await measure(size, ways));
  writeFileSync(values.out, `${toPage(sections)}\n`);
  tell(`wrote ${values.out}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
  await stopServices(started);
}

/** @returns {Way[]} land first: the others are told as multiples of it */
function listWays() {
  const way = (/** @type {string} */ name) => join(projectDir, "bench", "ways", name);
  const ways = [
    { name: "land", args: [command, "land", "--json"] },
    { name: "consume and JSON.parse alone", args: [way("floor.mjs")] },
    { name: "a script with DuckDB, no guarantees", args: [way("duckdb.mjs")] },
  ];
  if (values.before) {
    const before = prepareBuild(values.before, join(folder, "before"));
    ways.push({ name: `land at ${values.before}`, args: [before, "land", "--json"] });
  }
  return [...ways, ...sparkWays];
}

/** @returns {Promise<Way[]>} */
async function listSparkWays() {
  if (values.spark === "0") return [];
  const { findSparkJava } = await import("user-activity/dist/spark/java.js");
  try {
    findSparkJava();
  } catch (error) {
    if (values.spark !== "*") throw error;
    tell(`without Spark: ${/** @type {Error} */ (error).message}`);
    return [];
  }
  return values.spark.split(",").map((cores) => ({
    name: `Spark, local[${cores}]`,
    args: [join(projectDir, "local", "spark.mjs"), "--json"],
    env: { SPARK_MASTER_URL: `local[${cores}]` },
    beside: "-spark",
  }));
}

/**
 * Publishes so many times the shipped events and lands them in each way, round by round.
 * @param {number} size
 * @param {Way[]} ways
 */
async function measure(size, ways) {
  const topic = `bench-${process.pid}-${size}`;
  const { megabytes, seconds } = await publishTimes(size, topic, folder);
  tell(`${size} times the shipped events, ${megabytes.toFixed(0)} MB, published in ${seconds.toFixed(1)} s`);
  await time([command, "land"], { KAFKA_TOPIC: topic, LAKE_DIR: `/${topic}` }); // not counted: services that no one has asked yet
  await removeLake(`/${topic}`);
  /** @type {Map<string, Run[]>} */
  const runs = new Map();
  const add = async (/** @type {Way} */ { name, args, env }, /** @type {string} */ lakeDir) => {
    const took = await time(args, { KAFKA_TOPIC: topic, LAKE_DIR: lakeDir, ...env });
    const run = { ...took, ...readReport(took.stdout) };
    runs.set(name, [...(runs.get(name) ?? []), run]);
    tell(
      `  ${name}: ${run.seconds.toFixed(1)} s, ${run.cpu.toFixed(1)} s of a core, load ${loadavg()[0]?.toFixed(1)}`,
    );
  };
  for (let round = 0; round < rounds; round++)
    for (let place = 0; place < ways.length; place++) {
      const way = /** @type {Way} */ (ways[(place + round) % ways.length]);
      const lakeDir = `/${topic}`;
      await add(way, lakeDir);
      if (way.name === "land") {
        await add({ name: "verify", args: [command, "verify", "--json"] }, lakeDir);
        await add({ name: "replay", args: [command, "replay", "--again", "--json"] }, lakeDir);
      }
      await removeLake(`${lakeDir}${way.beside ?? ""}`);
    }
  const profile = join(folder, "profile");
  const profiled = ["--cpu-prof", `--cpu-prof-dir=${profile}`, command, "land", "--json"];
  await time(profiled, { KAFKA_TOPIC: topic, LAKE_DIR: `/${topic}` });
  const phases = readPhases(profile);
  rmSync(profile, { recursive: true });
  await time([command, "reset", "--yes"], { KAFKA_TOPIC: topic, LAKE_DIR: `/${topic}` });
  return { size, megabytes, published: seconds, runs, phases };
}

/** @param {string} stdout the JSON of a command, or of a way */
function readReport(stdout) {
  const { counts = {}, consumed = counts.consumed ?? 0, bytes, datasets = [] } = JSON.parse(stdout);
  const landed = datasets.reduce(
    (/** @type {number} */ sum, /** @type {{bytes: number}} */ one) => sum + one.bytes,
    0,
  );
  return { consumed, bytes: bytes ?? landed };
}

/** @typedef {Awaited<ReturnType<typeof measure>>} Section */

/** @param {Section[]} sections */
function toPage(sections) {
  const { version } = JSON.parse(
    readFileSync(join(projectDir, "node_modules", "@duckdb", "node-api", "package.json"), "utf8"),
  );
  const java = JSON.parse(readFileSync(join(projectDir, ".local", "java.json"), "utf8")).version;
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], {
    cwd: projectDir,
    encoding: "utf8",
  }).trim();
  return [
    "# Results of the bench",
    `\`npm run bench\` wrote this at ${commit}. Kafka and HDFS ran on the same machine: ${cpus().length} cores (${cpus()[0]?.model}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory, Node ${process.version}, Java ${java}, DuckDB ${version}. Each way is a process of its own, timed from its start to its end, ${rounds} times, in turn, behind a landing that is not counted; the figures are medians. A core's seconds are those of the process and all that it starts, without Kafka and HDFS; memory is the most that was resident at a time.`,
    ...sections.map(toSection),
    toGrowth(sections),
  ].join("\n\n");
}

/** @param {Section} section */
function toSection({ size, megabytes, published, runs, phases }) {
  const first = runs.get("land") ?? [];
  const events = first[0]?.consumed ?? 0;
  const land = medianOf(first.map(({ seconds }) => seconds));
  const rows = [...runs].map(([name, all]) => {
    const of = (/** @type {keyof Run} */ what) => medianOf(all.map((one) => Number(one[what])));
    const ratio = medianOf(all.map((one, index) => one.seconds / (first[index]?.seconds ?? land)));
    const bytes = of("bytes");
    return [
      name,
      of("seconds").toFixed(1),
      Math.round(events / of("seconds")).toLocaleString("en-US"),
      (megabytes / of("seconds")).toFixed(1),
      of("cpu").toFixed(1),
      Math.max(...all.map((one) => one.megabytes)).toFixed(0),
      bytes > 0 ? (bytes / 1e6).toFixed(1) : "",
      ratio.toFixed(2),
    ];
  });
  const header = ["", "s", "events/s", "MB/s", "s of a core", "MB of memory", "MB landed", "of land's time"];
  const hasThreads = phases.some(({ others }) => others > 0);
  const parts = phases.map(({ name, main, others }) => [
    name,
    (main / 1000).toFixed(2),
    ...(hasThreads ? [(others / 1000).toFixed(2)] : []),
  ]);
  const threads = hasThreads ? "and the threads that decide, together, were" : "was";
  return [
    `## ${events.toLocaleString("en-US")} events (${size} times the shipped ones, ${megabytes.toFixed(0)} MB)`,
    `Published in ${published.toFixed(1)} s.`,
    toTable(header, rows),
    `Where the main thread of \`land\` ${threads}, in seconds, by profiles of one more run (Node compresses and sends beside them):`,
    toTable(["phase", "main", ...(hasThreads ? ["others"] : [])], parts),
  ].join("\n\n");
}

/** @param {Section[]} sections */
function toGrowth(sections) {
  const lines = sections.slice(1).map(({ runs, size }, index) => {
    const cost = (/** @type {Section | undefined} */ one) => {
      const all = one?.runs.get("land") ?? [];
      return medianOf(all.map(({ cpu }) => cpu)) / (all[0]?.consumed ?? 1);
    };
    const before = sections[index];
    const memory = (/** @type {Map<string, Run[]> | undefined} */ of) =>
      Math.max(...(of?.get("land") ?? []).map(({ megabytes }) => megabytes));
    const [each, more] = [cost(sections[index + 1]) / cost(before), memory(runs) / memory(before?.runs)];
    return `- ${size} times against ${before?.size}: ${each.toFixed(2)} of the core's seconds an event, ${more.toFixed(2)} of the memory.`;
  });
  return ["## As events grow", ...lines, ...toPrices(sections)].join("\n\n");
}

/** What each way costs to start, and for each event, by the fewest events and the most. @param {Section[]} sections */
function toPrices(sections) {
  const [few, many] = [sections[0], sections.at(-1)];
  if (!few || !many || few === many) return [];
  const rows = [...few.runs.keys()].map((name) => {
    const prices = /** @type {const} */ (["seconds", "cpu"]).flatMap((what) => {
      const [low, high] = [few, many].map(({ runs }) =>
        medianOf((runs.get(name) ?? []).map((one) => one[what])),
      );
      const [first, last] = [few, many].map(({ runs }) => runs.get("land")?.[0]?.consumed ?? 0);
      const each = (Number(high) - Number(low)) / (Number(last) - Number(first));
      return [(Number(low) - each * Number(first)).toFixed(1), (each * 1e6).toFixed(0)];
    });
    return [name, ...prices];
  });
  const header = ["", "s to start", "µs an event", "s of a core to start", "µs of a core an event"];
  return ["A start and a price for each event, by the fewest and the most:", toTable(header, rows)];
}

// @ts-check
// node bench/spark.mjs [--files 1,10] [--rounds 3]: how long land and Spark take for the same topics, each as a process of its
// own with its start, in turn, so that what else the machine does meets all of them; and what they take of memory and of
// cores, which hardly changes with what else the machine does. Spark must be set up (npm run spark). Figures only.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectDir, setupOrExit } from "../local/setup/setup.mjs";

const { values } = parseArgs({
  options: { files: { type: "string", default: "1,10" }, rounds: { type: "string", default: "3" } },
});
const sizes = values.files.split(",").map(Number);
const command = join(projectDir, "node_modules", ".bin", "user-activity");
const folder = mkdtempSync(join(tmpdir(), "user-activity-bench-"));

/** How each lands a topic: program, arguments and what its environment has more. */
const ways = {
  land: { args: [command, "land"], env: {} },
  "Spark local[1]": { args: ["local/spark.mjs"], env: { SPARK_MASTER_URL: "local[1]" } },
  "Spark local[2]": { args: ["local/spark.mjs"], env: { SPARK_MASTER_URL: "local[2]" } },
};

await setupOrExit();
const { startServices, stopServices } = await import("user-activity/dist/services/services.js");
const started = await startServices();
try {
  tell(
    `Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model}; load ${loadavg()[0]?.toFixed(1)}`,
  );
  await measureRules();
  const measured = [];
  for (const size of sizes) measured.push(await measure(size));
  if (measured.length > 1) tellLines(measured);
} finally {
  rmSync(folder, { recursive: true, force: true });
  await stopServices(started);
}

/** How fast the rules decide in one process, beside all that moves messages to it and rows from it. */
async function measureRules() {
  const { readRecords } = await import("user-activity/dist/publish/source.js");
  const { readConfig } = await import("user-activity/dist/base/config.js");
  const { readContractFile } = await import("user-activity/dist/contract/read.js");
  const { compileDecider } = await import("user-activity/dist/spark/decide.js");
  const decide = compileDecider(readContractFile(readConfig().contractFile));
  const values = [];
  for await (const { value } of readRecords(fileOf(0))) values.push(Buffer.from(JSON.stringify(value)));
  const lines = values.map((value, offset) => ["0", `${offset}`, value.toString("base64")]);
  const rates = [1, 2, 3, 4, 5].map(() => {
    const startedMs = performance.now();
    for (const line of lines) decide(line);
    return (1000 * lines.length) / (performance.now() - startedMs);
  });
  const bytes = values.reduce((sum, { length }) => sum + length, 0) / values.length;
  tell(
    `the rules alone: ${Math.round(medianOf(rates))} events/s of ${Math.round(bytes)} bytes in one process`,
  );
}

/**
 * Publishes so many files of events, each by another seed, to a topic of its own, and lands it in each way, round by round.
 * @param {number} size
 */
async function measure(size) {
  const own = `bench-spark-${process.pid}-${size}`;
  const topic = { KAFKA_TOPIC: own, LAKE_DIR: `/${own}` };
  for (let index = 0; index < size; index++) run([command, "publish", fileOf(index)], topic);
  /** @type {Record<string, Awaited<ReturnType<typeof time>>[]>} */
  const runs = {};
  for (let round = 1; round <= Number(values.rounds); round++)
    for (const [name, { args, env }] of Object.entries(ways)) {
      const one = await time([...args, "--json"], { ...topic, ...env });
      runs[name] = [...(runs[name] ?? []), one];
      const load = loadavg()[0]?.toFixed(1);
      tell(`  ${name}: ${one.seconds.toFixed(1)} s, ${one.cpu.toFixed(1)} s of a core, load ${load}`);
      await removeLakes(topic.LAKE_DIR);
    }
  run([command, "reset", "--yes"], topic);
  const events = runs.land?.[0]?.consumed ?? 0;
  /** @type {Record<string, number>} */
  const cores = {};
  for (const [name, all] of Object.entries(runs)) {
    const [seconds, cpu] = [medianOf(all.map((one) => one.seconds)), medianOf(all.map((one) => one.cpu))];
    cores[name] = cpu;
    const memory = Math.round(Math.max(...all.map(({ megabytes }) => megabytes)));
    const times = (cpu / (cores.land ?? 1)).toFixed(1);
    tell(
      `${events} events, ${name}: ${seconds.toFixed(1)} s, ${Math.round(events / seconds)}/s; ${cpu.toFixed(1)} s of a core, ${times} times land; at most ${memory} MB`,
    );
  }
  return { events, cores };
}

/**
 * What the smallest and the largest come to, in seconds of a core: a start, and a price for each event.
 * @param {{events: number, cores: Record<string, number>}[]} measured
 */
function tellLines(measured) {
  const [small, large] = [measured[0], measured.at(-1)];
  if (!small || !large) return;
  for (const name of Object.keys(ways)) {
    const [one = 0, other = 0] = [small.cores[name], large.cores[name]];
    const each = (other - one) / (large.events - small.events);
    const start = one - each * small.events;
    tell(`${name}: ${start.toFixed(1)} s of a core, and ${(each * 1e6).toFixed(0)} µs an event`);
  }
}

/** @param {number} index */
function fileOf(index) {
  if (index === 0) return join(projectDir, "data", "assessments.json");
  const out = join(folder, `${1000 + index}.json`);
  run([join(projectDir, "data", "generate.mjs"), "--seed", `${1000 + index}`, "--out", out], {});
  return out;
}

/** @param {string} lakeDir */
async function removeLakes(lakeDir) {
  const { readConfig } = await import("user-activity/dist/base/config.js");
  const { openLake, resetLake } = await import("user-activity/dist/lake/lake.js");
  for (const LAKE_DIR of [lakeDir, `${lakeDir}-spark`])
    await resetLake(openLake(readConfig({ ...process.env, LAKE_DIR }).hdfs));
}

/**
 * Runs a program of Node and says what it and all that it started took: time, seconds of a core, and the most memory at a time.
 * @param {string[]} args @param {Record<string, string>} env
 */
async function time(args, env) {
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, { cwd: projectDir, env: { ...process.env, ...env } });
  let [megabytes, cpu] = [0, 0];
  const watch = setInterval(() => {
    const now = readUsage(child.pid ?? 0);
    [megabytes, cpu] = [Math.max(megabytes, now.megabytes), Math.max(cpu, now.cpu)];
  }, 250);
  let [text, words] = ["", ""];
  child.stdout.on("data", (part) => {
    text += part;
  });
  child.stderr.on("data", (part) => {
    words = (words + part).slice(-2000);
  });
  const [code] = await once(child, "close");
  clearInterval(watch);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${words}`);
  const { counts } = JSON.parse(text);
  return { seconds: (performance.now() - startedMs) / 1000, cpu, megabytes, consumed: counts.consumed };
}

/**
 * What Linux says of a process and all below it: memory that it has now, and seconds of a core, with those of children that
 * have ended; 0 elsewhere.
 * @param {number} pid
 */
function readUsage(pid) {
  /** @type {Map<number, {parent: number, cpu: number, pages: number}>} */
  const all = new Map();
  for (const name of existsSync("/proc") ? readdirSync("/proc").filter((one) => /^\d+$/.test(one)) : [])
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ")
        .map(Number);
      const ticks = stat.slice(11, 15).reduce((sum, one) => sum + one, 0);
      all.set(Number(name), { parent: stat[1] ?? 0, cpu: ticks / 100, pages: stat[21] ?? 0 });
    } catch {} // it has ended
  /** @type {(one: number) => boolean} */
  const isBelow = (one) => one === pid || (all.has(one) && isBelow(all.get(one)?.parent ?? 0));
  const own = [...all].filter(([one]) => isBelow(one)).map(([, usage]) => usage);
  return {
    megabytes: own.reduce((sum, { pages }) => sum + pages * 4096, 0) / 1e6,
    cpu: own.reduce((sum, one) => sum + one.cpu, 0),
  };
}

/** @param {string[]} args @param {Record<string, string>} env */
function run(args, env) {
  const options = {
    cwd: projectDir,
    env: { ...process.env, ...env },
    encoding: /** @type {const} */ ("utf8"),
  };
  const { status, stderr } = spawnSync(process.execPath, args, options);
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
}

/** @param {number[]} numbers */
function medianOf(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

/** @param {string} line */
function tell(line) {
  process.stdout.write(`${line}\n`);
}

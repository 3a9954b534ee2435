// @ts-check
// node bench/memory.mjs: the peak memory of land over the shipped events, ten times and a hundred times as many, and of
// a second run that lands 3,280 more after each; every run is a process of its own. Figures only, nothing is asserted.
// MEMORY_FILES=1,10 takes other numbers of files of 3,280 events; a hundred take about 450 MB in Kafka and minutes.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectDir, setupOrExit } from "../local/setup/setup.mjs";

const command = join(projectDir, "node_modules", ".bin", "user-activity");
const folder = mkdtempSync(join(tmpdir(), "user-activity-bench-"));
const steps = (process.env.MEMORY_FILES ?? "1,10,100").split(",").map(Number);

await setupOrExit();
const { startServices, stopServices } = await import("user-activity/dist/services/services.js");
const started = await startServices();
const topic = `bench-memory-${process.pid}`;
try {
  let published = 0;
  for (const files of steps) {
    for (; published < files; published++) publish(published);
    const env = { KAFKA_TOPIC: topic, LAKE_DIR: `/${topic}-${files}` };
    tell("land", land(env));
    publish(published++);
    tell("land what came since", land(env));
    tell("land where nothing came", land(env));
  }
} finally {
  run(["reset", "--yes"], { KAFKA_TOPIC: topic, LAKE_DIR: `/${topic}-${steps[0]}` });
  for (const files of steps.slice(1))
    run(["reset", "--yes"], { KAFKA_TOPIC: `${topic}-none`, LAKE_DIR: `/${topic}-${files}` });
  rmSync(folder, { recursive: true, force: true });
  await stopServices(started);
}

/**
 * Publishes the file of the n-th seed: other events, but for 20 exam IDs that are the same in all.
 * @param {number} number
 */
function publish(number) {
  const out = join(folder, "events.json");
  const generator = join(projectDir, "data", "generate.mjs");
  const { status, stderr } = spawnSync(
    process.execPath,
    [generator, "--seed", `${1001 + number}`, "--out", out],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(stderr);
  run(["publish", out, "--json"], { KAFKA_TOPIC: topic });
}

/** @param {Record<string, string>} env */
function land(env) {
  return JSON.parse(run(["land", "--json"], env));
}

/**
 * @param {string} what
 * @param {{consumed: number, commits: number, ms: number, counts: {consumed: number}, memory: {peakRssBytes: number}}} report
 */
function tell(what, { consumed, commits, ms, counts, memory }) {
  const [peak, seconds] = [Math.round(memory.peakRssBytes / 1e6), (ms / 1000).toFixed(1)];
  process.stdout.write(
    `${what}: ${consumed} events in ${commits} commits, ${counts.consumed} in the lake: at most ${peak} MB, ${seconds} s\n`,
  );
}

/**
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
function run(args, env) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${args[0]} ended with ${status}: ${stderr}`);
  return stdout;
}

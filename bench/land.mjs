// @ts-check
// npm run bench: how long publish, land and verify take on the shipped events and on ten times as many, each as a
// process of its own on a topic and lake of its own; the median of three runs. Figures only, nothing is asserted.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectDir, setupOrExit } from "../local/setup/setup.mjs";

const command = join(projectDir, "node_modules", ".bin", "user-activity");
const folder = mkdtempSync(join(tmpdir(), "user-activity-bench-"));

await setupOrExit();
const { startServices, stopServices } = await import("user-activity/dist/services/services.js");
const started = await startServices();
try {
  const files = [join(projectDir, "data", "assessments.json")];
  // other seeds give other events; only 20 exam IDs, known from publications, are the same in all
  for (let seed = 1001; seed < 1010; seed++) files.push(makeEvents(seed));
  measure("shipped events", files.slice(0, 1));
  measure("ten such files", files);
} finally {
  rmSync(folder, { recursive: true, force: true });
  await stopServices(started);
}

/** @param {number} seed */
function makeEvents(seed) {
  const out = join(folder, `${seed}.json`);
  run(process.execPath, [join(projectDir, "data", "generate.mjs"), "--seed", String(seed), "--out", out], {});
  return out;
}

/**
 * @param {string} name
 * @param {string[]} files
 */
function measure(name, files) {
  const runs = [1, 2, 3].map((number) => {
    const own = `bench-${process.pid}-${files.length}-${number}`;
    const env = { KAFKA_TOPIC: own, LAKE_DIR: `/${own}` };
    const publishMs = files.map((file) => JSON.parse(run(command, ["publish", file, "--json"], env)).ms);
    const landed = JSON.parse(run(command, ["land", "--json"], env));
    const verifiedMs = time(() => run(command, ["verify"], env));
    run(command, ["reset", "--yes"], env);
    return {
      events: landed.consumed,
      publish: publishMs.reduce((sum, ms) => sum + ms, 0) / 1000,
      land: landed.ms / 1000,
      verify: verifiedMs / 1000,
      memory: landed.memory.peakRssBytes / 1e6,
    };
  });
  const median = (/** @type {"publish" | "land" | "verify" | "memory"} */ what) =>
    runs.map((one) => one[what]).sort((a, b) => a - b)[1] ?? 0;
  const seconds = (/** @type {"publish" | "land" | "verify"} */ what) =>
    `${what} ${median(what).toFixed(1)} s`;
  process.stdout.write(
    `${name}: ${runs[0]?.events} events, ${seconds("publish")}, ${seconds("land")} (at most ${median("memory").toFixed(0)} MB), ${seconds("verify")} with start\n`,
  );
}

/** @param {() => void} work */
function time(work) {
  const startedMs = performance.now();
  work();
  return performance.now() - startedMs;
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
function run(program, args, env) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${args[0]} ended with ${status}: ${stderr}`);
  return stdout;
}

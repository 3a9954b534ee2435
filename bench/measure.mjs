// @ts-check
// What the benches share: a process timed from outside, medians, tables in Markdown.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { projectDir } from "../local/setup/setup.mjs";

/**
 * What a process took: seconds from its start to its end, seconds of a core, and the most memory at a time, with all that it
 * started; and what it printed.
 * @typedef {object} Took
 * @property {number} seconds
 * @property {number} cpu
 * @property {number} megabytes
 * @property {string} stdout
 */

/**
 * Runs a program of Node to its end. Throws with its last words where its exit code is not 0.
 * @param {string[]} args @param {Record<string, string>} [env]
 * @returns {Promise<Took>}
 */
export async function time(args, env = {}) {
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, { cwd: projectDir, env: { ...process.env, ...env } });
  let [megabytes, cpu] = [0, 0];
  const watch = setInterval(() => {
    const now = readUsage(child.pid ?? 0);
    [megabytes, cpu] = [Math.max(megabytes, now.megabytes), Math.max(cpu, now.cpu)];
  }, 100);
  let [stdout, words] = ["", ""];
  child.stdout.on("data", (part) => {
    stdout += part;
  });
  child.stderr.on("data", (part) => {
    words = (words + part).slice(-2000);
  });
  const [code] = await once(child, "close");
  clearInterval(watch);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${words}`);
  return { seconds: (performance.now() - startedMs) / 1000, cpu, megabytes, stdout };
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

/** @param {readonly number[]} numbers */
export function medianOf(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
}

/**
 * A table of Markdown, all but its first column to the right.
 * @param {readonly string[]} header @param {readonly (readonly string[])[]} rows
 */
export function toTable(header, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  const rule = header.map((_, index) => (index === 0 ? "---" : "---:"));
  return [line(header), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
}

/** @param {string} line */
export function tell(line) {
  process.stdout.write(`${line}\n`);
}

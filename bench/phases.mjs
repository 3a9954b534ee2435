// @ts-check
// Where a landing's time goes, from profiles of its threads.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a frame is part of; a sample counts for the innermost frame that is part of something. */
const phases = /** @type {const} */ ([
  ["waiting", /^\(idle\)/],
  ["garbage collection", /^\(garbage collector\)/],
  ["compress", / node:zlib| .*(node-zstd|\/dist\/base\/zstd)/],
  ["parse", /^parse $| .*\/dist\/events\/(decode|json)[^/]*\.js$/],
  ["enforce", / .*\/dist\/(contract|events|tables)\//],
  ["encode", / .*(\/dist\/parquet\/|\/parquetjs-lite\/|\/thrift\/)/],
  ["consume", / .*(\/dist\/kafka\/|\/kafkajs\/)/],
  ["upload", / .*(\/dist\/hdfs\/|\/webhdfs\/)/],
  ["commit", / .*\/dist\/lake\//],
  ["gather", / .*\/dist\/landing\//],
  ["start", / node:internal\/(modules|bootstrap|main|process\/execution)/],
]);

/**
 * Milliseconds by phase, of the main thread and of all others together; the rest is what none of them holds.
 * @typedef {object} Phase
 * @property {string} name
 * @property {number} main
 * @property {number} others
 */

/**
 * @param {string} folder with the profiles of one run of `node --cpu-prof`, one a thread
 * @returns {Phase[]} those of the main thread that take longest first
 */
export function readPhases(folder) {
  /** @type {Map<string, Phase>} */
  const sums = new Map(
    [...phases, ["rest"]].map(([name = ""]) => [`${name}`, { name: `${name}`, main: 0, others: 0 }]),
  );
  for (const file of readdirSync(folder)) {
    const thread = file.split(".")[4] === "0" ? "main" : "others"; // CPU.day.time.process.thread.number
    for (const [name, ms] of readProfile(join(folder, file))) {
      const sum = sums.get(name);
      if (sum) sum[thread] += ms;
    }
  }
  return [...sums.values()].sort((one, other) => other.main + other.others - one.main - one.others);
}

/** @param {string} file @returns {Map<string, number>} */
function readProfile(file) {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8"));
  /** @type {Map<number, string>} */
  const phaseOf = new Map([[nodes[0].id, "rest"]]);
  for (const { id, callFrame, children = [] } of nodes) {
    const told = `${callFrame.functionName} ${callFrame.url}`;
    const own = phases.find(([, pattern]) => pattern.test(told))?.[0] ?? phaseOf.get(id) ?? "rest";
    phaseOf.set(id, own);
    for (const child of children) phaseOf.set(child, own);
  }
  /** @type {Map<string, number>} */
  const sums = new Map();
  for (const [index, sample] of samples.entries()) {
    const phase = phaseOf.get(sample) ?? "rest";
    sums.set(phase, (sums.get(phase) ?? 0) + timeDeltas[index] / 1000);
  }
  return sums;
}

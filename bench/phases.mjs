// @ts-check
// Where a landing's time goes, from a profile of its main thread.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a frame is part of; a sample counts for the innermost frame that is part of something. */
const phases = /** @type {const} */ ([
  ["waiting", /^\(idle\)/],
  ["garbage collection", /^\(garbage collector\)/],
  ["compress", / node:zlib| .*node-zstd/],
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
 * Milliseconds by phase; the rest is what none of them holds.
 * @param {string} folder with one profile of `node --cpu-prof`
 * @returns {Record<string, number>}
 */
export function readPhases(folder) {
  const [name = ""] = readdirSync(folder);
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, name), "utf8"));
  /** @type {Map<number, string>} */
  const phaseOf = new Map([[nodes[0].id, "rest"]]);
  for (const { id, callFrame, children = [] } of nodes) {
    const told = `${callFrame.functionName} ${callFrame.url}`;
    const own = phases.find(([, pattern]) => pattern.test(told))?.[0] ?? phaseOf.get(id) ?? "rest";
    phaseOf.set(id, own);
    for (const child of children) phaseOf.set(child, own);
  }
  /** @type {Record<string, number>} */
  const sums = {};
  for (const [name] of phases) sums[name] = 0;
  for (const [index, sample] of samples.entries()) {
    const phase = phaseOf.get(sample) ?? "rest";
    sums[phase] = (sums[phase] ?? 0) + timeDeltas[index] / 1000;
  }
  return Object.fromEntries(Object.entries(sums).sort(([, one], [, other]) => other - one));
}

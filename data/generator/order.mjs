// @ts-check
// The order of the records in the file: not in time, copies far apart.
import { Unsolved } from "./calibration.mjs";

/** @typedef {import("./random.mjs").Random} Random */

/**
 * One record of the file to be.
 * @typedef {object} Line
 * @property {string} text its JSON
 * @property {number | null} score correct / total; null without counts
 * @property {boolean} copied whether it is there more than once
 */

/** Records between two copies, at least. */
const COPY_DISTANCE = 150;

/**
 * Puts the records in an order in which adding up the scores one by one, as most programs do, gives the published average to
 * its last digit. (The exact sum is a fraction; each order rounds it differently, by some 1e-13 of it.)
 * @param {readonly Line[]} lines
 * @param {number} meanPercent
 * @param {Random} random
 * @returns {Line[]}
 * @throws {Unsolved}
 */
export function orderLines(lines, meanPercent, random) {
  const ordered = random.shuffled(lines);
  while (!areCopiesApart(ordered)) {
    for (const [i, line] of ordered.entries())
      if (line.copied) swap(ordered, i, random.below(ordered.length));
  }
  let distance = Math.abs(sumMeanPercent(ordered) - meanPercent);
  for (let tries = 0; distance > 0; tries++) {
    if (tries > 20_000) throw new Unsolved("no order gives the published average to its last digit");
    const [i, j] = [random.below(ordered.length), random.below(ordered.length)];
    if (ordered[i]?.copied || ordered[j]?.copied) continue;
    swap(ordered, i, j);
    const distanceAfter = Math.abs(sumMeanPercent(ordered) - meanPercent);
    if (distanceAfter <= distance) distance = distanceAfter;
    else swap(ordered, i, j);
  }
  return ordered;
}

/**
 * @param {Line[]} lines
 * @param {number} i
 * @param {number} j
 */
function swap(lines, i, j) {
  [lines[i], lines[j]] = [/** @type {Line} */ (lines[j]), /** @type {Line} */ (lines[i])];
}

/** @param {readonly Line[]} lines @returns {boolean} */
function areCopiesApart(lines) {
  const last = new Map();
  return lines.every(({ text, copied }, i) => {
    const distance = i - (last.get(text) ?? Number.NEGATIVE_INFINITY);
    if (copied) last.set(text, i);
    return distance >= COPY_DISTANCE;
  });
}

/** @param {readonly Line[]} lines @returns {number} the average score in percent, added up from the first to the last */
function sumMeanPercent(lines) {
  let sum = 0;
  let count = 0;
  for (const { score } of lines) {
    if (score === null) continue;
    sum += score;
    count++;
  }
  return (sum / count) * 100;
}

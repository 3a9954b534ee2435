// @ts-check
// More of the same: copies of a file's records that are other attempts.
import { createRandom } from "./random.mjs";

const ids = /"(user_exam_id|keen_id)":"([^"]+)"/g;

/**
 * Makes the lines of one copy. What was the same attempt or the same delivery stays so; all else about it is as it was.
 * @param {readonly string[]} lines the JSON of each record
 * @param {number} seed
 * @param {number} number which copy; 0 is the lines themselves
 * @returns {readonly string[]}
 */
export function copyLines(lines, seed, number) {
  if (number === 0) return lines;
  const random = createRandom(seed, `copy ${number}`);
  /** @type {Map<string, string>} */
  const others = new Map();
  const toOther = (/** @type {string} */ id) => {
    const other = others.get(id) ?? drawLike(id, random);
    others.set(id, other);
    return other;
  };
  return lines.map((line) => line.replace(ids, (_, name, id) => `"${name}":"${toOther(id)}"`));
}

/**
 * Draws an ID of the same form: other hexadecimal digits, all else in its place.
 * @param {string} id
 * @param {import("./random.mjs").Random} random
 * @returns {string}
 */
function drawLike(id, random) {
  const digits = random.hex(id.length);
  return id.replace(/[0-9a-f]/g, (_, place) => digits[place] ?? "0");
}

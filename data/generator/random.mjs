// @ts-check
// Seeded random numbers in 32-bit integer arithmetic only, so that every Node version draws the same ones.

/**
 * One stream of random draws. Every number is a whole number; ranges start inclusive and end exclusive.
 * @typedef {object} Random
 * @property {(end: number) => number} below a whole number in [0, end), end at most 2^21
 * @property {(start: number, end: number) => number} between a whole number in [start, end)
 * @property {(permille: number) => boolean} chance true in that many of 1000 draws
 * @property {<T>(items: readonly T[]) => T} pick one of the items, all equally likely
 * @property {(weights: readonly number[]) => number} weighted an index, as likely as its whole-numbered weight
 * @property {<T>(items: readonly T[]) => T[]} shuffled the items in a new order, in a new array
 * @property {(digits: number) => string} hex that many lower-case hexadecimal digits
 * @property {() => string} uuid a version 4 UUID
 */

/**
 * Hashes text to 32 bits (FNV-1a, then an avalanche step).
 * @param {string} text
 * @returns {number}
 */
function hash32(text) {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/**
 * Makes the step function of an sfc32 generator (128 bits of state).
 * @param {string} text what to seed it with
 * @returns {() => number} each call the next whole number in [0, 2^32)
 */
function sfc32(text) {
  let [a, b, c, counter] = [hash32(`${text}#a`), hash32(`${text}#b`), hash32(`${text}#c`), 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

/**
 * Starts a stream of draws. Streams with different labels are independent: drawing more from one leaves the others as they are.
 * @param {number} seed
 * @param {string} label what the stream is for
 * @returns {Random}
 */
export function createRandom(seed, label) {
  const next = sfc32(`${seed}/${label}`);
  const below = (/** @type {number} */ end) => Math.floor((next() * end) / 0x1_0000_0000);
  /** @param {number} digits */
  const hex = (digits) => {
    let text = "";
    while (text.length < digits) text += next().toString(16).padStart(8, "0");
    return text.slice(0, digits);
  };
  /** @param {readonly number[]} weights */
  const weighted = (weights) => {
    let left = below(weights.reduce((sum, weight) => sum + weight, 0));
    for (let i = 0; i < weights.length; i++) {
      left -= weights[i] ?? 0;
      if (left < 0) return i;
    }
    throw new Error("random: expected a weight above 0, received none");
  };
  return {
    below,
    between: (start, end) => start + below(end - start),
    chance: (permille) => below(1000) < permille,
    pick: (items) => /** @type {any} */ (items[below(items.length)]),
    weighted,
    shuffled: (items) => shuffle([...items], below),
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${"89ab"[below(4)]}${hex(3)}-${hex(12)}`,
  };
}

/**
 * Shuffles an array in place (Fisher-Yates).
 * @template T
 * @param {T[]} items
 * @param {(end: number) => number} below
 * @returns {T[]} the same array
 */
function shuffle(items, below) {
  for (let i = items.length - 1; i > 0; i--) {
    const j = below(i + 1);
    const kept = /** @type {T} */ (items[i]);
    items[i] = /** @type {T} */ (items[j]);
    items[j] = kept;
  }
  return items;
}

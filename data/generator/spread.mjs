// @ts-check
// How far apart the scores within an exam are, so that the scores above 70 % and the sum of squared scores come out as published.
import { Unsolved } from "./calibration.mjs";

/** @typedef {import("./random.mjs").Random} Random */
/** @typedef {import("./calibration.mjs").Calibration} Calibration */
/** @typedef {import("./calibration.mjs").Attempt} Attempt */
/** @typedef {import("./calibration.mjs").Group} Group */

/**
 * A group together with its attempts whose score may still move (neither perfect, nor all incorrect, nor delivered again).
 * @typedef {object} Loose
 * @property {Group} group
 * @property {Attempt[]} free each with 0 to questions - 1 correct
 */

/** @param {Attempt} attempt @param {number} [correct] */
const isAboveSeventy = (attempt, correct = attempt.correct) => 10 * correct > 7 * attempt.questions;

/**
 * Moves one correct answer from `lower` to `higher`, if both stay within 0 and one below perfect.
 * @param {Attempt} higher
 * @param {Attempt} lower
 * @param {(aboveChange: number, spread: number) => boolean} accept given the change in scores above 70 % and half the change in
 *   the sum of squared correct counts
 * @returns {boolean} whether it moved
 */
function moveCorrect(higher, lower, accept) {
  if (higher === lower || higher.correct + 1 >= higher.questions || lower.correct === 0) return false;
  const above = Number(isAboveSeventy(higher)) + Number(isAboveSeventy(lower));
  const aboveAfter =
    Number(isAboveSeventy(higher, higher.correct + 1)) + Number(isAboveSeventy(lower, lower.correct - 1));
  if (!accept(aboveAfter - above, higher.correct - lower.correct + 1)) return false;
  higher.correct++;
  lower.correct--;
  return true;
}

/**
 * Makes the number of distinct attempts above 70 % what it shall be.
 * @param {readonly Loose[]} loose
 * @param {number} target
 * @param {Random} random
 * @throws {Unsolved}
 */
export function fitAboveSeventy(loose, target, random) {
  let left = target - loose.flatMap(({ group }) => group.attempts).filter((a) => isAboveSeventy(a)).length;
  const pool = loose.filter(({ free }) => free.length > 4);
  for (let tries = 0; left !== 0; tries++) {
    if (tries > 400_000) throw new Unsolved(`scores above 70 %: ${left} left over`);
    const { free } = random.pick(pool);
    moveCorrect(random.pick(free), random.pick(free), (aboveChange) => {
      if (aboveChange !== Math.sign(left)) return false;
      left -= aboveChange;
      return true;
    });
  }
}

/**
 * Makes the sum of squared scores exact: first roughly, everywhere; then modulo 49, 9, 25 and 8 with the groups of 7, 3, 5
 * and 8 questions, whose squares alone carry those factors in the denominator; the groups of 4 questions take the rest.
 * @param {readonly Loose[]} loose
 * @param {Calibration} calibration
 * @param {Random} random
 * @throws {Unsolved}
 */
export function fitSquares(loose, calibration, random) {
  const [numerator, denominator] = calibration.sumOfSquares;
  const unit = (/** @type {number} */ questions) => denominator / (questions * questions);
  let left = numerator;
  for (const attempt of loose.flatMap(({ group }) => group.attempts)) {
    left -= attempt.copies * attempt.correct * attempt.correct * unit(attempt.questions);
  }
  const pool = loose.filter(({ group, free }) => free.length > 4 && group.questions > 1);
  for (let tries = 0; Math.abs(left) > 40 * 2 * unit(4); tries++) {
    if (tries > 400_000) throw new Unsolved(`sum of squares: ${left} left over`);
    const { group, free } = random.pick(pool);
    moveCorrect(random.pick(free), random.pick(free), (aboveChange, spread) => {
      if (aboveChange !== 0 || Math.sign(spread) !== Math.sign(left)) return false;
      left -= 2 * spread * unit(group.questions);
      return true;
    });
  }
  for (const [questions, modulus] of /** @type {const} */ ([
    [7, 49],
    [3, 9],
    [5, 25],
    [8, 8],
  ])) {
    left -=
      spreadBy(loose, questions, smallestShift(left, 2 * unit(questions), modulus), random) *
      2 *
      unit(questions);
  }
  spreadBy(loose, 4, left / (2 * unit(4)), random);
}

/**
 * Finds the shift nearest to 0 after which nothing is left modulo the modulus.
 * @param {number} left
 * @param {number} step what a shift of 1 takes from it
 * @param {number} modulus
 * @returns {number}
 * @throws {Unsolved} where none does
 */
function smallestShift(left, step, modulus) {
  for (let size = 0; size < modulus; size++) {
    if ((left - size * step) % modulus === 0) return size;
    if ((left + size * step) % modulus === 0) return -size;
  }
  throw new Unsolved(`sum of squares: ${left} is out of reach modulo ${modulus}`);
}

/**
 * Spreads (shift above 0) or gathers (below 0) the scores of all groups with that many questions, one step a move, leaving
 * their sums and the scores above 70 % as they are.
 * @param {readonly Loose[]} loose
 * @param {number} questions
 * @param {number} shift half the change in the sum of squared correct counts
 * @param {Random} random
 * @returns {number} the shift
 * @throws {Unsolved}
 */
function spreadBy(loose, questions, shift, random) {
  const pool = loose.filter(({ group, free }) => group.questions === questions && free.length > 1);
  let left = shift;
  for (let tries = 0; left !== 0; tries++) {
    if (tries > 400_000 || !Number.isInteger(shift))
      throw new Unsolved(`${questions} questions: ${left} left over`);
    const { free } = random.pick(pool);
    moveCorrect(random.pick(free), random.pick(free), (aboveChange, spread) => {
      if (aboveChange !== 0 || spread !== Math.sign(left)) return false;
      left -= spread;
      return true;
    });
  }
  return shift;
}

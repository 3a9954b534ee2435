// @ts-check
// How many questions each attempt got right, so that the sums by exam and the perfect scores come out as published.
import { Unsolved } from "./calibration.mjs";
import { fitAboveSeventy, fitSquares } from "./spread.mjs";

/** @typedef {import("./random.mjs").Random} Random */
/** @typedef {import("./calibration.mjs").Calibration} Calibration */
/** @typedef {import("./calibration.mjs").Attempt} Attempt */
/** @typedef {import("./calibration.mjs").Group} Group */
/** @typedef {import("./spread.mjs").Loose} Loose */

/**
 * Sets `correct` and `allIncorrect` of every attempt.
 * @param {readonly Group[]} groups
 * @param {Calibration} calibration
 * @param {Random} random
 * @throws {Unsolved}
 */
export function solveScores(groups, calibration, random) {
  const perfect = drawPerfect(groups, calibration, random);
  const loose = groups.map((group) => drawScores(group, perfect.get(group) ?? 0, random));
  fitAboveSeventy(loose, calibration.aboveSeventyPercent, random);
  fitSquares(loose, calibration, random);
}

/**
 * Finds the numbers of perfect scores that a group's sum of correct answers allows, and that leave so many other records that
 * at most half of their questions are incomplete.
 * @param {Group} group
 * @param {number} most
 * @returns {number[]} ascending, without a gap
 */
function possiblePerfect({ records, questions, correct, allIncorrect, incomplete }, most) {
  const possible = [];
  for (let perfect = 0; perfect <= Math.min(most, records); perfect++) {
    const rest = correct - perfect * questions;
    if (2 * (incomplete ?? 0) > (records - perfect) * questions) continue;
    if (rest >= 0 && rest <= (records - perfect - (allIncorrect ?? 0)) * (questions - 1))
      possible.push(perfect);
  }
  return possible;
}

/**
 * Estimates the share of perfect scores from the average: the average to the power of half the number of questions.
 * @param {Group} group
 * @returns {number} records
 */
function expectedPerfect({ records, questions, correct }) {
  const average = correct / (records * questions);
  let share = questions % 2 === 1 ? Math.sqrt(average) : 1;
  for (let i = 2; i <= questions; i += 2) share *= average;
  return Math.floor(records * share);
}

/**
 * Chooses how many perfect scores each group has; together as many as published.
 * @param {readonly Group[]} groups
 * @param {Calibration} calibration
 * @param {Random} random
 * @returns {Map<Group, number>} records
 */
function drawPerfect(groups, calibration, random) {
  const drawn = new Map();
  const open = [];
  let left = calibration.perfect;
  for (const group of groups) {
    const possible = possiblePerfect(group, group.perfect ?? calibration.notListedAtMost.perfect);
    const least = possible[0] ?? 0;
    const most = possible.at(-1) ?? 0;
    const count = group.perfect ?? Math.min(most, Math.max(least, expectedPerfect(group)));
    drawn.set(group, count);
    left -= count;
    if (group.perfect === null && most > least) open.push({ group, least, most });
  }
  for (let tries = 0; left !== 0; tries++) {
    if (tries > 100_000) throw new Unsolved(`perfect scores: ${left} left over`);
    const { group, least, most } = random.pick(open);
    const count = drawn.get(group) + Math.sign(left);
    if (count < least || count > most || random.below(group.records) < 2) continue;
    drawn.set(group, count);
    left -= Math.sign(left);
  }
  return drawn;
}

/**
 * Draws the scores of one group: those delivered again, the perfect ones, those with nothing right, then the free ones.
 * @param {Group} group
 * @param {number} perfect records with every question correct
 * @param {Random} random
 * @returns {Loose}
 */
function drawScores(group, perfect, random) {
  let perfectLeft = perfect;
  let correctLeft = group.correct;
  const average = Math.floor((1000 * group.correct) / (group.records * group.questions));
  for (const attempt of group.attempts.filter(({ copies }) => copies > 1)) {
    attempt.correct = Math.max(1, drawCorrect(group.questions, average, random));
    if (attempt.correct === group.questions && attempt.copies > perfectLeft) attempt.correct--;
    if (attempt.correct === group.questions) perfectLeft -= attempt.copies;
    correctLeft -= attempt.copies * attempt.correct;
  }
  const singles = random.shuffled(group.attempts.filter(({ copies }) => copies === 1));
  for (const attempt of singles.splice(0, perfectLeft)) attempt.correct = group.questions;
  for (const attempt of singles.splice(0, group.allIncorrect ?? 0)) attempt.allIncorrect = true;
  drawFree(singles, correctLeft - perfectLeft * group.questions, random);
  return { group, free: singles };
}

/**
 * @param {number} questions
 * @param {number} permille chance of each question to be right
 * @param {Random} random
 * @returns {number} how many of the questions are right
 */
function drawCorrect(questions, permille, random) {
  let correct = 0;
  for (let i = 0; i < questions; i++) if (random.chance(permille)) correct++;
  return correct;
}

/**
 * Draws scores below perfect that add up to a sum: every learner has a skill around the average, every question a chance by it.
 * @param {readonly Attempt[]} attempts
 * @param {number} sum
 * @param {Random} random
 * @throws {Unsolved} where no such scores exist
 */
function drawFree(attempts, sum, random) {
  const most = attempts.length === 0 ? 0 : (attempts[0]?.questions ?? 0) - 1;
  const name = attempts[0]?.examName;
  if (sum < 0 || sum > attempts.length * most)
    throw new Unsolved(`${name}: ${sum} correct answers do not fit`);
  const average = most === 0 ? 0 : Math.floor((1000 * sum) / (attempts.length * most));
  let left = sum;
  for (const attempt of attempts) {
    const spread = 2 * Math.min(average, 1000 - average, 350);
    const skill = average - Math.floor(spread / 2) + random.below(spread + 1);
    attempt.correct = drawCorrect(most, skill, random);
    left -= attempt.correct;
  }
  while (left !== 0) {
    const attempt = random.pick(attempts);
    const correct = attempt.correct + Math.sign(left);
    if (correct < 0 || correct > most) continue;
    attempt.correct = correct;
    left -= Math.sign(left);
  }
}

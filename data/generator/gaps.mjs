// @ts-check
// How many of the questions that an attempt did not get right miss some right options, and how many were left unanswered.
import { Unsolved } from "./calibration.mjs";

/** @typedef {import("./random.mjs").Random} Random */
/** @typedef {import("./calibration.mjs").Calibration} Calibration */
/** @typedef {import("./calibration.mjs").Attempt} Attempt */
/** @typedef {import("./calibration.mjs").Group} Group */

/** 1/840 of an attempt: every share that occurs of 1 to 8, 10 or 20 questions is a whole number of it. */
const SHARES = 840;
/** All its questions have a single right option, of which nothing can be missed. */
export const SINGLE_ANSWER_EXAM = "Learning Git";

/** @param {Attempt} attempt */
const wrongCount = ({ questions, correct }) => questions - correct;
/** @param {Attempt} attempt */
const isAllIncorrect = ({ correct, missed, unanswered }) => correct + missed + unanswered === 0;

/**
 * The most unanswered questions that a group may have.
 * @param {Group} group
 * @param {Calibration} calibration
 * @returns {number}
 */
function mostUnanswered(
  group,
  {
    notListedAtMost: {
      unansweredPerQuestion: [questions, of],
    },
  },
) {
  return group.unanswered ?? Math.floor((group.records * group.questions * questions) / of);
}

/**
 * Sets `missed` of every attempt: exact by exam where published, and exact in the distribution of missed / questions.
 * @param {readonly Group[]} groups with scores
 * @param {Calibration} calibration
 * @param {Random} random
 * @throws {Unsolved}
 */
export function solveMissed(groups, calibration, random) {
  const search = createSearch(groups, calibration, random);
  for (let tries = 0; search.cost() > 0; tries++) {
    if (tries > 800_000)
      throw new Unsolved(`missed questions: ${search.cost()} records beside the distribution`);
    search.tryMove(random.chance(700) ? random.pick(search.groups) : search.pickBySize());
  }
}

/**
 * A group with what bounds its missed questions.
 * @typedef {object} Bounded
 * @property {Attempt[]} attempts those with a question to miss
 * @property {boolean} fixed whether the sum is published, and so stays as it is
 * @property {number} sum of missed questions over the records
 * @property {number} most the largest sum allowed
 * @property {number} empty records with nothing right and nothing missed
 * @property {number} mostEmpty how many of them can be kept from being all incorrect, or may be
 */

/**
 * @param {Group} group
 * @param {Calibration} calibration
 * @param {Random} random
 * @returns {Bounded}
 */
function boundMissed(group, calibration, random) {
  const [missed, of] = calibration.notListedAtMost.incompletePerAttempt;
  const attempts = group.attempts.filter((attempt) => wrongCount(attempt) > 0 && !attempt.allIncorrect);
  const wrong = attempts.reduce((sum, attempt) => sum + attempt.copies * wrongCount(attempt), 0);
  const most = Math.min(Math.ceil((group.records * missed) / of) - 1, wrong - (group.unanswered ?? 0));
  const fixed = group.incomplete !== null;
  let left = group.incomplete ?? 0;
  for (let tries = 0; left > 0; tries++) {
    const attempt = random.pick(attempts);
    if (tries > 100_000) throw new Unsolved(`${group.name}: ${left} missed questions do not fit`);
    if (attempt.copies > left || attempt.missed === wrongCount(attempt)) continue;
    attempt.missed++;
    left -= attempt.copies;
  }
  const empty = attempts.filter(isAllIncorrect).reduce((sum, { copies }) => sum + copies, 0);
  const listed = group.allIncorrect === null ? calibration.notListedAtMost.allIncorrect : 0;
  const mostEmpty = mostUnanswered(group, calibration) + listed;
  return { attempts, fixed, sum: group.incomplete ?? 0, most, empty, mostEmpty };
}

/**
 * Prepares a search by small moves, each of which keeps the bounds of its group. The cost is how far the distribution of
 * missed / questions is from the published one, in records, plus the records that would become all incorrect.
 * @param {readonly Group[]} groups
 * @param {Calibration} calibration
 * @param {Random} random
 */
function createSearch(groups, calibration, random) {
  const open = groups.filter(({ name }) => name !== SINGLE_ANSWER_EXAM);
  const bounded = open
    .map((group) => boundMissed(group, calibration, random))
    .filter((g) => g.attempts.length > 0);
  const beside = new Array(SHARES + 1).fill(0);
  for (const [numerator, denominator, records] of calibration.incompleteRatios) {
    beside[(SHARES * numerator) / denominator] = -records;
  }
  for (const attempt of groups.flatMap(({ attempts }) => attempts)) beside[share(attempt)] += attempt.copies;
  const emptyCost = (/** @type {Bounded} */ group) => Math.max(0, group.empty - group.mostEmpty);
  const cost = () =>
    beside.reduce((sum, count) => sum + Math.abs(count), 0) +
    bounded.reduce((sum, group) => sum + emptyCost(group), 0);
  let current = cost();

  /** @param {Bounded} group @param {Attempt} attempt @param {number} missed @returns {number} the change in cost */
  const set = (group, attempt, missed) => {
    const before = emptyCost(group);
    let change = 0;
    const count = (/** @type {number} */ sign) => {
      const at = share(attempt);
      change -= Math.abs(beside[at]);
      beside[at] += sign * attempt.copies;
      change += Math.abs(beside[at]);
      if (isAllIncorrect(attempt)) group.empty += sign * attempt.copies;
    };
    count(-1);
    group.sum += attempt.copies * (missed - attempt.missed);
    attempt.missed = missed;
    count(1);
    return change + emptyCost(group) - before;
  };

  /** @param {Bounded} group */
  const tryMove = (group) => {
    const one = random.pick(group.attempts);
    const missed = random.below(wrongCount(one) + 1);
    const other = random.pick(group.attempts);
    const back = other.missed + one.missed - missed;
    const paired = group.fixed || random.chance(300);
    if (missed === one.missed) return;
    if (paired && (other === one || other.copies !== one.copies || back < 0 || back > wrongCount(other)))
      return;
    if (!paired && group.sum + one.copies * (missed - one.missed) > group.most) return;
    const kept = [one.missed, other.missed];
    let change = set(group, one, missed);
    if (paired) change += set(group, other, back);
    if (change <= 0 || (change <= 2 && random.chance(1))) current += change;
    else {
      set(group, one, kept[0] ?? 0);
      if (paired) set(group, other, kept[1] ?? 0);
    }
  };
  const sizes = bounded.map(({ attempts }) => attempts.length);
  const pickBySize = () => /** @type {Bounded} */ (bounded[random.weighted(sizes)]);
  return { groups: bounded, pickBySize, cost: () => current, tryMove };
}

/** @param {Attempt} attempt @returns {number} how much of it was missed, in 1/840 */
const share = ({ missed, questions }) => (SHARES * missed) / questions;

/**
 * Sets `unanswered` of every attempt: exact by exam where published, elsewhere at most as much as the last one published.
 * Attempts that would have every question incorrect beyond the published number leave one out first; then people skip a
 * question, or give up and leave the rest, the more likely the lower their score.
 * @param {readonly Group[]} groups with scores and missed questions
 * @param {Calibration} calibration
 * @param {Random} random
 * @throws {Unsolved}
 */
export function solveUnanswered(groups, calibration, random) {
  for (const group of groups) {
    const most = mostUnanswered(group, calibration);
    let left = group.unanswered ?? random.below(1 + Math.floor((2 * most) / 3));
    const listed = group.allIncorrect === null ? calibration.notListedAtMost.allIncorrect : 0;
    const first = spareIncorrect(group, listed, random);
    if (first > most) throw new Unsolved(`${group.name}: ${first} unanswered questions at least`);
    left = Math.max(0, left - first);
    const open = group.attempts.filter((attempt) => !attempt.allIncorrect && roomFor(attempt) > 0);
    for (let tries = 0; left > 0 && open.length > 0; tries++) {
      if (tries > 10_000) throw new Unsolved(`${group.name}: ${left} unanswered questions do not fit`);
      const [one, other] = [random.pick(open), random.pick(open)];
      const attempt = one.correct <= other.correct ? one : other;
      const count = random.chance(550) ? roomFor(attempt) : Math.min(1, roomFor(attempt));
      if (count * attempt.copies > left) continue;
      attempt.unanswered += count;
      left -= count * attempt.copies;
    }
    if (group.unanswered !== null && left > 0)
      throw new Unsolved(`${group.name}: ${left} unanswered left over`);
  }
}

/** @param {Attempt} attempt @returns {number} questions that could still be unanswered */
const roomFor = (attempt) => wrongCount(attempt) - attempt.missed - attempt.unanswered;

/**
 * Gives one unanswered question to each attempt that would have all incorrect, but for the chosen ones and `allowed` records.
 * @param {Group} group
 * @param {number} allowed
 * @param {Random} random
 * @returns {number} unanswered questions given
 */
function spareIncorrect(group, allowed, random) {
  let left = allowed;
  let given = 0;
  for (const attempt of random.shuffled(group.attempts.filter((a) => isAllIncorrect(a) && !a.allIncorrect))) {
    if (attempt.copies <= left) {
      left -= attempt.copies;
      continue;
    }
    attempt.unanswered = 1;
    given += attempt.copies;
  }
  return given;
}

// @ts-check
// The questions of each exam with their options: how hard they are, which options are right, which wrong ones tempt.
import { DEVELOPMENT_ID, Unsolved } from "./calibration.mjs";
import { SINGLE_ANSWER_EXAM } from "./gaps.mjs";

/** @typedef {import("./random.mjs").Random} Random */
/** @typedef {import("./calibration.mjs").Calibration} Calibration */
/** @typedef {import("./calibration.mjs").Attempt} Attempt */

/**
 * @typedef {object} Option
 * @property {string} id
 * @property {boolean} right
 * @property {number} pull how much a wrong option tempts, 1 to 9
 */

/**
 * @typedef {object} Question
 * @property {string} id
 * @property {readonly Option[]} options
 * @property {number} difficulty 1 to 24
 * @property {boolean} tricky whether good learners fail it as often as others
 * @property {boolean} always whether everybody has it right
 * @property {boolean} multiple whether it has more than one right option
 */

/**
 * What one base exam ID can ask.
 * @typedef {object} Pool
 * @property {string} sequenceId sequences.id of every attempt
 * @property {readonly Question[]} questions as many as are asked, or a few more
 */

/**
 * What the attempts at one base exam ID ask of its pool.
 * @typedef {object} Need
 * @property {string} baseExamId
 * @property {string} examName
 * @property {number} asked questions in each attempt
 * @property {number} spare questions beyond those asked
 * @property {number} attempts
 * @property {number} always questions that everybody has right
 * @property {number} mostAlways
 * @property {number} wrong questions not right, over all attempts
 * @property {number} mostMissed the most questions with missed options in one attempt
 */

const DEVELOPMENT_SPARE = 2;

/**
 * Makes the pool of every base exam ID.
 * @param {readonly Attempt[]} attempts with scores and missed questions, those of the development exam included
 * @param {Calibration} calibration
 * @param {Random} random
 * @returns {Map<string, Pool>} by base exam ID
 * @throws {Unsolved}
 */
export function createPools(attempts, calibration, random) {
  const needs = listNeeds(attempts);
  spreadSpare(needs, calibration, random);
  spreadAlways(needs, calibration, random);
  return new Map(
    needs.map((need) => [
      need.baseExamId,
      { sequenceId: random.uuid(), questions: drawQuestions(need, random) },
    ]),
  );
}

/**
 * @param {readonly Attempt[]} attempts
 * @returns {Need[]}
 */
function listNeeds(attempts) {
  const byId = new Map();
  for (const { baseExamId, examName, questions: asked, correct, missed } of attempts) {
    const blank = {
      baseExamId,
      examName,
      asked,
      spare: 0,
      attempts: 0,
      always: 0,
      mostAlways: asked,
      wrong: 0,
      mostMissed: 0,
    };
    const need = byId.get(baseExamId) ?? blank;
    byId.set(baseExamId, need);
    need.attempts++;
    need.wrong += asked - correct;
    need.mostAlways = Math.min(need.mostAlways, correct);
    need.mostMissed = Math.max(need.mostMissed, missed);
  }
  return [...byId.values()];
}

/**
 * Gives some pools more questions than are asked, until there are as many distinct questions as published.
 * @param {readonly Need[]} needs
 * @param {Calibration} calibration
 * @param {Random} random
 */
function spreadSpare(needs, calibration, random) {
  let left = calibration.distinctQuestions - needs.reduce((sum, { asked }) => sum + asked, 0);
  const development = needs.find(({ baseExamId }) => baseExamId === DEVELOPMENT_ID);
  if (development) development.spare = DEVELOPMENT_SPARE;
  left -= DEVELOPMENT_SPARE;
  const large = needs.filter(({ attempts, examName, asked }) => {
    return attempts >= 40 && asked > 3 && examName !== SINGLE_ANSWER_EXAM;
  });
  for (const need of random.shuffled(large)) {
    need.spare = Math.min(left, random.between(1, 3));
    left -= need.spare;
  }
}

/**
 * Chooses how many questions of each pool everybody has right: at least those that the few wrong answers cannot reach,
 * then one at a time where wrong answers are rarest.
 * @param {readonly Need[]} needs
 * @param {Calibration} calibration
 * @param {Random} random
 * @throws {Unsolved}
 */
function spreadAlways(needs, calibration, random) {
  const open = needs.filter(({ baseExamId, spare }) => baseExamId !== DEVELOPMENT_ID && spare === 0);
  let left = calibration.alwaysCorrectQuestions;
  for (const need of open) {
    need.always = Math.max(0, need.asked - need.wrong);
    left -= need.always;
  }
  while (left > 0) {
    const possible = open.filter(({ always, mostAlways }) => always < mostAlways);
    const weights = possible.map(
      ({ wrong, always, asked }) => 1 + Math.floor((1000 * (asked - always)) / (wrong * wrong + 1)),
    );
    if (possible.length === 0) break;
    const need = possible[random.weighted(weights)];
    if (need) need.always++;
    left--;
  }
  if (left !== 0) throw new Unsolved(`questions that everybody has right: ${left} left over`);
}

/**
 * @param {Need} need
 * @param {Random} random
 * @returns {Question[]}
 */
function drawQuestions(need, random) {
  const { asked, spare, always, examName } = need;
  const hard = asked + spare - always;
  const wanted = Math.max(need.mostMissed === 0 ? 0 : need.mostMissed + spare, random.between(0, hard));
  const multiple = examName === SINGLE_ANSWER_EXAM ? 0 : Math.min(hard, wanted);
  const questions = [];
  for (let i = 0; i < asked + spare; i++) {
    const isAlways = i >= hard;
    const isMultiple = isAlways ? examName !== SINGLE_ANSWER_EXAM && random.chance(300) : i < multiple;
    questions.push({
      id: drawId(need.baseExamId, random),
      options: drawOptions(need, isMultiple, random),
      difficulty: isAlways ? 1 : Math.min(random.between(1, 25), random.between(3, 25)),
      tricky: random.chance(90),
      always: isAlways,
      multiple: isMultiple,
    });
  }
  return random.shuffled(questions);
}

/**
 * Draws 2 to 6 options, at least one of them wrong, and 1 to 4 right ones.
 * @param {Need} need
 * @param {boolean} multiple
 * @param {Random} random
 * @returns {Option[]}
 */
function drawOptions({ baseExamId, examName }, multiple, random) {
  const isSingleExam = examName === SINGLE_ANSWER_EXAM;
  const count = isSingleExam ? 4 : 2 + random.weighted(multiple ? [0, 14, 54, 20, 12] : [10, 11, 56, 14, 9]);
  const right = multiple ? Math.min(2 + random.weighted([60, 30, 10]), count - 1) : 1;
  const options = [];
  for (let i = 0; i < count; i++) {
    options.push({ id: drawId(baseExamId, random), right: i < right, pull: random.pick([1, 2, 2, 4, 9]) });
  }
  return options;
}

/**
 * Draws the ID of a question or option: mostly of the same UUID version as its exam's, as an authoring tool leaves them.
 * @param {string} baseExamId
 * @param {Random} random
 * @returns {string}
 */
function drawId(baseExamId, random) {
  if (baseExamId[14] !== "1" || random.chance(120)) return random.uuid();
  const [, , time, , node] = baseExamId.split("-");
  return `${random.hex(8)}-${random.hex(4)}-${time}-${random.pick(["8", "9", "a", "b"])}${random.hex(3)}-${node}`;
}

// @ts-check
// Answer sheets: which questions an attempt asked, in which order, with which result, and in which order the options stood.
import { DEVELOPMENT_ID, Unsolved } from "./calibration.mjs";
import { SINGLE_ANSWER_EXAM } from "./gaps.mjs";

/** @typedef {import("./random.mjs").Random} Random */
/** @typedef {import("./calibration.mjs").Calibration} Calibration */
/** @typedef {import("./calibration.mjs").Attempt} Attempt */
/** @typedef {import("./pools.mjs").Pool} Pool */
/** @typedef {import("./pools.mjs").Question} Question */
/** @typedef {import("./pools.mjs").Option} Option */
/** @typedef {"correct" | "incorrect" | "missed_some" | "unanswered"} Result */

/**
 * @typedef {object} Item one question as it was asked
 * @property {Question} question
 * @property {Result} result
 * @property {Option[]} options as they stood
 */

/**
 * @typedef {object} Sheet
 * @property {Attempt} attempt
 * @property {Item[]} items as they were asked
 */

/**
 * Fills in the sheets of all attempts.
 * @param {readonly Attempt[]} attempts with all counts set
 * @param {ReadonlyMap<string, Pool>} pools
 * @param {Calibration} calibration
 * @param {Random} random
 * @returns {Sheet[]}
 * @throws {Unsolved}
 */
export function fillSheets(attempts, pools, calibration, random) {
  const byId = new Map();
  for (const attempt of attempts) {
    const sheets = byId.get(attempt.baseExamId) ?? [];
    byId.set(attempt.baseExamId, sheets);
    sheets.push({
      attempt,
      items: drawItems(attempt, pools.get(attempt.baseExamId)?.questions ?? [], random),
    });
  }
  for (const [id, sheets] of byId) {
    if (id !== DEVELOPMENT_ID) failEach(sheets, pools.get(id)?.questions ?? []);
  }
  const filled = [...byId.values()].flat();
  for (const sheet of filled) sheet.items = orderItems(sheet.items, random);
  const single = filled.filter(({ attempt }) => attempt.examName === SINGLE_ANSWER_EXAM);
  fitPositions(single, calibration.learningGit.correctByPosition, random);
  fitThirdQuestion(single, calibration.learningGit.rightOptionInThirdQuestion, random);
  return filled;
}

/**
 * Says how likely a question is among those that a learner does not get right.
 * @param {Question} question
 * @param {Attempt} attempt
 * @returns {number} a weight
 */
function failWeight({ always, tricky, difficulty }, { correct, questions }) {
  if (always) return 0;
  if (tricky) return 2 * correct >= questions ? 16 : 4;
  return 12 + difficulty * difficulty;
}

/**
 * Takes that many of the questions, those that the learner fails more easily first.
 * @param {Question[]} questions those taken are removed from it
 * @param {number} count
 * @param {Attempt} attempt
 * @param {Random} random
 * @returns {Question[]}
 */
function takeFailed(questions, count, attempt, random) {
  const taken = [];
  while (taken.length < count) {
    const at = random.weighted(questions.map((question) => failWeight(question, attempt)));
    taken.push(...questions.splice(at, 1));
  }
  return taken;
}

/**
 * Draws the questions asked and the result of each.
 * @param {Attempt} attempt
 * @param {readonly Question[]} pool
 * @param {Random} random
 * @returns {Item[]}
 */
function drawItems(attempt, pool, random) {
  const rest = random.shuffled(pool).slice(0, attempt.questions);
  const multiple = rest.filter((question) => question.multiple && !question.always);
  const missed = takeFailed(multiple, attempt.missed, attempt, random);
  const open = rest.filter((question) => !missed.includes(question));
  const unanswered = takeFailed(open, attempt.unanswered, attempt, random);
  const wrong = attempt.questions - attempt.correct - attempt.missed - attempt.unanswered;
  const incorrect = takeFailed(open, wrong, attempt, random);
  /** @param {Question[]} questions @param {Result} result @returns {Item[]} */
  const items = (questions, result) =>
    questions.map((question) => ({ question, result, options: random.shuffled(question.options) }));
  return [
    ...items(open, "correct"),
    ...items(missed, "missed_some"),
    ...items(incorrect, "incorrect"),
    ...items(unanswered, "unanswered"),
  ];
}

/**
 * Sees to it that somebody fails each question that is not always right, by exchanging two results within an attempt.
 * @param {readonly Sheet[]} sheets of one exam
 * @param {readonly Question[]} pool
 * @throws {Unsolved}
 */
function failEach(sheets, pool) {
  const failed = new Map(pool.map((question) => [question, 0]));
  const count = (/** @type {Question} */ question) => failed.get(question) ?? 0;
  for (const { question, result } of sheets.flatMap(({ items }) => items)) {
    if (result !== "correct") failed.set(question, count(question) + 1);
  }
  for (const question of pool.filter((q) => !q.always && count(q) === 0)) {
    const found = sheets.some(({ items }) => {
      const own = items.find((item) => item.question === question);
      const other = items.find(
        ({ question: q, result }) =>
          result !== "correct" && count(q) > 1 && (result !== "missed_some" || question.multiple),
      );
      if (!own || !other) return false;
      failed.set(other.question, count(other.question) - 1);
      failed.set(question, 1);
      [own.result, other.result] = [other.result, own.result];
      return true;
    });
    if (!found) throw new Unsolved(`${sheets[0]?.attempt.examName}: nobody fails question ${question.id}`);
  }
}

/**
 * Shuffles the questions; those left unanswered mostly come last, as with people who give up.
 * @param {readonly Item[]} items
 * @param {Random} random
 * @returns {Item[]}
 */
function orderItems(items, random) {
  const shuffled = random.shuffled(items);
  if (!random.chance(650)) return shuffled;
  const answered = shuffled.filter(({ result }) => result !== "unanswered");
  return [...answered, ...shuffled.filter(({ result }) => result === "unanswered")];
}

/**
 * Exchanges questions within attempts until each position has as many correct answers as published.
 * @param {readonly Sheet[]} sheets
 * @param {readonly number[]} target records with a correct answer, by position
 * @param {Random} random
 */
function fitPositions(sheets, target, random) {
  const left = [...target];
  for (const { attempt, items } of sheets) {
    for (const [at, item] of items.entries())
      if (item.result === "correct") left[at] = (left[at] ?? 0) - attempt.copies;
  }
  const singles = sheets.filter(({ attempt }) => attempt.copies === 1);
  while (left.some((count) => count !== 0)) {
    const [from, to] = [random.below(left.length), random.below(left.length)];
    const { items } = random.pick(singles);
    const [one, other] = [items[from], items[to]];
    if ((left[from] ?? 0) >= 0 || (left[to] ?? 0) <= 0 || one?.result !== "correct" || !other) continue;
    if (other.result === "correct") continue;
    [items[from], items[to]] = [other, one];
    left[from] = (left[from] ?? 0) + 1;
    left[to] = (left[to] ?? 0) - 1;
  }
}

/**
 * Places the right option of the third question so that each place has it as often as published.
 * @param {readonly Sheet[]} sheets
 * @param {readonly number[]} target records, by place
 * @param {Random} random
 */
function fitThirdQuestion(sheets, target, random) {
  const left = [...target];
  for (const { attempt, items } of random
    .shuffled(sheets)
    .sort((a, b) => b.attempt.copies - a.attempt.copies)) {
    const options = items[2]?.options ?? [];
    const to = random.weighted(left.map((count) => (count >= attempt.copies ? count : 0)));
    const from = options.findIndex(({ right }) => right);
    [options[from], options[to]] = [
      /** @type {Option} */ (options[to]),
      /** @type {Option} */ (options[from]),
    ];
    left[to] = (left[to] ?? 0) - attempt.copies;
  }
}

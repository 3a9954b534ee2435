// @ts-check
// From answer sheets to the records of the file: ticks and their times, flags, counts, IDs.
import { DEVELOPMENT_ID } from "./calibration.mjs";

/** @typedef {import("./random.mjs").Random} Random */
/** @typedef {import("./calibration.mjs").Attempt} Attempt */
/** @typedef {import("./sheets.mjs").Sheet} Sheet */
/** @typedef {import("./sheets.mjs").Item} Item */
/** @typedef {import("./pools.mjs").Option} Option */

/**
 * What a learner did to one option.
 * @typedef {object} Mark
 * @property {Option} option
 * @property {boolean} ticked at submission
 * @property {number | null} atMs when it was last touched; null if never
 */

/**
 * What the record of an attempt needs beside its sheet.
 * @typedef {object} Circumstances
 * @property {string} sequenceId
 * @property {number} startMs
 * @property {number} recordedBeforeMs
 * @property {string | null} certification
 */

/**
 * Writes the record of one attempt.
 * @param {Sheet} sheet
 * @param {Circumstances} circumstances
 * @param {Random} random
 * @returns {object} with the keys in the order of the file
 */
export function toRecord({ attempt, items }, circumstances, random) {
  const { sequenceId, startMs, certification } = circumstances;
  const isDevelopment = attempt.baseExamId === DEVELOPMENT_ID;
  const clock = { ms: startMs, leisure: circumstances.recordedBeforeMs - startMs > 6 * 3_600_000 };
  const marked = items.map((item) => ({ item, marks: markOptions(item, clock, random) }));
  const [keenSeconds, keenTimestamp] = drawKeenTime(startMs, clock.ms, random);
  const sequences = isDevelopment
    ? { attempt: 1, id: sequenceId, questions: marked.map(({ item, marks }) => toBareQuestion(item, marks)) }
    : {
        questions: marked.map(({ item, marks }) => toQuestion(item, marks)),
        attempt: 1,
        id: sequenceId,
        counts: toCounts(attempt),
      };
  return {
    keen_timestamp: keenTimestamp,
    max_attempts: "1.0",
    started_at: toTime(startMs),
    base_exam_id: attempt.baseExamId,
    user_exam_id: attempt.userExamId,
    sequences,
    keen_created_at: keenTimestamp,
    certification,
    keen_id: `${keenSeconds.toString(16)}${random.hex(6)}0001${random.hex(6)}`,
    exam_name: attempt.examName,
  };
}

/** @param {number} ms @returns {string} like 2018-01-23T14:23:19.082Z */
const toTime = (ms) => new Date(ms).toISOString();

/** @param {Attempt} attempt */
function toCounts({ questions, correct, missed, unanswered }) {
  return {
    incomplete: missed,
    submitted: questions - unanswered,
    incorrect: questions - correct - missed - unanswered,
    all_correct: correct === questions,
    correct,
    total: questions,
    unanswered,
  };
}

/** @param {Item} item @param {readonly Mark[]} marks */
function toQuestion({ question, result }, marks) {
  return {
    user_incomplete: result === "missed_some",
    user_correct: result === "correct",
    options: marks.map(toOption),
    user_submitted: result !== "unanswered",
    id: question.id,
    user_result: result,
  };
}

/** @param {Item} item @param {readonly Mark[]} marks */
function toBareQuestion({ question }, marks) {
  const options = marks.map((mark) => {
    const option = toOption(mark);
    delete option.submitted;
    return option;
  });
  return { options, id: question.id };
}

/**
 * @param {Mark} mark
 * @returns {{checked: boolean, id: string, at?: string, submitted?: 1, correct?: true}} touched options have `correct` last
 */
function toOption({ option: { id, right }, ticked, atMs }) {
  const correct = right ? { correct: /** @type {const} */ (true) } : {};
  if (atMs === null) return { checked: false, ...correct, id };
  return { checked: ticked, at: toTime(atMs), id, ...(ticked ? { submitted: 1 } : {}), ...correct };
}

/**
 * Lets the learner think and tick, one option after the other.
 * @param {Item} item
 * @param {{ms: number, leisure: boolean}} clock moved on; with leisure some people take a long break
 * @param {Random} random
 * @returns {Mark[]} in the order of the options
 */
function markOptions({ question, result, options }, clock, random) {
  clock.ms += drawThinkingMs(result === "unanswered" ? 0 : question.difficulty, clock.leisure, random);
  const ticked = drawTicked(result, options, random);
  const touched = options.filter(
    (option) => !ticked.includes(option) && random.chance(result === "unanswered" ? 12 : 40),
  );
  const times = new Map();
  for (const option of [...touched, ...random.shuffled(ticked)]) {
    clock.ms += random.between(350, 2200) + (random.chance(200) ? random.between(1000, 9000) : 0);
    times.set(option, clock.ms);
  }
  return options.map((option) => ({
    option,
    ticked: ticked.includes(option),
    atMs: times.get(option) ?? null,
  }));
}

/**
 * @param {number} difficulty 0 for a question that is only glanced at
 * @param {boolean} leisure
 * @param {Random} random
 * @returns {number} ms
 */
function drawThinkingMs(difficulty, leisure, random) {
  if (difficulty === 0) return random.between(400, 9000);
  const usual = random.between(2500, 9000) + difficulty * random.between(150, 1300);
  if (leisure && random.chance(3)) return usual + random.between(600, 3600) * 1000;
  return random.chance(30) ? usual + random.between(30, 240) * 1000 : usual;
}

/**
 * Chooses the options that are ticked in the end.
 * @param {Item["result"]} result
 * @param {readonly Option[]} options
 * @param {Random} random
 * @returns {Option[]}
 */
function drawTicked(result, options, random) {
  const right = random.shuffled(options.filter((option) => option.right));
  if (result === "unanswered") return [];
  if (result === "correct") return right;
  if (result === "missed_some")
    return right.slice(0, random.chance(750) ? right.length - 1 : random.between(1, right.length));
  const wrong = options.filter((option) => !option.right);
  const tempting = wrong[random.weighted(wrong.map(({ pull }) => pull))];
  const first = tempting ? [tempting] : [];
  if (right.length === 1 && !random.chance(70)) return first;
  const others = wrong.filter((option) => option !== tempting && random.chance(150));
  return [...first, ...others, ...right.slice(0, right.length - (random.chance(600) ? 1 : 0))];
}

/**
 * Draws when the attempt was recorded: some seconds after its end, or before it where the learner's clock goes fast. Written as
 * the sender wrote it, the shortest decimals of a double: mostly 6, sometimes 5 or 7.
 * @param {number} startMs
 * @param {number} endMs the last touch, or a glance at the last question
 * @param {Random} random
 * @returns {[seconds: number, text: string]} Unix seconds
 */
function drawKeenTime(startMs, endMs, random) {
  const delay = random.chance(60) ? random.between(5000, 60_000) : random.between(500, 5000);
  const skew = random.chance(35) ? random.between(1000, 16_000) : 0;
  const seconds = Math.floor(Math.max(startMs + 1000, endMs + (skew > 0 ? -skew : delay)) / 1000);
  for (;;) {
    const steps = random.chance(450) ? random.below(1 << 20) * 4 + random.below(4) : null;
    const micros = String(random.below(1_000_000)).padStart(6, "0");
    const text = String(steps === null ? Number(`${seconds}.${micros}`) : seconds + steps / (1 << 22));
    if (/^\d+\.\d{5,7}$/.test(text)) return [seconds, text];
  }
}

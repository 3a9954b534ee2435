// @ts-check
// The whole file, from a seed.
import { createGroups, DEVELOPMENT_ID, readCalibration, Unsolved } from "./calibration.mjs";
import { copyLines } from "./copies.mjs";
import { solveMissed, solveUnanswered } from "./gaps.mjs";
import { orderLines } from "./order.mjs";
import { createPools } from "./pools.mjs";
import { createRandom } from "./random.mjs";
import { toRecord } from "./records.mjs";
import { drawStarts } from "./schedule.mjs";
import { solveScores } from "./scores.mjs";
import { fillSheets } from "./sheets.mjs";

/** @typedef {import("./calibration.mjs").Calibration} Calibration */
/** @typedef {import("./calibration.mjs").Attempt} Attempt */

const MAX_ROUNDS = 30;

/**
 * Generates the assessments file, piece by piece.
 * @param {number} seed a whole number; the same seed gives the same text on every Node version
 * @param {number} times how many times as many records: the others are copies under IDs of their own
 * @returns {Generator<string>} together a JSON array with one record per line
 */
export function* generateAssessments(seed, times = 1) {
  const lines = drawRecords(seed);
  for (let number = 0; number < times; number++)
    yield `${number === 0 ? "[" : ","}\n${copyLines(lines, seed, number).join(",\n")}`;
  yield "\n]\n";
}

/**
 * Draws the records.
 * @param {number} seed
 * @returns {string[]} the JSON of each, in the order of the file
 */
function drawRecords(seed) {
  const calibration = readCalibration();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    try {
      return drawLines(calibration, (label) => createRandom(seed, `${round}/${label}`));
    } catch (error) {
      if (!(error instanceof Unsolved)) throw error;
    }
  }
  throw new Error(`seed ${seed}: found no solution in ${MAX_ROUNDS} rounds; try another seed`);
}

/**
 * Draws one solution.
 * @param {Calibration} calibration
 * @param {(label: string) => import("./random.mjs").Random} stream
 * @returns {string[]} the JSON of each record, in the order of the file
 * @throws {Unsolved} where the draws lead nowhere
 */
function drawLines(calibration, stream) {
  const groups = createGroups(calibration, stream("ids"));
  solveScores(groups, calibration, stream("scores"));
  solveMissed(groups, calibration, stream("missed"));
  solveUnanswered(groups, calibration, stream("unanswered"));
  const graded = groups.flatMap(({ attempts }) => attempts);
  const attempts = [...graded, ...createDevelopmentAttempts(calibration, stream("development"))];
  const pools = createPools(attempts, calibration, stream("pools"));
  const sheets = fillSheets(attempts, pools, calibration, stream("sheets"));
  const starts = drawStarts(attempts, calibration, stream("starts"));
  const uncertified = drawUncertified(graded, calibration, stream("certification"));
  const random = stream("records");
  const lines = sheets.flatMap((sheet) => {
    const { attempt } = sheet;
    const circumstances = {
      sequenceId: pools.get(attempt.baseExamId)?.sequenceId ?? "",
      startMs: starts.get(attempt) ?? 0,
      recordedBeforeMs: Date.parse(calibration.recordedBefore),
      certification: uncertified.has(attempt) ? null : "false",
    };
    const text = JSON.stringify(toRecord(sheet, circumstances, random));
    const score = attempt.baseExamId === DEVELOPMENT_ID ? null : attempt.correct / attempt.questions;
    return new Array(attempt.copies).fill({ text, score, copied: attempt.copies > 1 });
  });
  return orderLines(lines, calibration.meanPercent, stream("order")).map(({ text }) => text);
}

/**
 * Makes the attempts at the development exam. They were never graded; as sheets, one question has a wrong tick at most.
 * @param {Calibration} calibration
 * @param {import("./random.mjs").Random} random
 * @returns {Attempt[]}
 */
function createDevelopmentAttempts(calibration, random) {
  return calibration.exams.flatMap(({ name, ids }) =>
    ids
      .filter(([baseExamId]) => baseExamId === DEVELOPMENT_ID)
      .flatMap(([baseExamId, attempts, questions]) =>
        Array.from({ length: attempts }, () => ({
          userExamId: random.uuid(),
          baseExamId,
          examName: name,
          questions,
          copies: 1,
          correct: random.below(2),
          missed: 0,
          unanswered: 2,
          allIncorrect: false,
        })),
      ),
  );
}

/**
 * Chooses the attempts whose certification is null.
 * @param {readonly Attempt[]} attempts
 * @param {Calibration} calibration
 * @param {import("./random.mjs").Random} random
 * @returns {Set<Attempt>} none delivered again
 */
function drawUncertified(attempts, calibration, random) {
  const singles = attempts.filter(({ copies }) => copies === 1);
  return new Set(random.shuffled(singles).slice(0, calibration.certificationNull));
}

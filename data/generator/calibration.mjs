// @ts-check
// The published figures, and the attempts they describe before anybody has answered anything.
import { readFileSync } from "node:fs";

/** @typedef {import("./random.mjs").Random} Random */

/**
 * One exam as published. A figure that is absent was not published for it.
 * @typedef {object} Exam
 * @property {string} name
 * @property {readonly (readonly [baseExamId: string, attempts: number, questions: number, correct?: number])[]} ids
 * @property {number} [correct] sum of counts.correct over all its records
 * @property {number} [perfect] records with every question correct
 * @property {number} [allIncorrect] records with every question incorrect
 * @property {number} [incomplete] sum of counts.incomplete over all its records
 * @property {number} [unanswered] sum of counts.unanswered over all its records
 */

/**
 * The content of calibration.json; README.md says what each figure counts.
 * @typedef {object} Calibration
 * @property {number} records
 * @property {number} perfect
 * @property {number} aboveSeventyPercent
 * @property {number} meanPercent
 * @property {readonly [numerator: number, denominator: number]} sumOfSquares
 * @property {number} certificationNull
 * @property {number} distinctQuestions
 * @property {number} alwaysCorrectQuestions
 * @property {readonly [first: string, last: string]} startedAt
 * @property {string} recordedBefore
 * @property {readonly (readonly [date: string, attempts: number])[]} busiestDates
 * @property {readonly [hour: number, records: number]} busiestHour
 * @property {{perfect: number, allIncorrect: number, incompletePerAttempt: readonly [number, number], unansweredPerQuestion: readonly [number, number]}} notListedAtMost
 * @property {readonly (readonly [numerator: number, denominator: number, records: number])[]} incompleteRatios
 * @property {{correctByPosition: readonly number[], rightOptionInThirdQuestion: readonly number[]}} learningGit
 * @property {readonly (readonly [userExamId: string, examName: string, copies: number])[]} duplicates
 * @property {readonly Exam[]} exams
 */

/**
 * One person's run through one exam, filled in step by step: how many questions went which way, not yet which ones.
 * @typedef {object} Attempt
 * @property {string} userExamId
 * @property {string} baseExamId
 * @property {string} examName
 * @property {number} questions how many were asked
 * @property {number} copies how many records of the file are this attempt: 1, or more where it was delivered again
 * @property {number} correct
 * @property {number} missed questions with only some right options ticked
 * @property {number} unanswered
 * @property {boolean} allIncorrect chosen to have every question incorrect
 */

/**
 * The attempts that share an exam name and a number of questions: the figures of an exam hold over its group. (Only
 * "Being a Better Introvert" has two groups, because its two IDs ask 2 and 7 questions.)
 * @typedef {object} Group
 * @property {string} name
 * @property {number} questions asked in each attempt
 * @property {number} records copies included
 * @property {number} correct sum over the records
 * @property {number | null} perfect
 * @property {number | null} allIncorrect
 * @property {number | null} incomplete
 * @property {number | null} unanswered
 * @property {Attempt[]} attempts
 */

export const DEVELOPMENT_ID = "example-id";

/** Thrown when the draws so far leave no solution; drawing again from another stream helps. */
export class Unsolved extends Error {}

/** @returns {Calibration} the figures in ../calibration.json */
export function readCalibration() {
  return JSON.parse(readFileSync(new URL("../calibration.json", import.meta.url), "utf8"));
}

/**
 * Lists the attempts of one base exam ID; attempts delivered several times come first, with their published IDs.
 * @param {Exam} exam
 * @param {Exam["ids"][number]} id
 * @param {Calibration["duplicates"]} repeated those of this ID
 * @param {Random} random
 * @returns {Attempt[]}
 */
function listAttempts(exam, [baseExamId, records, questions], repeated, random) {
  const blank = {
    baseExamId,
    examName: exam.name,
    questions,
    correct: 0,
    missed: 0,
    unanswered: 0,
    allIncorrect: false,
  };
  const attempts = repeated.map(([userExamId, , copies]) => ({ ...blank, userExamId, copies }));
  const singles = records - attempts.reduce((sum, attempt) => sum + attempt.copies, 0);
  for (let i = 0; i < singles; i++) attempts.push({ ...blank, userExamId: random.uuid(), copies: 1 });
  return attempts;
}

/**
 * Makes the groups of unanswered attempts, in the order of the calibration.
 * @param {Calibration} calibration
 * @param {Random} random for the IDs of the attempts
 * @returns {Group[]} all but the development exam's
 */
export function createGroups(calibration, random) {
  const groups = [];
  for (const exam of calibration.exams) {
    const repeated = calibration.duplicates.filter(([, name]) => name === exam.name);
    /** @type {Map<number, Group>} */
    const byQuestions = new Map();
    for (const [index, id] of exam.ids.entries()) {
      const [baseExamId, , questions, correct] = id;
      if (baseExamId === DEVELOPMENT_ID) continue;
      const attempts = listAttempts(exam, id, index === 0 ? repeated : [], random);
      const group = byQuestions.get(questions) ?? emptyGroup(exam, questions, byQuestions.size === 0);
      byQuestions.set(questions, group);
      group.attempts.push(...attempts);
      group.records += id[1];
      if (correct !== undefined) group.correct = correct;
    }
    groups.push(...byQuestions.values());
  }
  return groups;
}

/**
 * @param {Exam} exam
 * @param {number} questions
 * @param {boolean} first whether it is the exam's first group: the exam's figures are that one's
 * @returns {Group}
 */
function emptyGroup(exam, questions, first) {
  const figure = (/** @type {number | undefined} */ value) => (first ? (value ?? null) : null);
  return {
    name: exam.name,
    questions,
    records: 0,
    correct: exam.correct ?? 0,
    perfect: figure(exam.perfect),
    allIncorrect: figure(exam.allIncorrect),
    incomplete: figure(exam.incomplete),
    unanswered: figure(exam.unanswered),
    attempts: [],
  };
}

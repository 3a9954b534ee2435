// @ts-check
// Made-up statements of the Experience API (xAPI 1.0.3): nobody did any of this.
import { createRandom } from "../generator/random.mjs";

const site = "https://learn.example.org";
const quiz = { id: `${site}/quiz/knots`, name: "Knots for beginners" };
const questions = [
  { key: "q1", name: "Which knot makes a loop that does not slip?", right: "bowline", wrong: "slip-knot" },
  { key: "q2", name: "Which knot ties a rope to a post?", right: "clove-hitch", wrong: "reef-knot" },
  { key: "q3", name: "Which two hold a sail?", right: "reef-knot[,]figure-eight", wrong: "reef-knot" },
  { key: "q4", name: "How many strands has a hawser-laid rope?", right: "3", wrong: "4" },
];
const learners = ["Mira Holm", "Tom Reed", "Ana Sousa", "Kofi Mensah", "Lin Wei", "Eva Novak", "Omar Haddad"];
const verbs = "http://adlnet.gov/expapi/verbs/";
const kinds = "http://adlnet.gov/expapi/activities/";

/**
 * Runs of one quiz, a statement for each answer and one for the outcome; then those that an LRS meets now and then: the
 * same statement again, its ID with other contents, and some that do not fit.
 * @returns {object[]}
 */
export function generateStatements() {
  const random = createRandom(15, "xapi");
  const runs = Array.from({ length: 9 }, (_, at) => createRun(random, at));
  const statements = runs.flat();
  const [first, second] = statements;
  return [
    ...statements.slice(0, 12),
    first ?? {},
    ...statements.slice(12),
    { ...second, result: { .../** @type {any} */ (second).result, response: "(changed later)" } },
    ...createMisfits(random),
  ];
}

/**
 * @param {import("../generator/random.mjs").Random} random
 * @param {number} at
 */
function createRun(random, at) {
  const around = { learner: at % learners.length, registration: random.uuid(), random };
  let ms = Date.UTC(2026, 2, 2 + at, 8 + random.below(9), random.below(60), random.below(60));
  const results = questions.map((question) => {
    const isRight = random.chance(650);
    const seconds = random.between(40, 900) / 10;
    ms += Math.round(seconds * 1000) + random.below(3000);
    return { question, isRight, seconds, ms };
  });
  const answers = results.map(({ question, isRight, seconds, ms: at }) =>
    createStatement(around, "answered", at, {
      object: createQuestion(question),
      result: {
        score: { scaled: Number(isRight), raw: Number(isRight), min: 0, max: 1 },
        success: isRight,
        completion: true,
        response: isRight ? question.right : question.wrong,
        duration: `PT${seconds}S`,
        ...(random.chance(250)
          ? { extensions: { [`${site}/xapi/hints`]: random.between(1, 4), [`${site}/xapi/zoom`]: 1.25 } }
          : {}),
      },
      parents: [{ objectType: "Activity", id: quiz.id }],
    }),
  );
  const raw = results.filter(({ isRight }) => isRight).length;
  const sum = Math.round(results.reduce((total, { seconds }) => total + seconds, 0) * 10);
  const isPassed = raw >= 3;
  const outcome = createStatement(around, isPassed ? "passed" : "failed", ms + 800, {
    object: {
      objectType: "Activity",
      id: quiz.id,
      definition: { type: `${kinds}assessment`, name: { "en-US": quiz.name } },
    },
    result: {
      score: { scaled: raw / 4, raw, min: 0, max: 4 },
      success: isPassed,
      completion: true,
      duration: `PT${Math.floor(sum / 600)}M${(sum % 600) / 10}S`,
    },
    parents: undefined,
  });
  return [...answers, outcome];
}

/** @param {(typeof questions)[number]} question */
function createQuestion({ key, name, right }) {
  return {
    objectType: "Activity",
    id: `${quiz.id}/${key}`,
    definition: {
      type: `${kinds}cmi.interaction`,
      name: { "en-US": name },
      interactionType: key === "q4" ? "numeric" : "choice",
      correctResponsesPattern: [right],
    },
  };
}

/**
 * @param {{ learner: number, registration: string, random: import("../generator/random.mjs").Random }} around
 * @param {string} verb
 * @param {number} ms
 * @param {{ object: object, result: object, parents: object[] | undefined }} about
 */
function createStatement({ learner, registration, random }, verb, ms, { object, result, parents }) {
  const isAbroad = learner === 3;
  const local = new Date(ms + (isAbroad ? 3_600_000 : 0)).toISOString();
  return {
    id: random.uuid(),
    actor: {
      objectType: "Agent",
      name: learners[learner],
      account: { homePage: site, name: `u-${1001 + learner}` },
    },
    verb: { id: `${verbs}${verb}`, display: { "en-US": verb } },
    object,
    result,
    context: {
      registration,
      platform: "Example LMS",
      language: "en-US",
      ...(parents ? { contextActivities: { parent: parents } } : {}),
    },
    timestamp: isAbroad ? local.replace("Z", "+01:00") : local,
    stored: new Date(ms + 1500 + random.below(900)).toISOString(),
    version: "1.0.3",
  };
}

/** @param {import("../generator/random.mjs").Random} random */
function createMisfits(random) {
  const around = { learner: 6, registration: random.uuid(), random };
  const ms = Date.UTC(2026, 2, 20, 10, 0, 0);
  const [question] = questions;
  /** @param {number} at */
  const one = (at) =>
    /** @type {any} */ (
      createStatement(around, "answered", ms + at * 60_000, {
        object: createQuestion(/** @type {any} */ (question)),
        result: {
          score: { scaled: 1, raw: 1, min: 0, max: 1 },
          success: true,
          completion: true,
          response: "bowline",
          duration: "PT30S",
        },
        parents: [{ objectType: "Activity", id: quiz.id }],
      })
    );
  const all = Array.from({ length: 9 }, (_, at) => one(at));
  const [tooGood, noDuration, months, noOffset, guest, noUuid, yes, overMax, skipped] = all;
  tooGood.result.score.scaled = 1.5;
  noDuration.result.duration = "30 s";
  months.result.duration = "P1M";
  noOffset.timestamp = "2026-03-20T10:03:00";
  guest.actor = { objectType: "Agent", mbox: "mailto:guest@example.org" };
  noUuid.id = "statement-17";
  yes.result.success = "yes";
  overMax.result.score.raw = 2;
  skipped.verb = { id: `${verbs}skipped`, display: { "en-US": "skipped" } };
  delete skipped.result;
  return all;
}

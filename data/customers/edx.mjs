// @ts-check
// Made-up problem_check events as Open edX writes them into its tracking log, several in an envelope as Caliper has it,
// each a line of the log as text: nobody did any of this.
import { createRandom } from "../generator/random.mjs";

/** @typedef {import("../generator/random.mjs").Random} Random */
/** @typedef {{ part: string, kind: string, input: string, question: string, right: string | string[], wrong: string | string[], told: string | string[], toldWrong: string | string[] }} Input */
/** @typedef {{ key: string, name: string, inputs: Input[] }} Problem */

const course = "course-v1:ExampleX+KN101+2026_T1";
const users = ["mira", "tom_reed", "ana.s", "kofi", "linwei", "eva-n"];

/** @type {Problem[]} */
const problems = [
  {
    key: "a0effb954cca4759994f1ac9e9434bf4",
    name: "Ropes and sails",
    inputs: [
      {
        part: "2_1",
        kind: "multiplechoiceresponse",
        input: "choicegroup",
        question: "Which knot makes a loop that does not slip?",
        right: "choice_1",
        wrong: "choice_0",
        told: "the bowline",
        toldWrong: "the slip knot",
      },
      {
        part: "3_1",
        kind: "choiceresponse",
        input: "checkboxgroup",
        question: "Which two hold a sail?",
        right: ["choice_0", "choice_2"],
        wrong: ["choice_0"],
        told: ["the reef knot", "the figure eight"],
        toldWrong: ["the reef knot"],
      },
    ],
  },
  {
    key: "5f0f1e5b2d9a4c0fb1c2a3d4e5f60718",
    name: "Strands",
    inputs: [
      {
        part: "2_1",
        kind: "numericalresponse",
        input: "formulaequationinput",
        question: "How many strands has a hawser-laid rope?",
        right: "3",
        wrong: "4",
        told: "3",
        toldWrong: "4",
      },
    ],
  },
];

/**
 * Envelopes of one to four events each; among them what a log holds too: the browser's own problem_check, whose event is
 * text of another form, and some that do not fit.
 * @returns {object[]}
 */
export function generateEnvelopes() {
  const random = createRandom(15, "edx");
  /** @type {any[]} */
  const events = [];
  let micros = Date.UTC(2026, 2, 9, 7, 30) * 1000;
  for (let at = 0; at < 40; at++) {
    micros += (40 + random.below(600)) * 1_000_000 + random.below(1_000_000);
    events.push(createCheck(random, at, micros));
  }
  const texts = [...events, ...createMisfits(random, micros)].map((event) => JSON.stringify(event));
  texts.push(`${texts[0]?.slice(0, 300)}`); // the log was turned over in the middle of a line
  /** @type {object[]} */
  const envelopes = [];
  for (let from = 0; from < texts.length; ) {
    const size = Math.min(random.between(1, 5), texts.length - from);
    envelopes.push(createEnvelope(texts.slice(from, from + size), envelopes.length));
    from += size;
  }
  return envelopes;
}

/**
 * @param {string[]} data
 * @param {number} at
 */
function createEnvelope(data, at) {
  const sendTime = new Date(Date.UTC(2026, 2, 9, 18, at)).toISOString();
  return {
    sensor: "https://lms.example.org/tracking/1",
    sendTime,
    dataVersion: "http://purl.imsglobal.org/ctx/caliper/v1p2",
    data,
  };
}

/**
 * @param {Random} random
 * @param {number} at
 * @param {number} micros
 */
function createCheck(random, at, micros) {
  const problem = /** @type {Problem} */ (problems[random.below(2)]);
  const user = random.below(users.length);
  const areRight = problem.inputs.map(() => random.chance(600));
  const usage = `block-v1:ExampleX+KN101+2026_T1+type@problem+block@${problem.key}`;
  const grade = areRight.filter(Boolean).length;
  /** @param {(input: Input, isRight: boolean) => unknown} toValue */
  const byId = (toValue) =>
    Object.fromEntries(
      problem.inputs.map((input, i) => [
        `${problem.key}_${input.part}`,
        toValue(input, areRight[i] === true),
      ]),
    );
  const correctMap = byId((_, isRight) => ({
    correctness: isRight ? "correct" : "incorrect",
    npoints: null,
    msg: "",
    hint: "",
    hintmode: null,
    queuestate: null,
    answervariable: null,
  }));
  return {
    username: users[user],
    event_type: "problem_check",
    event_source: "server",
    name: "problem_check",
    session: random.hex(32),
    ip: "203.0.113.7",
    agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    host: "lms.example.org",
    referer: `https://lms.example.org/xblock/${usage}`,
    accept_language: "en-US,en;q=0.5",
    time: toTime(micros),
    page: "x_module",
    context: {
      user_id: 40 + user,
      course_id: course,
      org_id: "ExampleX",
      course_user_tags: {},
      path: `/courses/${course}/xblock/${usage}/handler/xmodule_handler/problem_check`,
      enterprise_uuid: "",
      module: { display_name: problem.name, usage_key: usage },
      asides: {},
    },
    event: {
      problem_id: usage,
      grade,
      max_grade: problem.inputs.length,
      success: grade === problem.inputs.length ? "correct" : "incorrect",
      attempts: 1 + (at % 3),
      answers: byId((input, isRight) => (isRight ? input.right : input.wrong)),
      correct_map: correctMap,
      state: { seed: 1, done: at % 3 > 0, student_answers: {}, correct_map: {}, input_state: {} },
      submission: byId((input, isRight) => ({
        question: input.question,
        answer: isRight ? input.told : input.toldWrong,
        response_type: input.kind,
        input_type: input.input,
        correct: isRight,
        variant: "",
        group_label: "",
      })),
    },
  };
}

/**
 * ISO 8601 with microseconds, as Python writes it.
 * @param {number} micros
 */
function toTime(micros) {
  const ms = Math.floor(micros / 1000);
  return new Date(ms).toISOString().replace("Z", `${String(micros % 1000).padStart(3, "0")}+00:00`);
}

/**
 * @param {Random} random
 * @param {number} micros
 */
function createMisfits(random, micros) {
  const all = Array.from({ length: 7 }, (_, at) => createCheck(random, at, micros + (at + 1) * 61_000_001));
  const [browser, anonymous, noOffset, tooMany, ungraded, custom, asText] = all;
  Object.assign(/** @type {any} */ (browser), {
    event_source: "browser",
    page: "https://lms.example.org/courses/course-v1:ExampleX+KN101+2026_T1/courseware/",
    event: "input_a0effb954cca4759994f1ac9e9434bf4_2_1=choice_1",
  });
  Object.assign(/** @type {any} */ (anonymous), { username: "" });
  Object.assign(/** @type {any} */ (noOffset), { time: "2026-03-09 18:00:00.000123" });
  Object.assign(/** @type {any} */ (tooMany).event, { grade: 3, max_grade: 2 });
  Object.assign(/** @type {any} */ (ungraded).event, { grade: 0, max_grade: 0 });
  for (const one of Object.values(/** @type {any} */ (custom).event.submission))
    one.response_type = "customresponse";
  Object.assign(/** @type {any} */ (asText).event, { grade: "1" });
  return all;
}

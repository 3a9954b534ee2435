// Two customers' events by their contracts. What is expected was worked out in Python, apart from the code here.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { compileContract } from "user-activity/dist/contract/compile";
import { readContract, readContractFile } from "user-activity/dist/contract/read";
import { writeContract } from "user-activity/dist/contract/write";
import { decodeEvents } from "user-activity/dist/events/decode";
import { createInference, observeEvent } from "user-activity/dist/events/infer";
import { proposeContract } from "user-activity/dist/events/propose";
import { decideCustomer as decide, linesOf } from "../../helpers/customers";

describe("a customer's xAPI statements", () => {
  const { rows, refused, warned, again, sums } = decide("xapi");

  test("are rows but for those that do not fit and those that came before", () => {
    assert.deepEqual(again, [12, 46]);
    assert.equal(rows.statements?.length, 56 - 2 - 7);
    assert.equal(rows.parents?.length, 47 - 2);
    assert.deepEqual(refused, [
      "47.0: statements: result.score.scaled: maximum",
      "48.0: statements: result.duration: duration",
      "49.0: statements: result.duration: duration",
      "50.0: statements: timestamp: instant",
      "51.0: statements: actor.account: required",
      "52.0: statements: id: pattern",
      "53.0: statements: result.success: type",
    ]);
    assert.deepEqual(warned, ["54.0: score-within-its-range", "55.0: verb values"]);
  });

  test("have the values of the line that they come from", () => {
    assert.deepEqual(rows.statements?.[1], {
      id: "93466257-2710-4091-8170-cc7bad651177",
      learner: "u-1001",
      learner_name: "Mira Holm",
      verb: "http://adlnet.gov/expapi/verbs/answered",
      activity: "https://learn.example.org/quiz/knots/q2",
      activity_name: "Which knot ties a rope to a post?",
      right_responses: ["clove-hitch"],
      response: "clove-hitch",
      scaled: 1,
      raw: 1,
      best: 1,
      success: true,
      completion: true,
      duration: 50.1,
      extensions: [
        { key: "https://learn.example.org/xapi/hints", value: 1 },
        { key: "https://learn.example.org/xapi/zoom", value: 1.25 },
      ],
      registration: "c9a7d314-6ae7-49a5-ad67-dd94978fbf96",
      done_at: Date.parse("2026-03-02T16:03:39.207Z"),
      stored_at: Date.parse("2026-03-02T16:03:41.050Z"),
      partition: 0,
      offset: 1n,
    });
  });

  test("sum up by activity and verb", () => {
    const quiz = "https://learn.example.org/quiz/knots";
    const told = sums.map(({ activity, verb, last_at, ...rest }) => [
      `${String(activity).slice(quiz.length)} ${String(verb).split("/").at(-1)}`,
      new Date(last_at as number).toISOString(),
      ...Object.values(rest),
    ]);
    assert.deepEqual(told, [
      ["/q1 answered", "2026-03-20T10:07:00.000Z", 10, 0.6, 0.516397779, 86.1, 503.8],
      ["/q2 answered", "2026-03-10T09:39:42.628Z", 9, 1, 0, 79.8, 411.8],
      ["/q3 answered", "2026-03-10T09:40:03.366Z", 9, 0.666666667, 0.5, 77.2, 305.7],
      ["/q4 answered", "2026-03-10T09:40:52.986Z", 9, 0.666666667, 0.5, 63.1, 421.7],
      [" passed", "2026-03-09T15:55:55.137Z", 6, 0.875, 0.136930639, 254.1, 1171],
      [" failed", "2026-03-10T09:40:53.786Z", 3, 0.416666667, 0.144337567, 178.2, 442],
      ["/q1 skipped", "2026-03-20T10:08:00.000Z", 1, null, null, null, null],
    ]);
  });
});

describe("a customer's problem_check events", () => {
  const usage = "block-v1:ExampleX+KN101+2026_T1+type@problem+block@";
  const [ropes, strands] = [
    `${usage}a0effb954cca4759994f1ac9e9434bf4`,
    `${usage}5f0f1e5b2d9a4c0fb1c2a3d4e5f60718`,
  ];
  const { rows, refused, warned, sums } = decide("edx");

  test("are rows but for those that do not fit, several of a message", () => {
    assert.equal(rows.checks?.length, 47 - 5);
    assert.equal(rows.answers?.length, 70);
    assert.equal(rows.answers?.filter(({ choices }) => choices !== null).length, 24);
    assert.equal(rows.answers?.filter(({ answer }) => answer !== null).length, 46);
    assert.deepEqual(refused, [
      "18.0: checks: event: type",
      "18.0: checks: event_source: values",
      "19.0: checks: username: non-empty",
      "19.1: checks: time: instant",
      "19.2: checks: event.grade: at-most",
      "21.0: checks: event.grade: type",
      "22: message: data[0]",
    ]);
    assert.deepEqual(warned, ["20.1: response_type values", "20.1: response_type values"]); // of two inputs
  });

  test("have the values of the line that they come from", () => {
    const right = { correctness: "correct", npoints: null };
    const place = { partition: 0, offset: 0n, event: 1 };
    assert.deepEqual(rows.checks?.[1], {
      username: "mira",
      user_id: 40,
      course: "course-v1:ExampleX+KN101+2026_T1",
      problem: ropes,
      problem_name: "Ropes and sails",
      event_type: "problem_check",
      event_source: "server",
      checked_at: Date.parse("2026-03-09T07:37:59.253Z"),
      attempts: 2,
      grade: 2,
      max_grade: 2,
      score: 1,
      correctness: [
        { key: "a0effb954cca4759994f1ac9e9434bf4_2_1", value: right },
        { key: "a0effb954cca4759994f1ac9e9434bf4_3_1", value: right },
      ],
      ...place,
    });
    assert.deepEqual(rows.answers?.[2], {
      input: "a0effb954cca4759994f1ac9e9434bf4_3_1",
      question: "Which two hold a sail?",
      answer: null,
      choices: ["the reef knot", "the figure eight"],
      response_type: "choiceresponse",
      correct: true,
      ...place,
    });
  });

  test("sum up by problem", () => {
    const told = sums.map(({ first_at, ...rest }) => [
      ...Object.values(rest),
      new Date(first_at as number).toISOString(),
    ]);
    assert.deepEqual(told, [
      [strands, 21, 0.523809524, 11n, 3, "2026-03-09T07:33:31.495Z"],
      [ropes, 21, 0.625, 25n, 3, "2026-03-09T07:37:59.253Z"],
    ]);
  });
});

for (const [name, source] of [
  ["xapi", { events: "$" }],
  ["edx", { events: "data[]", asText: true }],
] as const)
  test(`a draft of the events of ${name} is in order, and refuses none but cut lines`, () => {
    const { eventsOf } = compileContract({
      ...readContractFile(projectPath("data", "customers", `${name}.odcs.yaml`)),
      source,
    });
    const messages = linesOf(name).map((line) => decodeEvents(Buffer.from(line), source, eventsOf));
    const events = messages.flatMap((decoded) => (decoded.ok ? decoded.events : []));
    const inference = createInference();
    for (const event of events) observeEvent(inference, event);
    const { contract, notes } = proposeContract(inference, { name, source });
    assert.deepEqual(readContract(writeContract(contract, notes)), contract);
    const { readEvent } = compileContract(contract);
    const refused = events.filter((event) =>
      Object.values(readEvent(event, { partition: 0, offset: 0n })).some(({ kind }) => kind === "refused"),
    );
    assert.equal(refused.length, name === "xapi" ? 0 : 1); // the browser's event is text where others are objects
  });

test("the customers' files are what their generator writes", () => {
  execFileSync(process.execPath, [projectPath("data", "customers", "generate.mjs"), "--check"]);
});

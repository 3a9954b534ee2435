// The events file: every figure is recomputed from the file itself, without any of the generator's code.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";

type Option = {
  readonly checked: boolean;
  readonly at?: string;
  readonly id: string;
  readonly submitted?: 1;
  readonly correct?: true;
};
type Question = {
  readonly user_incomplete: boolean;
  readonly user_correct: boolean;
  readonly options: readonly Option[];
  readonly user_submitted: boolean;
  readonly id: string;
  readonly user_result: string;
};
type CountName = "incomplete" | "submitted" | "incorrect" | "correct" | "total" | "unanswered";
type Counts = { readonly [name in CountName]: number } & { readonly all_correct: boolean };
type AssessmentRecord = {
  readonly keen_timestamp: string;
  readonly max_attempts: string;
  readonly started_at: string;
  readonly base_exam_id: string;
  readonly user_exam_id: string;
  readonly sequences: {
    readonly questions: readonly Question[];
    readonly attempt: number;
    readonly id: string;
    readonly counts?: Counts;
  };
  readonly keen_created_at: string;
  readonly certification: string | null;
  readonly keen_id: string;
  readonly exam_name: string;
};
type Graded = AssessmentRecord & { readonly sequences: { readonly counts: Counts } };
type Calibration = {
  readonly incompleteRatios: readonly (readonly [number, number, number])[];
  readonly duplicates: readonly (readonly [userExamId: string, examName: string, copies: number])[];
  readonly exams: readonly {
    readonly name: string;
    readonly ids: readonly (readonly [id: string, attempts: number, questions: number, correct?: number])[];
    readonly correct?: number;
    readonly perfect?: number;
    readonly allIncorrect?: number;
    readonly incomplete?: number;
    readonly unanswered?: number;
  }[];
};

const ROOT = projectPath();
const FILE = join(ROOT, "data", "assessments.json");
const GENERATOR = join(ROOT, "data", "generate.mjs");
const PUBLISHED = join(ROOT, "..", "shared", "data");
const OTHER_SEED = 20180128;
const DEVELOPMENT_ID = "example-id";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[14][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

const folder = mkdtempSync(join(tmpdir(), "assessments-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const calibration = JSON.parse(readFileSync(join(ROOT, "data", "calibration.json"), "utf8")) as Calibration;

function generate(...args: readonly string[]) {
  return spawnSync(process.execPath, [GENERATOR, ...args], { encoding: "utf8" });
}

const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Counts how often each key occurs, keys in order of appearance. */
function tally<T>(items: readonly T[], toKey: (item: T) => string | number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[toKey(item)] = (counts[toKey(item)] ?? 0) + 1;
  return counts;
}

const distinctCount = (values: readonly string[]): number => new Set(values).size;
const isGraded = (record: AssessmentRecord): record is Graded => record.sequences.counts !== undefined;
const scoreOf = ({ sequences: { counts } }: Graded): number => counts.correct / counts.total;

function firstDeliveries<T extends AssessmentRecord>(records: readonly T[]): T[] {
  const seen = new Set<string>();
  return records.filter(({ user_exam_id: id }) => !seen.has(id) && seen.add(id));
}

function ofExam(records: readonly Graded[], name: string): Counts[] {
  return records.filter((record) => record.exam_name === name).map(({ sequences }) => sequences.counts);
}

function describeFile(title: string, read: () => string): void {
  describe(title, () => {
    const text = read();
    const records = JSON.parse(text) as readonly AssessmentRecord[];
    const graded = records.filter(isGraded);
    const distinct = firstDeliveries(records);
    checkRecords(text, records, distinct);
    checkExams(records, graded);
    checkScores(graded, distinct.filter(isGraded));
    checkGaps(graded);
    checkTimes(records, distinct);
    checkQuestionPool(records, graded);
    checkShape(records);
    checkAnswers(graded);
  });
}

function checkRecords(
  text: string,
  records: readonly AssessmentRecord[],
  distinct: readonly unknown[],
): void {
  test("has one record a line and about as many bytes as the known file", () => {
    const lines = text.split("\n");
    assert.deepEqual([lines[0], lines.at(-2), lines.at(-1)], ["[", "]", ""]);
    assert.equal(lines.length, 3280 + 3);
    assert.deepEqual(JSON.parse((lines[1] ?? "").replace(/,$/, "")), records[0]);
    assert.ok(Math.abs(Buffer.byteLength(text) / 9.31e6 - 1) < 0.03, `${Buffer.byteLength(text)} bytes`);
  });

  test("has 3280 records of 3242 attempts at 107 base exams under 103 names", () => {
    assert.equal(records.length, 3280);
    assert.equal(distinct.length, 3242);
    assert.equal(distinctCount(records.map((record) => record.keen_id)), 3242);
    assert.equal(distinctCount(records.map((record) => JSON.stringify(record))), 3242);
    assert.equal(distinctCount(records.map((record) => record.base_exam_id)), 107);
    assert.equal(distinctCount(records.map((record) => record.exam_name)), 103);
  });

  test("repeats 20 published attempts as 38 exact copies, far apart", () => {
    const lines = text.split("\n").map((line) => line.replace(/,$/, ""));
    const places = new Map<string, number[]>();
    for (const [at, { user_exam_id: id }] of records.entries())
      places.set(id, [...(places.get(id) ?? []), at]);
    const repeated = [...places].filter(([, found]) => found.length > 1);
    const listed = repeated.map(([id, found]) => [id, records[found[0] ?? 0]?.exam_name, found.length]);
    assert.deepEqual(listed.map(String).sort(), calibration.duplicates.map(String).sort());
    assert.deepEqual(
      tally(repeated, ([, found]) => found.length),
      { 2: 2, 3: 18 },
    );
    for (const [id, found] of repeated) {
      assert.equal(distinctCount(found.map((at) => lines[at + 1] ?? "")), 1, id);
      for (let i = 1; i < found.length; i++) assert.ok((found[i] ?? 0) - (found[i - 1] ?? 0) >= 150, id);
    }
  });

  test("has the published values of certification, max_attempts and attempt", () => {
    assert.deepEqual(
      tally(records, (record) => JSON.stringify(record.certification)),
      { '"false"': 3148, null: 132 },
    );
    assert.deepEqual(
      tally(records, (record) => JSON.stringify(record.max_attempts)),
      { '"1.0"': 3280 },
    );
    assert.deepEqual(
      tally(records, (record) => JSON.stringify(record.sequences.attempt)),
      { 1: 3280 },
    );
  });
}

function checkExams(records: readonly AssessmentRecord[], graded: readonly Graded[]): void {
  test("has the published attempts and number of questions of every base exam", () => {
    const expected = calibration.exams.flatMap(({ name, ids }) =>
      ids.map(([id, attempts, questions]) => `${id} ${name}: ${attempts} of ${questions}`),
    );
    const found = new Map<string, AssessmentRecord[]>();
    for (const record of records) {
      const key = `${record.base_exam_id} ${record.exam_name}`;
      found.set(key, [...(found.get(key) ?? []), record]);
    }
    const actual = [...found].map(([key, own]) => {
      const questions = new Set(own.map(({ sequences }) => sequences.questions.length));
      return `${key}: ${own.length} of ${[...questions].join(" or ")}`;
    });
    assert.deepEqual(actual.sort(), expected.sort());
  });

  test("has the published sums of correct answers by exam", () => {
    for (const { name, ids, correct } of calibration.exams) {
      const counts = ofExam(graded, name);
      if (correct === undefined) assert.equal(counts.length, 0, name);
      else {
        assert.equal(sum(counts.map((c) => c.correct)), correct, name);
        assert.equal(
          sum(counts.map((c) => c.total)),
          sum(ids.map(([, n, questions]) => n * questions)),
          name,
        );
      }
    }
    const introvert = graded.filter((record) => record.exam_name === "Being a Better Introvert");
    const byTotal = (total: number) => introvert.filter(({ sequences }) => sequences.counts.total === total);
    assert.deepEqual([byTotal(2).length, sum(byTotal(2).map((r) => r.sequences.counts.correct))], [8, 8]);
    assert.deepEqual([byTotal(7).length, sum(byTotal(7).map((r) => r.sequences.counts.correct))], [2, 7]);
  });

  test("asks 14717 questions, 14702 of them with counts, distributed as published", () => {
    assert.equal(sum(records.map(({ sequences }) => sequences.questions.length)), 14717);
    assert.equal(sum(graded.map(({ sequences }) => sequences.questions.length)), 14702);
    assert.equal(sum(graded.map(({ sequences }) => sequences.counts.correct)), 9212);
    assert.equal(sum(graded.map(({ sequences }) => sequences.counts.total)), 14702);
    assert.deepEqual(
      tally(graded, ({ sequences }) => sequences.questions.length),
      { 1: 56, 2: 21, 3: 239, 4: 1646, 5: 940, 6: 122, 7: 177, 8: 59, 10: 14, 20: 1 },
    );
  });

  test("has 5 records without counts, all of the development exam, never submitted", () => {
    const bare = records.filter((record) => !isGraded(record));
    assert.equal(bare.length, 5);
    for (const { base_exam_id, exam_name, sequences } of bare) {
      assert.equal(base_exam_id, DEVELOPMENT_ID);
      assert.equal(exam_name, "Example Exam For Development and Testing oh yeahsdf");
      assert.equal(sequences.questions.length, 3);
      for (const question of sequences.questions) {
        assert.deepEqual(Object.keys(question), ["options", "id"]);
        assert.ok(question.options.every((option) => !("submitted" in option)));
      }
    }
  });
}

function checkScores(graded: readonly Graded[], distinct: readonly Graded[]): void {
  test("averages 62.65699745547047 % over the 3275 records with counts", () => {
    const scores = graded.map(scoreOf);
    assert.equal(scores.length, 3275);
    assert.equal((sum(scores) / scores.length) * 100, 62.65699745547047);
    const shares = sum(graded.map(({ sequences: { counts } }) => (840 * counts.correct) / counts.total));
    assert.ok(Number.isInteger(shares));
    const exact = (100 * shares) / (840 * scores.length);
    assert.ok(Math.abs(exact - 62.65699745547047) < 1e-11, `${exact}`);
  });

  test("has the sample standard deviation of the known file", () => {
    const scores = graded.map(scoreOf);
    const mean = sum(scores) / scores.length;
    const deviation = Math.sqrt(sum(scores.map((score) => (score - mean) ** 2)) / (scores.length - 1));
    assert.ok(Math.abs(deviation - 0.31086692286170553) < 1e-13, `${deviation}`);
  });

  test("has 841 perfect scores, by exam as published", () => {
    assert.equal(graded.filter(({ sequences }) => sequences.counts.all_correct).length, 841);
    for (const { name, perfect } of calibration.exams) {
      const count = ofExam(graded, name).filter((counts) => counts.all_correct).length;
      if (perfect === undefined) assert.ok(count <= 10, `${name}: ${count}`);
      else assert.equal(count, perfect, name);
    }
  });

  test("has 1620 of 3242 attempts above 70 %", () => {
    assert.equal(distinct.filter((record) => scoreOf(record) > 0.7).length, 1620);
  });
}

function checkGaps(graded: readonly Graded[]): void {
  test("has the published distribution of incomplete / total", () => {
    const ratio = ({ sequences: { counts } }: Graded) => counts.incomplete / counts.total;
    const expected = calibration.incompleteRatios.map(([a, b, records]): [string, number] => [
      `${a / b}`,
      records,
    ]);
    assert.deepEqual(tally(graded, ratio), Object.fromEntries(expected));
  });

  test("has the published incomplete, unanswered and wholly incorrect ones by exam", () => {
    for (const exam of calibration.exams) {
      const counts = ofExam(graded, exam.name);
      const incomplete = sum(counts.map((c) => c.incomplete));
      const unanswered = sum(counts.map((c) => c.unanswered));
      const allIncorrect = counts.filter((c) => c.incorrect === c.total).length;
      if (exam.incomplete === undefined) assert.ok(incomplete <= 0.9 * counts.length, exam.name);
      else assert.equal(incomplete, exam.incomplete, exam.name);
      if (exam.unanswered === undefined)
        assert.ok(unanswered <= sum(counts.map((c) => c.total)) / 17, exam.name);
      else assert.equal(unanswered, exam.unanswered, exam.name);
      if (exam.allIncorrect === undefined) assert.ok(allIncorrect < 3, exam.name);
      else assert.equal(allIncorrect, exam.allIncorrect, exam.name);
    }
  });
}

function checkTimes(records: readonly AssessmentRecord[], distinct: readonly AssessmentRecord[]): void {
  test("starts between the two published moments, and is not in time order", () => {
    const starts = records.map((record) => record.started_at);
    const sorted = [...starts].sort();
    assert.equal(sorted[0], "2017-11-21T00:42:08.990Z");
    assert.equal(sorted.at(-1), "2018-01-28T19:17:53.796Z");
    const falls = starts.filter((start, i) => i > 0 && start < (starts[i - 1] ?? "")).length;
    assert.ok(falls > 1000, `${falls} steps back in time`);
  });

  test("has the published busiest days and hour", () => {
    const dates = Object.entries(tally(distinct, (record) => record.started_at.slice(0, 10)));
    const busiest = dates.sort(([, a], [, b]) => b - a).slice(0, 5);
    assert.deepEqual(Object.fromEntries(busiest), {
      "2017-12-05": 123,
      "2017-12-11": 97,
      "2017-12-18": 91,
      "2017-12-20": 91,
      "2017-12-14": 84,
    });
    const hours = Object.entries(tally(records, (record) => Number(record.started_at.slice(11, 13))));
    assert.deepEqual(hours.sort(([, a], [, b]) => b - a)[0], ["14", 224]);
    assert.ok((hours[1]?.[1] ?? 0) < 224);
  });

  test("records each attempt after its last answer, some seconds of clock skew aside", () => {
    let skewed = 0;
    for (const { keen_timestamp, started_at, sequences } of distinct) {
      const recordedMs = Number(keen_timestamp) * 1000;
      const touched = sequences.questions.flatMap(({ options }) =>
        options.flatMap(({ at }) => (at ? [Date.parse(at)] : [])),
      );
      assert.ok(recordedMs > Date.parse(started_at), keen_timestamp);
      assert.ok(recordedMs < Date.parse("2018-01-28T20:10:51Z"), keen_timestamp);
      for (const at of touched)
        assert.ok(at > Date.parse(started_at) && at < recordedMs + 20_000, keen_timestamp);
      if (touched.some((at) => at > recordedMs)) skewed++;
    }
    assert.ok(skewed > 10 && skewed < 0.05 * distinct.length, `${skewed} skewed`);
  });
}

function checkQuestionPool(records: readonly AssessmentRecord[], graded: readonly Graded[]): void {
  test("draws from 473 questions, 64 of which everybody has right", () => {
    const idOf = (record: AssessmentRecord, { id }: { readonly id: string }) => `${record.exam_name} ${id}`;
    const all = records.flatMap((r) => r.sequences.questions.map((question) => idOf(r, question)));
    assert.equal(distinctCount(all), 473);
    assert.equal(sum(calibration.exams.flatMap(({ ids }) => ids.map(([, , questions]) => questions))), 462);
    const asked = graded.flatMap((r) =>
      r.sequences.questions.map((question) => [idOf(r, question), question] as const),
    );
    const failed = asked.filter(([, question]) => !question.user_correct).map(([id]) => id);
    assert.equal(distinctCount(asked.map(([id]) => id)) - distinctCount(failed), 64);
  });

  test("has the published answers to Learning Git by position", () => {
    const own = graded.filter((record) => record.exam_name === "Learning Git");
    const correctAt = [0, 1, 2, 3, 4].map(
      (at) => own.filter((r) => r.sequences.questions[at]?.user_correct).length,
    );
    assert.deepEqual(correctAt, [270, 270, 261, 264, 267]);
    const places = own.map(
      (r) => r.sequences.questions[2]?.options.findIndex(({ correct }) => correct) ?? -1,
    );
    assert.deepEqual(
      tally(places, (place) => place),
      { 0: 101, 1: 121, 2: 91, 3: 81 },
    );
  });

  test("gives a question the same options in every attempt, in changing order", () => {
    const known = new Map<string, string>();
    const orders = new Map<string, Set<string>>();
    for (const question of records.flatMap(({ sequences }) => sequences.questions)) {
      const options = question.options.map(({ id, correct }) => `${id} ${correct ?? false}`);
      const key = [...options].sort().join();
      assert.equal(known.get(question.id) ?? key, key, question.id);
      known.set(question.id, key);
      orders.set(question.id, (orders.get(question.id) ?? new Set()).add(options.join()));
    }
    assert.ok([...orders.values()].filter(({ size }) => size > 1).length > 400);
  });

  test("gives every attempt at an exam the same sequence ID", () => {
    const pairs = new Set(records.map((record) => `${record.base_exam_id} ${record.sequences.id}`));
    assert.equal(pairs.size, 107);
    assert.equal(distinctCount(records.map((record) => record.sequences.id)), 107);
  });
}

function checkShape(records: readonly AssessmentRecord[]): void {
  test("has the keys of the known file, in their order", () => {
    const keysOf = (values: readonly object[]) =>
      [...new Set(values.map((value) => Object.keys(value).join(" ")))].sort();
    const graded = records.filter(isGraded);
    const questions = graded.flatMap(({ sequences }) => sequences.questions);
    const options = records.flatMap(({ sequences }) =>
      sequences.questions.flatMap((question) => question.options),
    );
    const bare = records.filter((record) => !isGraded(record));
    assert.deepEqual(keysOf(records), [
      "keen_timestamp max_attempts started_at base_exam_id user_exam_id sequences keen_created_at certification keen_id exam_name",
    ]);
    assert.deepEqual(keysOf(graded.map(({ sequences }) => sequences)), ["questions attempt id counts"]);
    assert.deepEqual(keysOf(bare.map(({ sequences }) => sequences)), ["attempt id questions"]);
    assert.deepEqual(keysOf(graded.map(({ sequences }) => sequences.counts)), [
      "incomplete submitted incorrect all_correct correct total unanswered",
    ]);
    assert.deepEqual(keysOf(questions), [
      "user_incomplete user_correct options user_submitted id user_result",
    ]);
    const optionKeys = ["checked at id", "checked at id correct", "checked at id submitted"];
    assert.deepEqual(keysOf(options), [
      ...optionKeys,
      "checked at id submitted correct",
      "checked correct id",
      "checked id",
    ]);
  });

  test("has the formats of the known file", () => {
    for (const record of records) {
      assert.match(record.keen_timestamp, /^\d{10}\.\d{5,7}$/);
      assert.equal(record.keen_created_at, record.keen_timestamp);
      assert.match(record.keen_id, /^[0-9a-f]{24}$/);
      assert.equal(
        Number.parseInt(record.keen_id.slice(0, 8), 16),
        Math.floor(Number(record.keen_timestamp)),
      );
      assert.match(record.started_at, TIME);
      assert.match(record.user_exam_id, UUID_V4);
      if (record.base_exam_id !== DEVELOPMENT_ID) assert.match(record.base_exam_id, UUID);
      assert.match(record.sequences.id, UUID);
      for (const question of record.sequences.questions) {
        assert.match(question.id, UUID);
        for (const option of question.options) checkOption(option);
      }
    }
    const decimals = tally(records, (record) => record.keen_timestamp.length - 11);
    assert.deepEqual(Object.keys(decimals), ["5", "6", "7"]);
  });
}

function checkOption(option: Option): void {
  assert.match(option.id, UUID);
  assert.equal(typeof option.checked, "boolean");
  if ("at" in option) assert.match(option.at, TIME);
  else assert.equal(option.checked, false);
  if ("submitted" in option) assert.deepEqual([option.submitted, option.checked], [1, true]);
  if ("correct" in option) assert.equal(option.correct, true);
}

const FLAGS: Readonly<Record<string, readonly [incomplete: boolean, correct: boolean, submitted: boolean]>> =
  {
    correct: [false, true, true],
    incorrect: [false, false, true],
    missed_some: [true, false, true],
    unanswered: [false, false, false],
  };

/** Works out a question's result from its options. */
function resultOf(options: readonly Option[]): string {
  if (options.every(({ checked }) => !checked)) return "unanswered";
  if (options.some(({ checked, correct }) => checked && !correct)) return "incorrect";
  return options.every(({ checked, correct }) => checked || !correct) ? "correct" : "missed_some";
}

function checkAnswers(graded: readonly Graded[]): void {
  test("marks every question as its options say", () => {
    const seen = new Set<string>();
    for (const question of graded.flatMap(({ sequences }) => sequences.questions)) {
      const { options, user_result, user_incomplete, user_correct, user_submitted } = question;
      const right = options.filter(({ correct }) => correct).length;
      assert.ok(options.length >= 2 && options.length <= 6 && right >= 1 && right <= 4, question.id);
      assert.ok(
        options.every(({ checked, submitted }) => checked === (submitted === 1)),
        question.id,
      );
      assert.equal(user_result, resultOf(options), question.id);
      assert.deepEqual([user_incomplete, user_correct, user_submitted], FLAGS[user_result], question.id);
      seen.add(user_result);
    }
    assert.deepEqual([...seen].sort(), ["correct", "incorrect", "missed_some", "unanswered"]);
  });

  test("counts the questions of every record", () => {
    for (const { user_exam_id, sequences } of graded) {
      const results = tally(sequences.questions, (question) => question.user_result);
      const { correct = 0, incorrect = 0, missed_some: incomplete = 0, unanswered = 0 } = results;
      const total = sequences.questions.length;
      assert.equal(distinctCount(sequences.questions.map(({ id }) => id)), total, user_exam_id);
      assert.deepEqual(
        { ...sequences.counts },
        {
          incomplete,
          submitted: total - unanswered,
          incorrect,
          all_correct: correct === total,
          correct,
          total,
          unanswered,
        },
        user_exam_id,
      );
    }
  });

  test("lets people give up: late questions stay unanswered more often", () => {
    const unansweredAt = (at: number) =>
      graded.filter(
        (r) => r.sequences.counts.total === 5 && r.sequences.questions[at]?.user_result === "unanswered",
      ).length;
    assert.ok(unansweredAt(4) > 2 * unansweredAt(0), `${unansweredAt(0)} first, ${unansweredAt(4)} last`);
  });
}

describeFile("data/assessments.json", () => readFileSync(FILE, "utf8"));

describeFile(`seed ${OTHER_SEED}`, () => {
  const path = join(folder, "other.json");
  const { status, stderr } = generate("--seed", `${OTHER_SEED}`, "--out", path);
  assert.equal(status, 0, stderr);
  return readFileSync(path, "utf8");
});

describe("data/generate.mjs", () => {
  test("gives the committed bytes again", () => {
    const path = join(folder, "again.json");
    assert.equal(generate("--out", path).status, 0);
    assert.equal(sha256(path), sha256(FILE));
    assert.equal(generate("--check").status, 0);
  });

  test("gives the file whose size and hash the datasheet names", () => {
    const datasheet = readFileSync(join(ROOT, "data", "README.md"), "utf8");
    assert.ok(datasheet.includes(sha256(FILE)));
    assert.ok(datasheet.includes(`${readFileSync(FILE).length.toLocaleString("en-US")} bytes`));
  });

  test("gives another file for another seed", () => {
    assert.notEqual(sha256(join(folder, "other.json")), sha256(FILE));
  });

  test("gives as many times more as asked for, under IDs of their own, the first as they are", () => {
    const path = join(folder, "twice.json");
    assert.equal(generate("--times", "2", "--out", path).status, 0);
    const records = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>[];
    const first = JSON.parse(readFileSync(FILE, "utf8")) as Record<string, string>[];
    assert.deepEqual(records.slice(0, first.length), first);
    const names = ["user_exam_id", "keen_id"] as const;
    const countOf = (rows: typeof first) => names.map((name) => new Set(rows.map((row) => row[name])).size);
    assert.deepEqual(
      countOf(records),
      countOf(first).map((count) => 2 * count),
    );
    const without = (rows: typeof first) =>
      rows.map((row) => ({ ...row, ...Object.fromEntries(names.map((name) => [name, ""])) }));
    assert.deepEqual(without(records.slice(first.length)), without(first));
    assert.equal(generate("--times", "2", "--check", "--out", path).status, 0);
  });

  test("exits with 1 where the file to check differs or is missing", () => {
    const path = join(folder, "different.json");
    writeFileSync(path, "[]\n");
    const different = generate("--check", "--out", path);
    assert.equal(different.status, 1);
    assert.match(different.stdout, /is not what seed \d+ gives/);
    const missing = generate("--check", "--out", join(folder, "missing.json"));
    assert.equal(missing.status, 1);
    assert.match(missing.stderr, /^generate: .*missing\.json: expected .*, found none; .*\n$/);
  });

  test("exits with 2 and one line where an option is wrong", () => {
    for (const args of [
      ["--seed", "x"],
      ["--seed", "-1"],
      ["--seed", "2147483648"],
      ["--times", "0"],
      ["--times", "1001"],
      ["--sed", "1"],
      ["FILE"],
    ]) {
      const { status, stderr } = generate(...args);
      assert.equal(status, 2, args.join(" "));
      assert.match(stderr, /^generate: [^\n]+\n$/, args.join(" "));
    }
  });

  test("explains itself with --help", () => {
    const { status, stdout } = generate("--help");
    assert.equal(status, 0);
    assert.match(stdout, /^Usage: node data\/generate\.mjs/);
  });
});

/** Reads a small CSV file: names may hold commas in quotes, no field holds a line break. */
function readCsv(name: string): Record<string, string>[] {
  const [header = [], ...rows] = readFileSync(join(PUBLISHED, name), "utf8")
    .trim()
    .split(/\r?\n/)
    .map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) => m[1] ?? m[2] ?? ""));
  return rows.map((row) => Object.fromEntries(row.map((value, i) => [header[i] ?? "", value])));
}

describe("the published tables", {
  skip: existsSync(PUBLISHED) ? false : "they are not beside the project",
}, () => {
  const read = () => JSON.parse(readFileSync(FILE, "utf8")) as readonly AssessmentRecord[];
  const byKey = (
    records: readonly AssessmentRecord[],
    key: "exam_name" | "base_exam_id",
    value: string | undefined,
  ) => records.filter((record) => record[key] === value);

  test("agree with the file on every exam", () => {
    const records = read();
    const exams = readCsv("exams.csv");
    assert.equal(exams.length, 103);
    for (const exam of exams) {
      const own = byKey(records, "exam_name", exam.exam_name);
      const counts = own.filter(isGraded).map(({ sequences }) => sequences.counts);
      const sums = [counts.map((c) => c.correct), counts.map((c) => c.total)].map(
        (values) => values.length && sum(values),
      );
      assert.deepEqual(
        [own.length, firstDeliveries(own).length, ...sums],
        [exam.attempts, exam.distinct_attempts, exam.sum_correct, exam.sum_total].map(Number),
        exam.exam_name ?? "",
      );
    }
  });

  test("agree with the file on every base exam", () => {
    const records = read();
    const exams = readCsv("base-exams.csv");
    assert.equal(exams.length, 107);
    for (const { base_exam_id: id, exam_name, attempts, questions_per_attempt } of exams) {
      const own = byKey(records, "base_exam_id", id);
      assert.equal(own.length, Number(attempts), id);
      assert.ok(
        own.every((record) => record.exam_name === exam_name),
        id,
      );
      assert.ok(
        own.every(({ sequences }) => sequences.questions.length === Number(questions_per_attempt)),
        id,
      );
    }
  });

  test("agree with the calibration on all other figures", () => {
    const published = JSON.parse(readFileSync(join(PUBLISHED, "published-figures.json"), "utf8"));
    const by = (key: "perfect" | "allIncorrect") =>
      Object.fromEntries(
        calibration.exams.flatMap((exam) => (exam[key] === undefined ? [] : [[exam.name, exam[key]]])),
      );
    assert.deepEqual(by("perfect"), published.all_correct_by_exam_top);
    assert.deepEqual(by("allIncorrect"), published.all_incorrect_by_exam_top);
    const copies = published.duplicates.list.map((entry: Record<string, string | number>) =>
      Object.values(entry),
    );
    assert.deepEqual(calibration.duplicates, copies);
    for (const exam of calibration.exams) {
      const attempts = sum(exam.ids.map(([, count]) => count));
      const questions = sum(exam.ids.map(([, count, asked]) => count * asked));
      const incomplete = published.mean_incomplete_top20[exam.name]?.mean_incomplete;
      const unanswered = published.mean_unanswered_percent_top20[exam.name];
      assert.equal(exam.incomplete === undefined, incomplete === undefined, exam.name);
      assert.equal(exam.unanswered === undefined, unanswered === undefined, exam.name);
      assert.ok(Math.abs((exam.incomplete ?? 0) - (incomplete ?? 0) * attempts) < 1e-9, exam.name);
      assert.ok(Math.abs((exam.unanswered ?? 0) - ((unanswered ?? 0) / 100) * questions) < 1e-9, exam.name);
    }
    for (const [a, b, records] of calibration.incompleteRatios) {
      const key = Number.isInteger(a / b) ? (a / b).toFixed(1) : `${a / b}`;
      assert.equal(published.incomplete_ratio_distribution[key], records, key);
    }
  });
});

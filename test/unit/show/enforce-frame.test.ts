import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import type { Failure } from "user-activity/dist/contract/failures";
import { schemaOf } from "user-activity/dist/events/contract-schemas";
import { enforceSchema } from "user-activity/dist/events/enforce";
import { gradeSchema } from "user-activity/dist/events/grades";
import { type Leaves, toLeaves } from "user-activity/dist/events/leaves";
import { optionSchema, questionSchema } from "user-activity/dist/events/questions";
import type { Schema } from "user-activity/dist/events/schema";
import { enforceFrame } from "user-activity/dist/show/enforce-frame";
import { fromFrame, toFrame } from "user-activity/dist/show/frames";
import { propose } from "../../helpers/propose-cases";

const folder = projectPath("test", "cases", "enforce");
const cases: { behaviour: string; event: object }[] = readdirSync(folder).map((file) => ({
  behaviour: file.replace(".json", "").replaceAll("-", " "),
  event: withId(JSON.parse(readFileSync(join(folder, file), "utf8")).event),
}));

/** As in every event, sequences has an id: to a frame an object with nothing but nulls is as good as absent. */
function withId(event: { sequences?: unknown }): object {
  const { sequences } = event;
  const isObject = typeof sequences === "object" && sequences !== null && !Array.isArray(sequences);
  return isObject ? { ...event, sequences: { id: "s", ...sequences } } : event;
}

function framed(objects: readonly object[]) {
  const rows: Leaves[] = objects.map((object, row) => ({ ...toLeaves(object), row }));
  return toFrame(rows, [...new Set(rows.flatMap((row) => Object.keys(row)))]);
}

/** What each object comes to: its record, or the places and rules of its failures. */
function byObject<R>(objects: readonly object[], schema: Schema<R>): unknown[] {
  const { accepted, failures } = enforceFrame(framed(objects), schema, { keep: ["row"] });
  const outcomes: unknown[] = objects.map(() => []);
  for (const { row, ...record } of fromFrame(accepted)) outcomes[Number(row)] = record;
  for (const { row, path, rule } of fromFrame(failures))
    (outcomes[Number(row)] as unknown[]).push([path, rule]);
  return outcomes;
}

function expected<R>(objects: readonly object[], schema: Schema<R>): unknown[] {
  return objects.map((object) => {
    const enforced = enforceSchema(schema, object);
    return enforced.ok ? enforced.values : enforced.failures.map(({ path, rule }: Failure) => [path, rule]);
  });
}

describe("enforceFrame", () => {
  for (const { behaviour, event } of cases)
    test(`as enforceSchema: ${behaviour}`, () => {
      assert.deepEqual(byObject([event], gradeSchema), expected([event], gradeSchema));
    });

  test("as enforceSchema: all cases in one frame, in which every row has every column", () => {
    const events = cases.map(({ event }) => event);
    assert.deepEqual(byObject(events, gradeSchema), expected(events, gradeSchema));
  });

  const file = projectPath("data", "assessments.json");
  test("as enforceSchema: the file's events, questions and options", { skip: !existsSync(file) }, () => {
    const events: { sequences: { questions: { options: object[] }[] } }[] = JSON.parse(
      readFileSync(file, "utf8"),
    );
    const questions = events.flatMap(({ sequences }) => sequences.questions);
    const options = questions.flatMap((question) => question.options);
    assert.deepEqual(byObject(events, gradeSchema), expected(events, gradeSchema));
    assert.deepEqual(byObject(questions, questionSchema), expected(questions, questionSchema));
    assert.deepEqual(byObject(options, optionSchema), expected(options, optionSchema));
    const drafted = propose(events, "events").contract.tables.map((table) => schemaOf(table));
    for (const [index, objects] of [events, questions, options].entries()) {
      const schema = drafted[index] ?? assert.fail("no table");
      const outcomes = byObject(objects, schema);
      assert.deepEqual(outcomes, expected(objects, schema));
      assert.equal(outcomes.some(Array.isArray), false, "a draft refuses none of what it is of");
    }
  });

  test("refuses an array and an empty object where a value that may be null is asked for", () => {
    const schema: Schema = {
      name: "any",
      fields: [{ path: "a", column: "a", type: "BOOLEAN", nullable: true }],
      rules: [],
    };
    const { accepted, failures } = enforceFrame(framed([{ a: [] }, { a: [true] }, { a: {} }, {}]), schema);
    assert.deepEqual(fromFrame(accepted), [{ a: null }]);
    assert.deepEqual(
      fromFrame(failures).map(({ rule, received }) => [rule, received]),
      [
        ["type", "[]"],
        ["type", '["…"]'],
        ["type", "{}"],
      ],
    );
  });

  test("says in the kept columns which row a record or failure is of", () => {
    const good = cases.find(({ behaviour }) => behaviour === "takes a whole event")?.event ?? {};
    const { accepted, failures } = enforceFrame(framed([{ ...good, exam_name: "" }, good]), gradeSchema, {
      keep: ["row"],
    });
    assert.deepEqual(
      fromFrame(accepted).map(({ row }) => row),
      [1],
    );
    assert.deepEqual(fromFrame(failures), [
      { row: 0, path: "exam_name", rule: "non-empty", expected: "non-empty text", received: '""' },
    ]);
  });

  test("gives frames with all columns where no row is accepted or refused", () => {
    const { accepted, failures } = enforceFrame(toFrame<object>([]), gradeSchema, { keep: ["row" as never] });
    assert.deepEqual(accepted.columns, ["row", ...gradeSchema.fields.map(({ column }) => column)]);
    assert.deepEqual(failures.columns, ["row", "path", "rule", "expected", "received"]);
    assert.deepEqual([accepted.shape[0], failures.shape[0]], [0, 0]);
  });
});

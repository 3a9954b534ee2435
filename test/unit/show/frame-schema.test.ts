import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { DataFrame } from "danfojs-node";
import { projectPath } from "user-activity/dist/base/paths";
import { impliedColumns } from "user-activity/dist/events/implied";
import { inferSchema } from "user-activity/dist/events/infer";
import { type Leaves, toLeaves } from "user-activity/dist/events/leaves";
import { schemaOfFrame, schemaOfFrames } from "user-activity/dist/show/frame-schema";
import { toFrame } from "user-activity/dist/show/frames";
import { fieldsOf } from "user-activity/dist/tables/columns";
import type { Column } from "user-activity/dist/tables/tables";
import { realRecords } from "../../helpers/real-records";

interface Event {
  readonly sequences?: { readonly questions?: readonly { readonly options?: readonly object[] }[] };
}

function framed(objects: readonly object[]): DataFrame {
  const rows: Leaves[] = objects.map((object) => toLeaves(object));
  return toFrame(rows, [...new Set(rows.flatMap((row) => Object.keys(row)))]);
}

function framesOf(events: readonly Event[]) {
  const questions = events.flatMap(({ sequences }) => sequences?.questions ?? []);
  const options = questions.flatMap((question) => question.options ?? []);
  return { events: framed(events), questions: framed(questions), options: framed(options) };
}

/** Names, types and nullability, which are what a schema is; columns by name, since frames are in another order. */
function byName(columns: readonly Column[]): unknown {
  return Object.fromEntries(
    columns.map(({ name, type, nullable }) => [
      name,
      { type: typeof type === "string" ? type : byName(fieldsOf(type)), nullable },
    ]),
  );
}

function assertAsInferred(events: readonly Event[]): void {
  const { event, question } = schemaOfFrames(framesOf(events));
  const inferred = inferSchema(events);
  assert.deepEqual(byName(event), byName(impliedColumns(inferred)));
  assert.deepEqual(byName(question), byName(impliedColumns(inferred, "sequences.questions[]")));
}

describe("the schema that frames imply", () => {
  const file = projectPath("data", "assessments.json");
  test("is the one that is inferred from the events of the file", { skip: !existsSync(file) }, () => {
    assertAsInferred(JSON.parse(readFileSync(file, "utf8")));
  });

  test("is the one that is inferred from the real records", { skip: !realRecords }, () => {
    assertAsInferred(realRecords as readonly Event[]);
  });

  test("is the one that is inferred where parents, lists and keys are missing or null", () => {
    const question = { id: "q", options: [{ at: "2018-01-23T14:23:19Z", n: 2 ** 31 }, { n: null }] };
    const events: object[] = [
      { a: { b: 1 }, t: "1.0", sequences: { questions: [question, { id: "r", options: [] }], note: {} } },
      { a: null, t: "2.5", sequences: { questions: [{ ...question, id: null }], note: {} } },
      { a: {}, t: "3", sequences: { questions: [], note: {} }, late: [1, 2], mixed: 1 },
      { a: { b: 0.5 }, t: "4", sequences: { questions: [], note: {} }, mixed: "x" },
    ];
    assertAsInferred(events);
  });

  test("has a column of text for what is nothing but null, as the events imply", () => {
    assertAsInferred([
      { a: 1, b: null, c: { d: null } },
      { a: 2, b: null, c: { d: null } },
    ] as object[]);
  });

  test("has no columns where there are no rows", () => {
    assert.deepEqual(schemaOfFrame(framed([])), []);
  });
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { compileContract } from "user-activity/dist/contract/compile";
import { tableOf } from "user-activity/dist/contract/model";
import { readContract } from "user-activity/dist/contract/read";
import { schemaOf } from "user-activity/dist/events/contract-schemas";
import { enforceSchema } from "user-activity/dist/events/enforce";
import { describeField } from "user-activity/dist/events/schema";
import { eventsFile } from "../../helpers/live-lake";
import { propose } from "../../helpers/propose-cases";

interface ShippedEvent {
  readonly sequences: { readonly questions: readonly object[] };
}

const columns = `
      - { name: id, logicalType: string, required: true, primaryKey: true, logicalTypeOptions: { minLength: 1 } }
      - { name: code, logicalType: string, logicalTypeOptions: { minLength: 2, maxLength: 3, pattern: "^[a-z]+$" } }
      - { name: kind, logicalType: string, quality: [{ metric: invalidValues, mustBe: 0, arguments: { validValues: [a, b] } }] }
      - name: hint
        logicalType: string
        quality: [{ metric: invalidValues, mustBe: 0, arguments: { validValues: [a, b] }, severity: warning }]
      - { name: bytes, logicalType: integer, logicalTypeOptions: { format: i64, minimum: 1 } }
      - { name: share, logicalType: number, logicalTypeOptions: { minimum: 0, maximum: 1 } }
      - { name: day, logicalType: date, customProperties: [{ property: coercion, value: date }] }
      - { name: tries, logicalType: integer, customProperties: [{ property: coercion, value: number-text }] }
      - { name: low, logicalType: integer, transformSourceObjects: [range.low] }
      - { name: high, logicalType: integer, transformSourceObjects: [range.high] }
      - { name: tags, logicalType: array, items: { logicalType: string } }`;

const contract = readContract(`apiVersion: v3.1.0
kind: DataContract
id: visits
version: 1.0.0
status: draft
schema:
  - name: visits
    quality: [{ name: in-order, type: custom, engine: user-activity, implementation: low <= high }]
    properties:${columns}
`);
const visits = schemaOf(tableOf(contract, "visits"));

describe("the schema of a contract's table", () => {
  test("has a field for each column that one value of an event fills, with all that it asks for", () => {
    assert.deepEqual(
      visits.fields.map((field) => [field.path, field.type, describeField(field)]),
      [
        ["id", "STRING", "non-empty text"],
        ["code", "STRING", "text of 2 to 3 characters that matches /^[a-z]+$/ or null"],
        ["kind", "STRING", 'one of "a", "b" or null'],
        ["hint", "STRING", 'one of "a", "b" or null'],
        ["bytes", "INT64", "a whole number from 1 to 2^63 - 1 or null"],
        ["share", "DOUBLE", "a number from 0 to 1 or null"],
        ["day", "DATE", 'a day of the calendar, such as "2018-01-23" or null'],
        ["tries", "INT32", "a whole number from -2147483648 to 2147483647, as text or null"],
        ["range.low", "INT32", "a whole number from -2147483648 to 2147483647 or null"],
        ["range.high", "INT32", "a whole number from -2147483648 to 2147483647 or null"],
      ],
    );
  });

  const sound = { id: "1", code: "ab", kind: "a", bytes: 7, share: 0.5, day: "2018-01-23", tries: "2" };
  const cases: Readonly<Record<string, object>> = {
    "a sound event": sound,
    "text that is too short": { ...sound, code: "a" },
    "text that is too long": { ...sound, code: "abcd" },
    "text that does not match": { ...sound, code: "AB" },
    "a value that is none of those": { ...sound, kind: "c" },
    "a value that is only warned of": { ...sound, hint: "c" },
    "a number below its range": { ...sound, bytes: 0 },
    "a number above its range": { ...sound, share: 1.5 },
    "a day that no calendar has": { ...sound, day: "2018-02-30" },
    "text that is no number": { ...sound, tries: "two" },
    "two numbers in the wrong order": { ...sound, range: { low: 2, high: 1 } },
    "a key that is missing": { ...sound, id: undefined },
  };
  const { readEvent } = compileContract(contract);
  for (const [what, event] of Object.entries(cases)) {
    test(`refuses what the contract refuses: ${what}`, () => {
      const landed = readEvent(event, { partition: 0, offset: 0n }).visits;
      const enforced = enforceSchema(visits, event);
      const refused = landed?.kind === "refused" ? landed.failures : [];
      assert.deepEqual(enforced.ok ? [] : enforced.failures, refused);
      const [row] = landed?.kind === "rows" ? landed.rows : [];
      const { tags, ...values } = { tags: null, ...row };
      if (enforced.ok) assert.deepEqual(enforced.values, values);
    });
  }
});

describe("the schemas of a draft", () => {
  const events: ShippedEvent[] = JSON.parse(readFileSync(eventsFile, "utf8"));
  const draft = propose(events, "draft").contract;

  test("refuse nothing of what they were proposed from", () => {
    const event = schemaOf(tableOf(draft, "draft"));
    const question = schemaOf(tableOf(draft, "questions"));
    for (const one of events) {
      assert.equal(enforceSchema(event, one).ok, true);
      for (const asked of one.sequences.questions) assert.equal(enforceSchema(question, asked).ok, true);
    }
  });

  test("hold a part of an event to the columns that come from it", () => {
    const { fields } = schemaOf(tableOf(draft, "questions"));
    assert.deepEqual(
      fields.map(({ path }) => path),
      ["user_incomplete", "user_correct", "user_submitted", "id", "user_result"],
    );
  });

  test("read text as what it stands for", () => {
    const { fields } = schemaOf(tableOf(draft, "draft"));
    const coerced = fields.flatMap(({ path, coerce }) => (coerce ? [`${path} ${coerce}`] : []));
    assert.deepEqual(coerced, [
      "keen_timestamp unix-seconds",
      "max_attempts number-text",
      "started_at instant",
      "keen_created_at unix-seconds",
      "certification boolean-text",
    ]);
  });
});

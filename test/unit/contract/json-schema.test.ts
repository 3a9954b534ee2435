// The official test suite of JSON Schema: of the keywords that a contract shares with it, it means the same.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { projectPath } from "user-activity/dist/base/paths";
import { compileContract } from "user-activity/dist/contract/compile";
import { ContractError } from "user-activity/dist/contract/problems";
import { readContract } from "user-activity/dist/contract/read";
import { toDocument } from "../../helpers/contract-cases";
import { readSuite, toColumn } from "../../helpers/json-schema";

const suite = readSuite(readFileSync(projectPath("test", "golden", "json-schema-draft2020-12.json"), "utf8"));

/** Where a contract means something else, and why. */
const otherwise: Readonly<Record<string, string>> = {
  "optional/bignum: integer: a bignum is an integer": "an integer has at most 64 bits",
  "optional/bignum: integer: a negative bignum is an integer": "an integer has at most 64 bits",
};

/** Whether a value that stands under `v` lands; or why the contract can't be. */
function isTaken(column: object, value: unknown): boolean | string {
  try {
    const contract = readContract(
      JSON.stringify(toDocument({ schema: [{ name: "t", properties: [column] }] })),
    );
    const { t } = compileContract(contract).readEvent({ v: value }, { partition: 0, offset: 0n });
    return t?.kind === "rows";
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return `refused: expected ${error.problems[0]?.expected}`;
  }
}

test("a contract agrees with the test suite of JSON Schema, but for what it can't say and means otherwise by name", (t) => {
  const agreed: Record<string, number> = {};
  const unsaid: Record<string, number> = {};
  const differing: string[] = [];
  for (const [file, groups] of Object.entries(suite))
    for (const { description: group, schema, tests } of groups)
      for (const { description, data, valid } of tests) {
        const said = toColumn(schema, { value: data, path: "v", name: "v", isRequired: true });
        const taken = "unsaid" in said ? said.unsaid : isTaken(said.column, data);
        if (typeof taken === "string") unsaid[taken] = (unsaid[taken] ?? 0) + 1;
        else if (taken === valid) agreed[file] = (agreed[file] ?? 0) + 1;
        else differing.push(`${file}: ${group}: ${description}`);
      }
  for (const [reason, count] of Object.entries(unsaid)) t.diagnostic(`${count} not said: ${reason}`);
  for (const [name, reason] of Object.entries(otherwise)) t.diagnostic(`otherwise: ${name}: ${reason}`);
  assert.deepEqual(differing, Object.keys(otherwise));
  assert.deepEqual(agreed, {
    type: 51,
    enum: 19,
    minLength: 6,
    maxLength: 6,
    pattern: 3,
    minimum: 9,
    maximum: 7,
    required: 8,
    properties: 8,
    items: 6,
    "optional/bignum": 5,
    "optional/non-bmp-regex": 7,
    "optional/ecmascript-regex": 57,
  });
  assert.deepEqual(unsaid, {
    "several types": 19,
    "the type null": 12,
    "values of several types, or of others than text and numbers": 26,
    "a value that its keyword is not about": 25,
    "a value of any type": 4,
    "nothing fits false": 6,
    "keyword patternProperties": 30,
    "keyword prefixItems": 9,
    "keyword $defs": 6,
    "keyword allOf": 2,
    "keyword exclusiveMaximum": 1,
    "keyword exclusiveMinimum": 1,
    "keyword multipleOf": 1,
  });
});

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { parseJson } from "user-activity/dist/base/exact-numbers";
import { projectPath } from "user-activity/dist/base/paths";
import { enforceSchema } from "user-activity/dist/events/enforce";
import { enforceGrade } from "user-activity/dist/events/grades";
import type { Schema } from "user-activity/dist/events/schema";

interface Case {
  readonly event: Record<string, unknown>;
  readonly values?: unknown;
  readonly failures?: readonly { readonly rule: string }[];
}

const folder = projectPath("test", "cases", "enforce");
const cases = readdirSync(folder).map((file) => {
  const content = parseJson(readFileSync(join(folder, file), "utf8")) as Case;
  return { behaviour: file.replace(".json", "").replaceAll("-", " "), ...content };
});

for (const { behaviour, event, values, failures } of cases) {
  test(behaviour, () => {
    assert.deepEqual(enforceGrade(event), values ? { ok: true, values } : { ok: false, failures });
  });
}

test("every rule of the enforced schema has a case", () => {
  const rules = new Set(cases.flatMap(({ failures }) => failures?.map(({ rule }) => rule) ?? []));
  const expected =
    "required type well-formed non-empty whole minimum maximum instant unix-seconds boolean-text at-most";
  assert.deepEqual([...rules].sort(), expected.split(" ").sort());
});

test("refuses what is no object, at the path that it was given", () => {
  const schema: Schema = { name: "any", fields: [], rules: [] };
  for (const [value, rule] of [
    [null, "required"],
    [undefined, "required"],
    [[], "type"],
    ["{}", "type"],
  ] as const) {
    const enforced = enforceSchema(schema, value, "questions[3]");
    assert.deepEqual(enforced.ok ? [] : enforced.failures.map(({ path, rule }) => [path, rule]), [
      ["questions[3]", rule],
    ]);
  }
});

test("an inherited value is not the event's own", () => {
  const enforced = enforceGrade(Object.create(cases.find(({ values }) => values)?.event ?? null));
  assert.equal(enforced.ok, false);
});

test("text that does not match the pattern is refused", () => {
  const schema: Schema = {
    name: "codes",
    fields: [{ path: "code", column: "code", type: "STRING", nullable: true, pattern: /^[A-Z]{3}$/ }],
    rules: [],
  };
  assert.deepEqual(enforceSchema(schema, { code: "ABC" }), { ok: true, values: { code: "ABC" } });
  assert.deepEqual(enforceSchema(schema, {}), { ok: true, values: { code: null } });
  assert.deepEqual(enforceSchema(schema, { code: "abc" }, "exam"), {
    ok: false,
    failures: [
      {
        path: "exam.code",
        rule: "pattern",
        expected: "text that matches /^[A-Z]{3}$/ or null",
        received: '"abc"',
      },
    ],
  });
});

test("a nullable field below an absent parent is null, below a wrong parent a failure", () => {
  const schema: Schema = {
    name: "nested",
    fields: [{ path: "a.b.c", column: "c", type: "INT32", nullable: true }],
    rules: [],
  };
  for (const event of [{}, { a: null }, { a: { b: null } }, { a: { b: {} } }]) {
    assert.deepEqual(enforceSchema(schema, event), { ok: true, values: { c: null } });
  }
  assert.deepEqual(enforceSchema(schema, { a: { b: 1 } }), {
    ok: false,
    failures: [{ path: "a.b", rule: "type", expected: "an object", received: "1" }],
  });
});

test("any JSON gives values or failures, each path once, and never throws", () => {
  const sound = cases.find(({ values }) => values)?.event ?? {};
  const event = fc.oneof(
    fc.jsonValue(),
    fc
      .record({ at: fc.constantFrom(...Object.keys(sound), "sequences"), value: fc.jsonValue() })
      .map(({ at, value }) => ({ ...sound, [at]: value })),
  );
  fc.assert(
    fc.property(event, (value) => {
      const enforced = enforceGrade(value);
      if (enforced.ok) return;
      const paths = enforced.failures.map(({ path }) => path);
      assert.ok(paths.length > 0);
      assert.equal(new Set(paths).size, paths.length);
      for (const { received } of enforced.failures) assert.ok(received.length <= 80);
    }),
  );
});

test("any counts: values exactly where they are whole, in range and correct <= total", () => {
  const base = cases.find(({ behaviour }) => behaviour === "takes a whole event")?.event ?? {};
  const count = fc.oneof(fc.integer({ min: -2, max: 5 }), fc.double(), fc.integer(), fc.maxSafeInteger());
  fc.assert(
    fc.property(count, count, (correct, total) => {
      const counts = { ...(base.sequences as { counts: object }).counts, correct, total };
      const enforced = enforceGrade({ ...base, sequences: { counts } });
      const isCount = (n: number) => Number.isInteger(n) && n >= 0 && n <= 2147483647;
      assert.equal(enforced.ok, isCount(correct) && isCount(total) && total > 0 && correct <= total);
    }),
  );
});

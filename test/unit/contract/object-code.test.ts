import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJson } from "user-activity/dist/base/exact-numbers";
import { compileNullable, compileObject, compileRecord } from "user-activity/dist/contract/compile-object";
import type { AskingColumn } from "user-activity/dist/contract/describe";
import { refused, Sink } from "user-activity/dist/contract/sink";

const bound = fc.integer({ min: -3, max: 3 });
const ranges = fc.record({ min: bound, max: bound }, { requiredKeys: [] });
const lengths = fc.record(
  { minLength: fc.nat(2), maxLength: fc.integer({ min: 2, max: 3 }), pattern: fc.constant("^a") },
  { requiredKeys: [] },
);
const coercions = fc.record({ coerce: fc.constant("number-text" as const) }, { requiredKeys: [] });
const numberTypes = fc.constantFrom("INT32", "INT64", "DOUBLE");

/** What columns may ask for: what is seen to at once, and what is left to their readers. */
const asked = fc.oneof(
  fc.record({ type: fc.constant("BOOLEAN") }),
  fc.tuple(fc.record({ type: fc.constant("STRING") }), lengths),
  fc.tuple(fc.record({ type: numberTypes }), ranges, coercions),
);
const severities = fc.record({ severity: fc.constant("warning" as const) }, { requiredKeys: [] });
const columns = fc
  .tuple(asked, severities, fc.boolean())
  .map(
    ([own, severity, nullable]): AskingColumn =>
      Object.assign({ name: "column", nullable }, severity, ...[own].flat()),
  );

const values = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, false, [], {}, { key: 1 }, parseJson("9007199254740993")),
  fc.constantFrom("", "a", "ab", "abcd", "😀😀", "\ud800", "1", "-0", "1e400"),
  fc.constantFrom(0, -0, 1.5, 4, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53, Number.POSITIVE_INFINITY),
  fc.integer({ min: -4, max: 4 }),
);

/** What a reading comes to, with all that it told. */
function tell(read: (sink: Sink) => unknown): object {
  const sink = new Sink();
  return { value: read(sink), failures: sink.failures, warnings: sink.warnings };
}

/** Reads a value that stands at the column's path, in an object or as a field of a record. */
function readAt(column: AskingColumn, object: { readonly [key: string]: unknown }): readonly object[] {
  const fill = compileObject([{ column, index: 1 }], []);
  const record = compileRecord([column], []);
  return [
    tell((sink) => {
      const filled: unknown[] = [];
      fill(object, sink, filled);
      return filled[1];
    }),
    tell((sink) => {
      const made = record(object, sink);
      return made === refused ? made : (made as { readonly column: unknown }).column;
    }),
  ];
}

test("what is read at once is what the column's reader gives, with the same failures and warnings", () => {
  const property = fc.property(columns, values, (column, value) => {
    for (const [from, object] of [
      ["key", { key: value }],
      ["a.key", { a: { key: value } }],
      ["valueOf", { valueOf: value }],
    ] as const) {
      const own = { ...column, from };
      const alone = tell((sink) => compileNullable(own)(value, sink));
      assert.deepEqual(readAt(own, object), [alone, alone]);
    }
  });
  fc.assert(property, { numRuns: 2000 });
});

test("what does not fit is null where a column says so, and nothing is told of it", () => {
  const property = fc.property(columns, values, (column, value) => {
    const own: AskingColumn = { ...column, from: "a.key", misfit: "nulled" };
    const sink = new Sink();
    const alone = compileNullable(column)(value, sink);
    const read = { value: sink.failures.length > 0 ? null : alone, failures: [], warnings: [] };
    assert.deepEqual(readAt(own, { a: { key: value } }), [read, read]);
    const none = { ...read, value: null };
    assert.deepEqual(readAt(own, { a: [] }), [none, none]);
  });
  fc.assert(property, { numRuns: 1000 });
});

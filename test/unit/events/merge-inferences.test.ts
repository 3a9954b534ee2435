import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJson } from "user-activity/dist/base/exact-numbers";
import {
  createInference,
  type Inference,
  inferSchema,
  mergeInferences,
  observeEvent,
  toInferredSchema,
} from "user-activity/dist/events/infer";

const text = fc.constantFrom(
  "",
  "2018-01-23T14:23:19Z",
  "2018-01-23",
  "PT1M",
  "7",
  "2.5",
  "true",
  "tea",
  "x".repeat(81),
);
const exact = fc.constantFrom("10000000000000001", "1.0000000000000001e16").map(parseJson);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    text,
    exact,
    fc.integer({ min: -3, max: 12 }),
    fc.constantFrom(null, true, false, 0.5, -0),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c.d", ""), tie("value"), { maxKeys: 3 }),
    fc.integer({ min: 0, max: 3 }).map(keyed),
  ),
}));

/** An object with a hundred keys that others have not. */
function keyed(hundred: number): object {
  return Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`k${hundred * 100 + at}`, { n: at }]));
}

const events = fc.array(fc.dictionary(fc.constantFrom("a", "b", "id", "map"), value, { maxKeys: 4 }), {
  maxLength: 12,
});
const order = fc.array(fc.nat(), { minLength: 12, maxLength: 12 });

const placeOf = (at: number) => ({ partition: at % 3, offset: BigInt(at) });

function observeAll(all: readonly (readonly [number, unknown])[], maxPaths?: number): Inference {
  const inference = createInference(maxPaths);
  for (const [at, event] of all) observeEvent(inference, event, placeOf(at));
  return inference;
}

test("batches, partitions and machines infer the same in any order and grouping", () => {
  fc.assert(
    fc.property(events, order, order, fc.constantFrom(5, 1000), (all, rank, group, maxPaths) => {
      const placed = all.map((event, at) => [at, event] as const);
      const whole = toInferredSchema(observeAll(placed, maxPaths));
      const shuffled = [...placed].sort(([a], [b]) => (rank[a] ?? 0) - (rank[b] ?? 0));
      assert.deepEqual(toInferredSchema(observeAll(shuffled, maxPaths)), whole);
      const parts = [0, 1, 2, 3].map((part) =>
        observeAll(
          shuffled.filter(([at]) => (group[at] ?? 0) % 4 === part),
          maxPaths,
        ),
      );
      const [a, b, c, d] = parts as [Inference, Inference, Inference, Inference];
      const left = mergeInferences(mergeInferences(mergeInferences(a, b), c), d);
      const right = mergeInferences(mergeInferences(d, b), mergeInferences(c, a));
      assert.deepEqual(toInferredSchema(left), whole);
      assert.deepEqual(toInferredSchema(right), whole);
    }),
  );
});

test("merging leaves both inferences as they were", () => {
  const [a, b] = [observeAll([[0, { a: 1 }]]), observeAll([[1, { a: "x", b: [{}] }]])];
  const before = [toInferredSchema(a), toInferredSchema(b)];
  observeEvent(mergeInferences(a, b), { a: null, c: 1 }, placeOf(2));
  assert.deepEqual([toInferredSchema(a), toInferredSchema(b)], before);
});

test("a path says where it was first seen: by partition and offset, or by its record", () => {
  const inference = createInference();
  observeEvent(inference, { a: 1 }, { partition: 1, offset: 7n });
  observeEvent(inference, { a: 1, b: 2 }, { partition: 0, offset: 9n });
  observeEvent(inference, { b: 2 }, { partition: 0, offset: 3n, eventIndex: 2 });
  const firsts = (schema: typeof inference) =>
    toInferredSchema(schema).fields.map(({ path, firstSeen }) => [path, firstSeen]);
  assert.deepEqual(firsts(inference), [
    ["b", { partition: 0, offset: "3", eventIndex: 2 }],
    ["a", { partition: 0, offset: "9" }],
  ]);
  assert.deepEqual(
    inferSchema([{ a: 1 }, { b: [1] }]).fields.map(({ firstSeen }) => firstSeen),
    [{ record: 0 }, { record: 1 }, { record: 1 }],
  );
});

test("an object with more than 250 different keys is a map, whose keys are one path", () => {
  const map = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, at) => [`k${from + at}`, { n: from + at }]));
  const { fields, omittedCount } = inferSchema([
    { map: map(0, 200) },
    { map: map(150, 251) },
    { map: map(0, 2) },
  ]);
  assert.deepEqual(
    fields.map(({ path, key, count, parentCount, min, max }) => [path, key, count, parentCount, min, max]),
    [
      ["map", "map", 3, 3, null, null],
      ["map{}", null, 303, 3, null, null],
      ["map{}.n", "n", 303, 303, 0, 250],
    ],
  );
  assert.equal(omittedCount, 0);
  assert.equal(inferSchema([{ map: map(0, 250) }]).fields.length, 501);
});

test("different values are counted, of many within some percent", () => {
  const countOf = (different: number) => {
    const all = Array.from({ length: 3 * different }, (_, at) => ({
      id: `u-${at % different}`,
      n: at % different,
    }));
    return inferSchema(all).fields.map(({ distinctCount }) => distinctCount ?? 0);
  };
  assert.deepEqual(countOf(1), [1, 1]);
  assert.deepEqual(countOf(2047), [2047, 2047]);
  for (const count of countOf(50_000)) assert.ok(Math.abs(count / 50_000 - 1) < 0.1, String(count));
});

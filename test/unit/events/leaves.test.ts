import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { inferSchema } from "user-activity/dist/events/infer";
import { fromLeaves, toLeaves } from "user-activity/dist/events/leaves";

describe("toLeaves", () => {
  test("gives each scalar under its path, null too, in the event's order", () => {
    const leaves = toLeaves({ b: { d: 1, c: { e: null } }, a: "x", f: false });
    assert.deepEqual(Object.entries(leaves), [
      ["b.d", 1],
      ["b.c.e", null],
      ["a", "x"],
      ["f", false],
    ]);
  });

  test("keeps of an array its length, of an empty object that it is one", () => {
    assert.deepEqual(toLeaves({ list: [1, { a: 2 }], none: [], object: {} }), {
      "list[]": 2,
      "none[]": 0,
      "object{}": 0,
    });
  });

  test("names paths as the inference does, so that no two are alike", () => {
    const event = { "a.b": 1, a: { b: 2 }, "": 3, "c[]": 4, ü: { "d e": 5 } };
    const scalars = inferSchema([event]).fields.filter(({ types }) => !types.object);
    assert.deepEqual(
      Object.keys(toLeaves(event)),
      scalars.map(({ path }) => path),
    );
  });

  test("does not go deeper than 20 levels, however deep an event is nested", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`);
    const path = Array(20).fill("a").join(".");
    assert.deepEqual(toLeaves(deep), { [`${path}{}`]: 1 });
  });
});

describe("fromLeaves", () => {
  test("gives back an object without arrays and nulls", () => {
    const event = { a: { b: 1, "c.d": { e: "x" } }, f: true, "g[]": "y", empty: {} };
    assert.deepEqual(fromLeaves(toLeaves(event)), event);
  });

  test("leaves out null, and parents that hold nothing else", () => {
    assert.deepEqual(fromLeaves({ "a.b": null, "c.d": undefined, "c.e": 0 }), { c: { e: 0 } });
  });

  test("says of an array whether it has elements", () => {
    assert.deepEqual(fromLeaves({ "a.list[]": 3, "none[]": 0 }), { a: { list: ["…"] }, none: [] });
  });

  test("any JSON object without arrays and nulls is the same after both", () => {
    const value = fc.letrec((tie) => ({
      object: fc.dictionary(fc.string(), tie("value") as fc.Arbitrary<unknown>, {
        maxKeys: 4,
        noNullPrototype: true,
      }),
      value: fc.oneof({ maxDepth: 5 }, fc.string(), fc.double({ noNaN: true }), fc.boolean(), tie("object")),
    })).object;
    fc.assert(
      fc.property(value, (object) => {
        assert.deepEqual(fromLeaves(toLeaves(object as object)), object);
      }),
    );
  });

  test("a path that names __proto__ changes no other object", () => {
    const object = fromLeaves({ "__proto__.polluted": true, __proto__x: 1 });
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
    assert.deepEqual(Object.keys(object), ["__proto__", "__proto__x"]);
  });
});

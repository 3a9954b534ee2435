import assert from "node:assert/strict";
import { test } from "node:test";
import { describeField, type Field } from "user-activity/dist/events/schema";

test("a field says in words what it asks for", () => {
  const base: Field = { path: "a", column: "a", type: "STRING", nullable: false };
  const said: readonly (readonly [Partial<Field>, string])[] = [
    [{}, "text"],
    [{ nonEmpty: true, nullable: true }, "non-empty text or null"],
    [{ pattern: /^x/ }, "text that matches /^x/"],
    [{ type: "BOOLEAN" }, "true or false"],
    [{ type: "INT32" }, "a whole number from -2147483648 to 2147483647"],
    [{ type: "INT32", min: 1, max: 6 }, "a whole number from 1 to 6"],
    [{ type: "BOOLEAN", coerce: "boolean-text", nullable: true }, '"true" or "false" or null'],
  ];
  for (const [field, words] of said) assert.equal(describeField({ ...base, ...field }), words);
});

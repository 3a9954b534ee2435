import assert from "node:assert/strict";
import { test } from "node:test";
import {
  columnsIn,
  ExpressionError,
  isComparison,
  parseExpression,
} from "user-activity/dist/contract/expressions";

const column = (name: string) => ({ kind: "column", name });

test("multiplication binds more than addition, and both from left to right", () => {
  assert.deepEqual(parseExpression("a - b - c * 2"), {
    kind: "binary",
    op: "-",
    left: { kind: "binary", op: "-", left: column("a"), right: column("b") },
    right: { kind: "binary", op: "*", left: column("c"), right: { kind: "number", value: 2 } },
  });
});

test("a comparison stands at the top, and its columns are told once each", () => {
  const expression = parseExpression("(a + b) / a <= c1");
  assert.equal(isComparison(expression), true);
  assert.deepEqual(columnsIn(expression), ["a", "b", "c1"]);
  assert.equal(isComparison(parseExpression("a + b")), false);
});

test("calls have columns in their brackets, or none", () => {
  assert.deepEqual(parseExpression("mean(score)"), { kind: "call", name: "mean", args: [column("score")] });
  assert.deepEqual(parseExpression("count()"), { kind: "call", name: "count", args: [] });
});

for (const [text, expected] of [
  ["", "a column or a number, at the end"],
  ["a +", "a column or a number, at the end"],
  ["a b", 'nothing more, at "b"'],
  ["a <= b <= c", 'nothing more, at "<="'],
  ["(a", 'a closing bracket, at "the end"'],
  ["* a", 'a column or a number, at "*"'],
  ["a; b", 'a column, a number or an operator, at "; b"'],
  [`${"(".repeat(40)}a`, "at most 32 brackets within each other"],
  ["1+".repeat(150), "at most 200 words"],
] as const)
  test(`no expression: ${text.slice(0, 20)}`, () => {
    assert.throws(() => parseExpression(text), new ExpressionError(expected));
  });

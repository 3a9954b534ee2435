import { type Comparison, columnsIn, type Expression, parseExpression } from "./expressions";
import { type ComparisonRule, quote } from "./failures";
import type { ContractColumn, ContractRule } from "./model";
import { partsOf } from "./paths";
import type { Sink } from "./sink";

/** A row's values, by the number of their column. */
export type Values = readonly unknown[];

/** Works a number out of a row; NaN where one of its columns is null or was refused. */
export type Evaluate = (values: Values) => number;

/** Holds a row to one rule. */
export type HoldTo = (values: Values, sink: Sink) => void;

/** Prepares an expression of numbers: columns are looked up by their number. */
export function compileExpression(expression: Expression, names: readonly string[]): Evaluate {
  if (expression.kind === "number") return () => expression.value;
  if (expression.kind === "column") {
    const at = names.indexOf(expression.name);
    return (values) => {
      const value = values[at];
      return typeof value === "number" ? value : typeof value === "bigint" ? Number(value) : Number.NaN;
    };
  }
  if (expression.kind === "call") throw new Error(`no sum stands in a row: ${expression.name}`);
  const [left, right] = [
    compileExpression(expression.left, names),
    compileExpression(expression.right, names),
  ];
  if (expression.op === "+") return (values) => left(values) + right(values);
  if (expression.op === "-") return (values) => left(values) - right(values);
  if (expression.op === "*") return (values) => left(values) * right(values);
  return (values) => left(values) / right(values);
}

/** What each comparison asks for: its rule, its words, and whether it holds. */
const comparisons: Readonly<
  Record<Comparison, readonly [ComparisonRule, string, (left: number, right: number) => boolean]>
> = {
  "<=": ["at-most", "at most", (left, right) => left <= right],
  ">=": ["at-least", "at least", (left, right) => left >= right],
  "<": ["below", "less than", (left, right) => left < right],
  ">": ["above", "more than", (left, right) => left > right],
  "==": ["equal", "equal to", (left, right) => left === right],
  "!=": ["different", "other than", (left, right) => left !== right],
};

/**
 * Prepares a rule between columns; where one of its columns is null or was refused it is not asked. A failure stands at the path of the
 * column on the left, or at that of the row where more than a column stands there.
 */
export function compileRule(
  rule: ContractRule,
  columns: readonly Pick<ContractColumn, "name" | "from">[],
  row: string,
): HoldTo {
  const expression = parseExpression(rule.holds);
  if (expression.kind !== "binary" || !(expression.op in comparisons))
    throw new Error(`rule ${rule.name}: expected a comparison`);
  const names = columns.map(({ name }) => name);
  const [left, right] = [
    compileExpression(expression.left, names),
    compileExpression(expression.right, names),
  ];
  const [name, words, holds] = comparisons[expression.op as Comparison];
  const [leftText, rightText] = rule.holds.split(expression.op).map((part) => part.trim());
  const single = expression.left.kind === "column" ? columns[names.indexOf(expression.left.name)] : undefined;
  const template = partsOf(single?.from ?? row);
  const start = single ? "" : `${leftText} `;
  const isFixed = columnsIn(expression.right).length === 0;
  return (values, sink) => {
    const [a, b] = [left(values), right(values)];
    if (Number.isNaN(a) || Number.isNaN(b) || holds(a, b)) return;
    const expected = `${start}${words} ${rightText}${isFixed ? "" : `, which is ${b}`}`;
    const failure = { rule: name, expected, received: quote(a) };
    if (rule.severity === "error") sink.failRule(template, failure);
    else sink.warn(template, { ...failure, by: rule.name });
  };
}

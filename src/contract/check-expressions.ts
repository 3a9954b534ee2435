import { columnsIn, type Expression, ExpressionError, isComparison, parseExpression } from "./expressions";
import {
  type Contract,
  type ContractColumn,
  type ContractSummary,
  type ContractTable,
  primaryKeyOf,
} from "./model";
import type { Problems } from "./problems";

const numbers = ["INT32", "INT64", "DOUBLE"];
const ordered = [...numbers, "TIMESTAMP", "DATE"];

/** What a summary is worked out by: of a column, each; `count` of none. */
export const aggregates = {
  count: [],
  sum: numbers,
  mean: numbers,
  stddev: numbers,
  min: ordered,
  max: ordered,
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Reads an expression of a part; undefined where it is none, which is added to the problems. */
function parse(part: object, key: string, text: string, problems: Problems): Expression | undefined {
  try {
    return parseExpression(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    problems.addTo(part, [key], error.message, text, "write it as in correct / total");
    return undefined;
  }
}

/** Finds the first name in an expression that is no column it may use. */
function misused(expression: Expression, columns: readonly ContractColumn[]): string | undefined {
  return columnsIn(expression).find((name) => {
    const found = columns.find((column) => column.name === name);
    return !found || !ordered.includes(found.type);
  });
}

/** Derived columns are worked out of those before them, so that none depends on itself. */
export function checkDerived({ columns }: ContractTable, problems: Problems): void {
  for (const [index, column] of columns.entries()) {
    if (column.derived === undefined) continue;
    const expression = parse(column, "transformLogic", column.derived, problems);
    if (!expression) continue;
    const before = columns.filter(
      (other, at) => other !== column && (other.derived === undefined || at < index),
    );
    const add = (expected: string, received: unknown, hint: string) =>
      problems.addTo(column, ["transformLogic"], expected, received, hint);
    const stranger = misused(expression, before);
    if (stranger !== undefined)
      add("columns of numbers or times that come from a path, or before it", stranger, "name one");
    else if (isComparison(expression) || hasCall(expression))
      add("numbers joined by + - * / and brackets", column.derived, "write a rule for a comparison");
    else if (!numbers.includes(column.type))
      problems.addTo(column, ["logicalType"], "a number", column.type, "a derived column is one");
  }
}

function hasCall(expression: Expression): boolean {
  if (expression.kind === "call") return true;
  return expression.kind === "binary" && (hasCall(expression.left) || hasCall(expression.right));
}

/** Rules compare what the row's columns hold. */
export function checkRules({ rules, columns }: ContractTable, problems: Problems): void {
  const names = new Set<string>();
  for (const rule of rules) {
    if (names.has(rule.name))
      problems.addTo(rule, ["name"], "a name that no other rule has", rule.name, "rename one");
    names.add(rule.name);
    const expression = parse(rule, "implementation", rule.holds, problems);
    if (!expression) continue;
    const stranger = misused(expression, columns);
    if (stranger !== undefined)
      problems.addTo(
        rule,
        ["implementation"],
        "columns of numbers or times of this table",
        stranger,
        "name one",
      );
    else if (!isComparison(expression) || hasCall(expression))
      problems.addTo(
        rule,
        ["implementation"],
        "a comparison, as in correct <= total",
        rule.holds,
        "add what it must be",
      );
  }
}

/** A summary's columns are what its rows are grouped by, or sums over another table. */
export function checkSummary(contract: Contract, summary: ContractSummary, problems: Problems): void {
  const of = contract.tables.find(({ name }) => name === summary.of);
  if (!of) {
    problems.addTo(
      summary,
      ["customProperties"],
      "a table of the contract in summaryOf",
      summary.of,
      "name one",
    );
    return;
  }
  const groups = primaryKeyOf(summary);
  if (groups.length === 0)
    problems.addTo(summary, ["properties"], "columns to group by", "none with primaryKey: true", "mark them");
  for (const column of summary.columns) {
    if (column.derived !== undefined) checkAggregate(column, column.derived, of, problems);
    else if (!groups.includes(column.name))
      problems.addTo(
        column,
        ["transformLogic"],
        "a sum such as mean(score), or primaryKey: true",
        undefined,
        "add one",
      );
    else if (!of.columns.some(({ name, type }) => name === column.name && type === column.type))
      problems.addTo(
        column,
        ["name"],
        `a column of ${of.name}, of the same type`,
        column.name,
        "name it as there",
      );
  }
}

function checkAggregate(column: ContractColumn, text: string, of: ContractTable, problems: Problems): void {
  const expression = parse(column, "transformLogic", text, problems);
  if (!expression) return;
  const add = (expected: string, hint: string) =>
    problems.addTo(column, ["transformLogic"], expected, text, hint);
  const types = expression.kind === "call" ? aggregateTypes(expression.name) : undefined;
  if (expression.kind !== "call" || !types) {
    add(`one of ${Object.keys(aggregates).join(", ")}, as in mean(score)`, "write one");
    return;
  }
  const [arg, ...more] = expression.args;
  if (expression.name === "count") {
    if (arg) add("count()", "take out what is counted: it is the rows");
    return;
  }
  const found = of.columns.find(({ name }) => arg?.kind === "column" && name === arg.name);
  if (more.length > 0 || !found || !types.includes(found.type))
    add(`one column of ${of.name} that it can be taken of`, "name one");
  else if (!column.nullable && (found.nullable || expression.name === "stddev"))
    problems.addTo(column, ["required"], "false: where there is no value it is null", true, "take it out");
}

function aggregateTypes(name: string): readonly string[] | undefined {
  return Object.hasOwn(aggregates, name) ? aggregates[name as keyof typeof aggregates] : undefined;
}

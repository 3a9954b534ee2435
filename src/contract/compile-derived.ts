import { compileExpression } from "./compile-rules";
import { compileScalar } from "./compile-scalar";
import { columnsIn, parseExpression } from "./expressions";
import type { ContractColumn, ContractTable } from "./model";
import { partsOf } from "./paths";
import type { FillRow } from "./reading";
import { refused } from "./sink";

/** Prepares what a row's columns are worked out by, each of those before it; they are held to what they ask for as others are. */
export function compileDerived({ columns }: ContractTable): FillRow[] {
  return columns.flatMap((column, index) =>
    column.derived === undefined ? [] : [compileOne(column, column.derived, index, columns)],
  );
}

function compileOne(
  column: ContractColumn,
  derived: string,
  index: number,
  columns: readonly ContractColumn[],
): FillRow {
  const names = columns.map(({ name }) => name);
  const expression = parseExpression(derived);
  const evaluate = compileExpression(expression, names);
  const sources = columnsIn(expression).map((name) => names.indexOf(name));
  const { name, nullable } = column;
  const check = compileScalar({ ...column, from: name });
  const template = partsOf(name);
  return ({ values, sink }) => {
    if (sources.some((at) => values[at] === refused)) {
      values[index] = refused;
      return;
    }
    const value = evaluate(values);
    if (Number.isFinite(value)) values[index] = check(value, sink);
    else if (nullable) values[index] = null;
    else {
      const inputs = Object.fromEntries(sources.map((at) => [names[at], values[at]]));
      values[index] = sink.fail(template, "finite", `${derived} to be a number`, inputs);
    }
  };
}

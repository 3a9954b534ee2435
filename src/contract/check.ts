import { checkColumns, checkName } from "./check-columns";
import { checkDerived, checkRules, checkSummary } from "./check-expressions";
import { type Contract, type ContractTable, primaryKeyOf } from "./model";
import { countArrays, parsePath } from "./paths";
import type { Problems } from "./problems";

/** Columns of raw_data, which every lake has, that a table may refer to. */
const ofRawData = ["topic", "partition", "offset"];

/** The most tables and columns that a contract may have: more would cost every event. */
const mostTables = 50;
const mostColumns = 500;

/** Finds what contradicts itself in a contract whose parts are sound by themselves. */
export function checkContract(contract: Contract, problems: Problems): void {
  const all = [...contract.tables, ...contract.summaries];
  checkNames(all, problems);
  if (contract.tables.length === 0)
    problems.add(["schema"], "a table at least", JSON.stringify([]), "add one with its properties");
  for (const table of contract.tables) {
    if (table.row !== "$" && !/(?:\[\]|\{\})$/.test(table.row))
      problems.addTo(
        table,
        ["customProperties"],
        "$, or the elements of an array, ending in []",
        table.row,
        "add [], or {} where its keys are data",
      );
    checkColumns(table, problems);
    checkDerived(table, problems);
    checkRules(table, problems);
    checkForeignKeys(contract, table, problems);
  }
  for (const summary of contract.summaries) checkSummary(contract, summary, problems);
  checkIdentity(contract, problems);
}

function checkNames(
  tables: readonly { readonly name: string; readonly columns: readonly { readonly name: string }[] }[],
  problems: Problems,
): void {
  if (tables.length > mostTables)
    problems.add(["schema"], `at most ${mostTables} tables`, String(tables.length), "split the contract");
  const seen = new Set(["raw_data", "quarantine", "events"]);
  for (const table of tables) {
    checkName(table, table.name, seen, problems);
    if (table.columns.length > mostColumns)
      problems.addTo(
        table,
        ["properties"],
        `at most ${mostColumns} columns`,
        table.columns.length,
        "split the table",
      );
    const columns = new Set<string>();
    for (const column of table.columns) checkName(column, column.name, columns, problems);
  }
}

/** Whether a column stands in a table of the contract, or in raw_data. */
function hasColumn(contract: Contract, table: string, column: string): boolean {
  if (table === "raw_data") return ofRawData.includes(column);
  const found = [...contract.tables, ...contract.summaries].find(({ name }) => name === table);
  return found?.columns.some(({ name }) => name === column) ?? false;
}

function checkForeignKeys(contract: Contract, table: ContractTable, problems: Problems): void {
  for (const key of table.foreignKeys) {
    for (const column of key.columns)
      if (!hasColumn(contract, table.name, column))
        problems.addTo(key, ["from"], `a column of ${table.name}`, column, "name one that there is");
    for (const column of key.references)
      if (!hasColumn(contract, key.table, column))
        problems.addTo(
          key,
          ["to"],
          "a column of the contract or of raw_data",
          `${key.table}.${column}`,
          "name one that there is",
        );
  }
  for (const column of table.columns) {
    const [to = "", name = ""] = column.references?.split(".") ?? [];
    if (column.references !== undefined && !hasColumn(contract, to, name))
      problems.addTo(
        column,
        ["relationships"],
        "a column of the contract",
        column.references,
        "name one as table.column",
      );
  }
  if (primaryKeyOf(table).length > 0 || table.row === "$") return;
  const expected = "columns that tell a row from others";
  problems.addTo(table, ["properties"], expected, "none with primaryKey: true", "mark them, @index is one");
}

function checkIdentity({ identity, tables }: Contract, problems: Problems): void {
  if (!identity) return;
  if (countArrays(parsePath(identity.path) ?? []) > 0)
    problems.addTo(
      identity,
      ["path"],
      "a path with one value an event",
      identity.path,
      "name one without []",
    );
  if (identity.by === undefined) return;
  const [table = "", column = ""] = identity.by.split(".");
  const of = tables.find(({ name }) => name === table);
  const found = of?.row === "$" ? of.columns.find(({ name }) => name === column) : undefined;
  if (found && !found.nullable && ["TIMESTAMP", "INT32", "INT64", "DATE", "DOUBLE"].includes(found.type))
    return;
  const expected =
    "a required column that has an order, of a table whose rows are events, as in grades_ID.recorded_at";
  problems.addTo(identity, ["by"], expected, identity.by, "name one");
}

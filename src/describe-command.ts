import { Argument, type Command } from "commander";
import { type ColumnDoc, describeRow, toColumnDoc } from "./column-docs";
import { type Table, type TableName, tables } from "./tables";

/** Adds `describe` to the command line. */
export function addDescribeCommand(program: Command): void {
  program
    .command("describe")
    .description("says what the tables and their columns hold: types, units, the meaning of null")
    .addArgument(new Argument("[table]", "only this table").choices(Object.keys(tables)))
    .option("--json", "print JSON: an array of table, doc, columns")
    .action((name: TableName | undefined, { json }: { json?: true }) => {
      const chosen: readonly Table[] = name === undefined ? Object.values(tables) : [tables[name]];
      const text = json
        ? JSON.stringify(chosen.map(toTableDoc), null, 2)
        : chosen.map(formatTableDoc).join("\n\n");
      process.stdout.write(`${text}\n`);
    });
}

function toTableDoc(table: Table) {
  return { table: table.name, doc: describeRow(table), columns: table.columns.map(toColumnDoc) };
}

/** A table in words: what one row is, then a line for each column and each field of a list's structs. */
export function formatTableDoc(table: Table): string {
  const lines = table.columns.flatMap((column) => toLines(toColumnDoc(column), ""));
  const widest = (cells: readonly string[]) => Math.max(...cells.map((cell) => cell.length));
  const nameWidth = widest(lines.map(({ name }) => name));
  const typeWidth = widest(lines.map(({ type }) => type));
  return [
    `${table.name}: ${describeRow(table)}`,
    ...lines.map(
      ({ name, type, words }) => `  ${name.padEnd(nameWidth)}  ${type.padEnd(typeWidth)}  ${words}`,
    ),
  ].join("\n");
}

interface DocLine {
  /** As in options[].checked. */
  readonly name: string;
  readonly type: string;
  readonly words: string;
}

function toLines(column: ColumnDoc, prefix: string): DocLine[] {
  const { doc, unit, fields = [] } = column;
  const name = `${prefix}${column.name}`;
  const type = fields.length === 0 ? column.type : "LIST";
  const meaning = column.null && `null: ${column.null}`;
  const facts = [unit, meaning].filter(Boolean).join("; ");
  const words = facts ? `${doc} (${facts})` : doc;
  return [{ name, type, words }, ...fields.flatMap((field) => toLines(field, `${name}[].`))];
}

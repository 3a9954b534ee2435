import { type Command, Option } from "commander";
import { type ColumnPart, describeRow, outlineType, partsOf, toColumnDoc } from "../tables/column-docs";
import { tableIn, tableNames } from "../tables/lake-model";
import type { Table, TableName } from "../tables/tables";
import { withProgress } from "./progress";
import { type AtOption, atOption, modelOfToday, type QueryTools } from "./tools";

interface DescribeFlags extends AtOption {
  readonly profile?: true;
  readonly json?: true;
}

/** Adds `describe` to the command line. */
export function addDescribeCommand(program: Command, tools: QueryTools): void {
  program
    .command("describe")
    .description("says what the tables and their columns hold: types, units, the meaning of null")
    .argument("[table]", "only this table")
    .option(
      "--profile",
      "say what the landed tables hold now instead: nulls, distinct, least, greatest and most frequent values of each column, and a histogram",
    )
    .addOption(new Option(atOption[0], `profile, and ${atOption[1]}`).implies({ profile: true }))
    .option(
      "--json",
      "print JSON: an array of table, doc, columns; with --profile of table, rows, columns (column, type, values, nulls, distinct, isExact, least, greatest, frequent, histogram)",
    )
    .addHelpText("after", profileHelp)
    .action(async (name: TableName | undefined, flags: DescribeFlags) => {
      const text = flags.profile ? await profileAll(name, flags, tools) : await describeAll(name, flags);
      (tools.output ?? process.stdout).write(`${text}\n`);
    });
}

const profileHelp = `
A profile (--profile) has a line for each column, and one for what it holds: a list's elements, over all rows, and each field of structs:
  distinct       how many different values, null aside; an estimate, marked with ≈, past a million values
  histogram      how values lie between least and greatest, in ten parts at most; not of text and flags
  most frequent  values that occur more than once, each with how often
Of a list it is the number of elements that is told.`;

/** The tables of today's contract. */
async function describeAll(name: TableName | undefined, { json }: DescribeFlags): Promise<string> {
  const model = await modelOfToday();
  const chosen = name === undefined ? Object.values(model.tables) : [tableIn(model, name)];
  return json ? JSON.stringify(chosen.map(toTableDoc), null, 2) : chosen.map(formatTableDoc).join("\n\n");
}

/** The tables that the lake has. */
async function profileAll(
  name: TableName | undefined,
  { json, at }: Pick<DescribeFlags, "json" | "at">,
  tools: QueryTools,
): Promise<string> {
  const profiles = await tools.withNeeded(["hdfs"], () =>
    withProgress(
      "profiling",
      async ({ tell }) => {
        const { profileTable } = await import("../sql/profile.js");
        const { readingOnce } = await import("../sql/reading.js");
        const reading = await readingOnce({ at, signal: tools.signal });
        const found = [];
        const { model } = reading.lake;
        for (const table of name === undefined ? tableNames(model) : [tableIn(model, name).name]) {
          tell(`profiling ${table}`);
          found.push(await profileTable(table, reading));
        }
        return found;
      },
      ({ length }) => `profiled ${length === 1 ? "1 table" : `${length} tables`}`,
    ),
  );
  if (json) {
    const { toJsonText } = await import("../sql/output.js");
    return JSON.stringify(JSON.parse(toJsonText(profiles)), null, 2);
  }
  const { formatProfile } = await import("./profile-report.js");
  const width = (tools.output ?? process.stdout).columns;
  return profiles.map((one) => formatProfile(one, width)).join("\n\n");
}

function toTableDoc(table: Table) {
  return { table: table.name, doc: describeRow(table), columns: table.columns.map(toColumnDoc) };
}

/** A table in words: what one row is, then a line for each column and each part of one. */
export function formatTableDoc(table: Table): string {
  const lines = table.columns.flatMap((column) => partsOf(column)).map(toLine);
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

function toLine({ path: name, column }: ColumnPart): DocLine {
  const { doc, unit, null: nullMeans } = toColumnDoc(column);
  const meaning = nullMeans && `null: ${nullMeans}`;
  const facts = [unit, meaning].filter(Boolean).join("; ");
  const words = facts ? `${doc} (${facts})`.trimStart() : doc;
  const type = outlineType(column);
  return { name, type: type === "LIST<STRUCT>" ? "LIST" : type, words };
}

import type { Command } from "commander";
import { UsageError } from "../base/errors";
import { formatTable } from "../base/terminal";
import { formatCount } from "../base/text";
import type { ChangedRow, TableDiff, VersionsDiff } from "../sql/diff";
import { toJsonText } from "../sql/output";
import type { TableName } from "../tables/tables";
import { withProgress } from "./progress";
import { parseWhole, type QueryTools } from "./tools";

interface DiffFlags {
  readonly at: readonly string[];
  readonly table?: TableName[];
  readonly rows: number;
  readonly json?: true;
}

/** Adds `diff` to the command line. */
export function addDiffCommand(program: Command, tools: QueryTools): void {
  program
    .command("diff")
    .description("says which rows of the tables came, went and changed from one version to another")
    .requiredOption(
      "--at <versions...>",
      "the two versions: commits' numbers, times such as 2026-11-29T12:00Z, or pins' names",
    )
    .option("--table <names...>", "only these tables")
    .option("--rows <count>", "show at most this many rows of each table", parseWhole, 10)
    .option(
      "--json",
      "print JSON: from, to, tables (table, came, went, changed, files (same, before, after), rows (change, key, before, after))",
    )
    .action((flags: DiffFlags) => runDiff(flags, tools));
}

async function runDiff({ at, table, rows, json }: DiffFlags, tools: QueryTools): Promise<void> {
  const [from, to, ...more] = at;
  if (from === undefined || to === undefined || more.length > 0)
    throw new UsageError(`diff: expected two versions behind --at, received ${at.length}; as in --at 41 42`);
  const found = await tools.withNeeded(["hdfs"], () =>
    withProgress(
      "comparing",
      async () => {
        const { diffVersions } = await import("../sql/diff.js");
        const options = { limit: rows, signal: tools.signal, ...(table ? { tables: table } : {}) };
        return diffVersions(from, to, options);
      },
      (diff) => `compared version ${diff.from} with ${diff.to}`,
    ),
  );
  const text = json ? JSON.stringify(JSON.parse(toJsonText(found)), null, 2) : formatDiff(found);
  (tools.output ?? process.stdout).write(`${text}\n`);
}

/** How many rows of each table, and below it the first ones. */
export function formatDiff({ tables: found }: VersionsDiff): string {
  const rows = found.map(({ table, came, went, changed, files }) => {
    const read = formatCount(files.before + files.after);
    return [table, formatCount(came), formatCount(went), formatCount(changed), read, formatCount(files.same)];
  });
  const head = ["table", "came", "went", "changed", "files read", "files the same"];
  return [formatTable(head, rows, [1, 2, 3, 4, 5]), ...found.flatMap(formatRowsOf)].join("\n");
}

function formatRowsOf({ table, rows, came, went, changed }: TableDiff): string[] {
  const more = came + went + changed - rows.length;
  const lines = rows.map((row) => `${table}: ${formatRow(row)}`);
  return more > 0 && rows.length > 0 ? [...lines, `${table}: and ${formatCount(more)} more`] : lines;
}

const longest = 60;

function formatRow({ change, key, before, after }: ChangedRow): string {
  const names = Object.entries(key).map(([name, value]) => `${name} ${show(value)}`);
  const told = `${names.join(", ")} ${change}`;
  if (!before || !after) return told;
  const columns = Object.keys(before).map((name) => `${name} ${show(before[name])} to ${show(after[name])}`);
  return `${told}: ${columns.join(", ")}`;
}

function show(value: unknown): string {
  const text = typeof value === "string" ? value : toJsonText(value);
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}

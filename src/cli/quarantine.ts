import { type Command, InvalidArgumentError, Option } from "commander";
import { toJsonText } from "../sql/output";
import { withProgress } from "./progress";
import { formatEvents, formatGroups } from "./quarantine-report";
import { type AtOption, atOption, parseCount, type QueryTools } from "./tools";

interface QuarantineFlags extends AtOption {
  readonly table?: string;
  readonly rule?: string;
  readonly path?: string;
  readonly limit: number;
  readonly show?: number;
  readonly json?: true;
}

/** Adds `quarantine` to the command line. */
export function addQuarantineCommand(program: Command, tools: QueryTools): void {
  program
    .command("quarantine")
    .description("shows which events were refused, in groups of table, rule and path, most frequent first")
    .option(
      "--table <name>",
      "only what this table refused: events (no event at all), or one of the contract's",
    )
    .option("--rule <name>", "only this rule, such as type or duplicate")
    .option(...atOption)
    .option("--path <path>", "only this path, such as sequences.counts or sequences.questions[*].id")
    .option("--limit <groups>", "show at most this many groups", parseLimit, 40)
    .addOption(
      new Option(
        "--show <events>",
        "show this many of the refused events instead, each with all its failures",
      )
        .argParser(parseLimit)
        .conflicts("limit"),
    )
    .option(
      "--json",
      "print JSON: groups (table, rule, path, events, example), groupCount, refusals, messages, all, crossingConflicts (refused as another partition's delivery was graded); with --show an array of rows of the table, values whole, and file, line, record (null where unknown)",
    )
    .action((flags: QuarantineFlags) => runQuarantine(flags, tools));
}

async function runQuarantine(flags: QuarantineFlags, tools: QueryTools): Promise<void> {
  const { show, json, limit, at, ...filter } = flags;
  const output = tools.output ?? process.stdout;
  const options = { signal: tools.signal, at };
  const text = await tools.withNeeded(["hdfs"], () =>
    withProgress(
      "reading quarantine",
      async () => {
        const { readQuarantineGroups, readRefusedEvents } = await import("../sql/quarantine.js");
        if (show !== undefined) {
          const events = await readRefusedEvents(filter, { ...options, limit: show });
          return json ? indent(events) : formatEvents(events);
        }
        const report = await readQuarantineGroups(filter, { ...options, limit });
        return json ? indent(report) : formatGroups(report, output.columns);
      },
      () => "read quarantine",
    ),
  );
  output.write(`${text}\n`);
}

/** Offsets stay numbers as long as they are exact. */
function indent(value: unknown): string {
  return JSON.stringify(JSON.parse(toJsonText(value)), undefined, 2);
}

/** What the SQL takes as a limit. */
function parseLimit(text: string): number {
  const limit = parseCount(text);
  if (limit < 2 ** 31) return limit;
  throw new InvalidArgumentError("Expected a whole number below 2147483648.");
}

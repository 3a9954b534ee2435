import type { Command } from "commander";
import { ServiceError } from "../base/errors";
import { unsettledAdvice } from "../lake/settled";
import type { VerifyReport } from "../landing/verify";
import { formatAgainst } from "./against-report";
import { untilInterrupted } from "./interrupt";
import { withProgress } from "./progress";
import { formatBeyond, formatVerify } from "./report";
import { type AtOption, atOption, type JsonOption, print, withNeeded } from "./tools";

/** Adds `verify` to the command line. */
export function addVerifyCommand(program: Command): void {
  program
    .command("verify")
    .description("recomputes every table from raw_data and compares; exit code 1 on any difference")
    .option(...atOption)
    .option(
      "--against <directory>",
      "compare with the tables of another lake instead, whoever wrote them; exit code 1 on any difference",
    )
    .option(
      "--json",
      "print JSON: ok, isSchemaOther (landed by another schema than today's), checks (table, expected, received, ok, difference), contract (its fingerprint), counts, topic, gaps (partition, from, to, count, skippedAt), crossingConflicts (refused as another partition's delivery was graded), isSettled (whether the lowest partition counts everywhere), beyond (topic, offsets, partitions: what the topic holds that is not landed; null where Kafka was not to be asked); with --against: ok, here, there, tables (table, here, there, ok, onlyHere, onlyThere, differing, doubled, differences)",
    )
    .action(runVerify);
}

interface VerifyFlags extends JsonOption, AtOption {
  readonly against?: string;
}

async function runVerify(options: VerifyFlags): Promise<void> {
  if (options.against !== undefined) return runAgainst(options, options.against);
  const { readBeyond } = await import("../landing/beyond.js");
  const { readConfig } = await import("../base/config.js");
  await withNeeded(["hdfs"], async () => {
    const report = await withProgress(
      "verifying",
      ({ tell }) => untilInterrupted(verifyAt(options, (table) => tell(`verifying ${table}`))),
      ({ checks }) => `verified ${checks.length} tables`,
    );
    const beyond = options.at === undefined ? await untilInterrupted(readBeyond(readConfig())) : null;
    print({ ...report, beyond }, options, (all) =>
      [formatVerify(all), ...formatBeyond(all.beyond)].join("\n"),
    );
    if (report.ok) return;
    const tables = report.checks.filter(({ ok }) => !ok).map(({ table }) => table);
    const received = `differences in ${tables.join(", ")}`;
    const advice = adviseOn(report);
    throw new ServiceError(
      `hdfs ${readConfig().hdfs.lakeDir}: expected what raw_data gives, received ${received}; ${advice}`,
    );
  });
}

async function runAgainst({ at, ...options }: VerifyFlags, against: string): Promise<void> {
  const { compareLakes } = await import("../sql/against.js");
  await withNeeded(["hdfs"], async () => {
    const report = await withProgress(
      "comparing",
      ({ tell }) =>
        untilInterrupted(compareLakes({ against, at, onProgress: (table) => tell(`comparing ${table}`) })),
      ({ tables }) => `compared ${tables.length} tables`,
    );
    print(report, options, formatAgainst);
    if (report.ok) return;
    const names = report.tables.filter(({ ok }) => !ok).map(({ table }) => table);
    const received = `differences in ${names.join(", ")}`;
    const advice = "have both landed as much of the topic? If so, verify each by itself";
    throw new ServiceError(
      `hdfs ${report.here}: expected the rows of ${report.there}, received ${received}; ${advice}`,
    );
  });
}

/** A version where one is named, else the tables themselves, as other readers find them. */
async function verifyAt({ at }: AtOption, onProgress: (table: string) => void): Promise<VerifyReport> {
  const { verify } = await import("../landing/verify.js");
  if (at === undefined) return verify({ onProgress });
  const { readConfig } = await import("../base/config.js");
  const { openAt } = await import("../lake/as-of.js");
  const { openLake } = await import("../lake/lake.js");
  const { lake } = await openAt(openLake(readConfig().hdfs), at);
  return verify({ lake, onProgress });
}

function adviseOn({ isSchemaOther, isSettled }: VerifyReport): string {
  if (isSchemaOther)
    return 'the schema has changed since they were landed: "npx user-activity replay" holds every message to it';
  if (!isSettled) return unsettledAdvice;
  return '"npx user-activity land" finishes what a cut run left, other differences come from outside';
}

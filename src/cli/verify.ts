import type { Command } from "commander";
import { ServiceError } from "../base/errors";
import { unsettledAdvice } from "../lake/settled";
import type { VerifyReport } from "../landing/verify";
import { untilInterrupted } from "./interrupt";
import { withProgress } from "./progress";
import { formatBeyond, formatVerify } from "./report";
import { type JsonOption, print, withNeeded } from "./tools";

/** Adds `verify` to the command line. */
export function addVerifyCommand(program: Command): void {
  program
    .command("verify")
    .description("recomputes every table from raw_data and compares; exit code 1 on any difference")
    .option(
      "--json",
      "print JSON: ok, isSchemaOther (landed by another schema than today's), checks (table, expected, received, ok, difference), counts, topic, gaps (partition, from, to, count, skippedAt), crossingConflicts (refused as another partition's delivery was graded), isSettled (whether the lowest partition counts everywhere), beyond (topic, offsets, partitions: what the topic holds that is not landed; null where Kafka was not to be asked)",
    )
    .action(runVerify);
}

async function runVerify(options: JsonOption): Promise<void> {
  const { verify } = await import("../landing/verify.js");
  const { readBeyond } = await import("../landing/beyond.js");
  const { readConfig } = await import("../base/config.js");
  await withNeeded(["hdfs"], async () => {
    const report = await withProgress(
      "verifying",
      ({ tell }) => untilInterrupted(verify({ onProgress: (table) => tell(`verifying ${table}`) })),
      ({ checks }) => `verified ${checks.length} tables`,
    );
    const beyond = await untilInterrupted(readBeyond(readConfig()));
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

function adviseOn({ isSchemaOther, isSettled }: VerifyReport): string {
  if (isSchemaOther)
    return 'the schema has changed since they were landed: "npx user-activity replay" holds every message to it';
  if (!isSettled) return unsettledAdvice;
  return '"npx user-activity land" finishes what a cut run left, other differences come from outside';
}

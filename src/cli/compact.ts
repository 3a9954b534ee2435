import type { Command } from "commander";
import { formatCount, formatSeconds } from "../base/text";
import { interruption } from "./interrupt";
import { withProgress } from "./progress";
import { formatCompact } from "./report";
import {
  type GiveUpOption,
  giveUpOption,
  type JsonOption,
  type KeepVersionsOption,
  keepVersionsOption,
  parseCount,
  print,
  tellExports,
  toRetry,
  withNeeded,
} from "./tools";

/** Adds `compact` to the command line. */
export function addCompactCommand(program: Command): void {
  program
    .command("compact")
    .description("merges small part files into few; a running lander goes on")
    .option(
      "--target-mb <MiB>",
      "size that merged files should have; files of at least half of it stay as they are",
      parseCount,
      128,
    )
    .option(...keepVersionsOption)
    .option(...giveUpOption)
    .option(
      "--json",
      "print JSON: lakeDir, tables (table, filesBefore, filesAfter), givenUp (table, reason), commit, ms",
    )
    .action(runCompact);
}

async function runCompact(
  options: JsonOption & GiveUpOption & KeepVersionsOption & { readonly targetMb: number },
): Promise<void> {
  const { compact } = await import("../landing/compact.js");
  const { readConfig } = await import("../base/config.js");
  const { openLake } = await import("../lake/lake.js");
  await withNeeded(["hdfs"], async () => {
    const report = await withProgress(
      "compacting",
      (progress) => {
        const { hdfs } = readConfig();
        return compact({
          lake: tellExports(
            openLake(hdfs, toRetry(progress, options.giveUp, interruption), options.keepVersions),
            progress,
          ),
          targetBytes: options.targetMb * 2 ** 20,
          signal: interruption,
          onProgress: ({ directory, merged, total }) =>
            progress.tell(`compacting ${directory}: ${formatCount(merged)} of ${formatCount(total)} files`),
        });
      },
      ({ givenUp, commit, ms }) =>
        commit === null
          ? `nothing ${givenUp.length > 0 ? "merged" : "to merge"}`
          : `compacted in ${formatSeconds(ms)}, commit ${commit}`,
    );
    print(report, options, formatCompact);
    if (report.givenUp.length > 0) process.exitCode = 1;
  });
}

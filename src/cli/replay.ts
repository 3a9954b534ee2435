import type { Command } from "commander";
import { formatCount, formatSeconds } from "../base/text";
import { interruption } from "./interrupt";
import { tellUpgrade, withProgress } from "./progress";
import { formatReplay } from "./report";
import {
  type GiveUpOption,
  giveUpOption,
  type JsonOption,
  type KeepVersionsOption,
  keepVersionsOption,
  print,
  tellExports,
  toRetry,
  withNeeded,
} from "./tools";

/** Adds `replay` to the command line. */
export function addReplayCommand(program: Command): void {
  program
    .command("replay")
    .description(
      "rebuilds the tables from raw_data by today's schema: events that it accepts leave quarantine",
    )
    .option("--again", "rebuild even where the tables were landed by today's schema")
    .option(...keepVersionsOption)
    .option(...giveUpOption)
    .option("--json", "print JSON: lakeDir, before and after (counts, rowCounts), commit, ms")
    .action(runReplay);
}

async function runReplay(
  options: JsonOption & GiveUpOption & KeepVersionsOption & { again?: true },
): Promise<void> {
  const { replay } = await import("../landing/replay.js");
  const { readConfig } = await import("../base/config.js");
  const { openLake } = await import("../lake/lake.js");
  await withNeeded(["hdfs"], async () => {
    const report = await withProgress(
      "replaying",
      (progress) =>
        replay({
          lake: tellExports(
            openLake(
              readConfig().hdfs,
              toRetry(progress, options.giveUp, interruption),
              options.keepVersions,
            ),
            progress,
          ),
          ...(options.again ? { again: true } : {}),
          signal: interruption,
          onUpgrade: (now) => tellUpgrade(progress, now),
          onProgress: ({ replayed, total }) =>
            progress.tell(`replaying: ${formatCount(replayed)} of ${formatCount(total)} messages`),
        }),
      ({ commit, ms }) =>
        commit === null
          ? "the tables are held to this schema already"
          : `replayed in ${formatSeconds(ms)}, commit ${commit}`,
    );
    print(report, options, formatReplay);
  });
}

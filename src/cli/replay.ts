import type { Command } from "commander";
import { formatCount, formatSeconds } from "../base/text";
import { toJsonText } from "../sql/output";
import { formatDryRun } from "./dry-run-report";
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
  type ThreadsOption,
  tellExports,
  threadsOption,
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
    .option("--dry-run", "say what would change, with examples, and change nothing")
    .option(...keepVersionsOption)
    .option(...threadsOption)
    .option(...giveUpOption)
    .option(
      "--json",
      "print JSON: lakeDir, before and after (counts, rowCounts), commit, ms; with --dry-run tables (table, came, went, changed, examples (change, key, before, after)) in place of commit",
    )
    .action(runReplay);
}

type ReplayFlags = JsonOption &
  GiveUpOption &
  KeepVersionsOption &
  ThreadsOption & { again?: true; dryRun?: true };

async function runReplay(options: ReplayFlags): Promise<void> {
  if (options.dryRun) return runDryReplay(options);
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
          threads: options.threads,
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

async function runDryReplay(options: ReplayFlags): Promise<void> {
  const { dryRunReplay } = await import("../landing/dry-run.js");
  const { readConfig } = await import("../base/config.js");
  const { openLake } = await import("../lake/lake.js");
  await withNeeded(["hdfs"], async () => {
    const report = await withProgress(
      "comparing",
      (progress) =>
        dryRunReplay({
          lake: openLake(readConfig().hdfs, toRetry(progress, options.giveUp, interruption)),
          signal: interruption,
          onProgress: ({ replayed, total }) =>
            progress.tell(`comparing: ${formatCount(replayed)} of ${formatCount(total)} messages`),
        }),
      ({ ms }) => `compared in ${formatSeconds(ms)}, nothing is changed`,
    );
    print(JSON.parse(toJsonText(report)), options, () => formatDryRun(report));
  });
}

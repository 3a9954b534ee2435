import type { Command } from "commander";
import { untilInterrupted } from "./interrupt";
import { formatStatus } from "./report";
import { type JsonOption, print } from "./tools";

/** Adds `status` to the command line. */
export function addStatusCommand(program: Command): void {
  program
    .command("status")
    .description("shows services, topic (offsets, lag) and the landed datasets")
    .option(
      "--json",
      "print JSON: services (as services status prints them), topic (topic, partitions with low, readable, highWatermark, waiting, committed, lag, and waiting: for which transactions), lake (as land prints it, with gaps, warnings, unknown, later, and versions: count, oldest, newest, path, pinned, heldBytes), problem; null where there is none",
    )
    .action(runStatus);
}

async function runStatus(options: JsonOption): Promise<void> {
  const { readStatus } = await import("../landing/status.js");
  const { readConfig } = await import("../base/config.js");
  const config = readConfig();
  print(await untilInterrupted(readStatus(config)), options, (status) => formatStatus(status, config));
}

import type { Command } from "commander";
import { ServiceError, UsageError } from "../base/errors";
import { withProgress } from "./progress";
import { withNeeded } from "./tools";

/** Adds `reset` to the command line. */
export function addResetCommand(program: Command): void {
  program
    .command("reset")
    .description(
      "deletes the topic and the lake directory with its versions: what was published and landed is gone; a directory whose snapshots an administrator has allowed is emptied",
    )
    .option("--yes", "do it; without it, only says what would be deleted")
    .action(runReset);
}

async function runReset(options: { yes?: true }): Promise<void> {
  const { listUrls, readConfig } = await import("../base/config.js");
  const { openLake, resetLake } = await import("../lake/lake.js");
  const { resetTopic } = await import("../kafka/topics.js");
  const { kafka, hdfs } = readConfig();
  const what = `topic ${kafka.topic} at ${kafka.brokers.join(",")} and ${hdfs.lakeDir} at ${listUrls(hdfs).join(",")}`;
  if (!options.yes) throw new UsageError(`reset: would delete ${what}; add --yes to do it`);
  const untouched = `the topic "${kafka.topic}" is as it was`;
  const half = `${hdfs.lakeDir} is deleted, the topic "${kafka.topic}" is not; "npm run reset" tries again`;
  const work = async () => {
    // the lake first: where it may not go, the topic that it can be rebuilt from stays
    await resetLake(openLake(hdfs), { isEmptied: hdfs.external }).catch((error) =>
      Promise.reject(saying(error, untouched)),
    );
    await resetTopic(kafka).catch((error) => Promise.reject(saying(error, half)));
  };
  await withNeeded(["kafka", "hdfs"], () => withProgress("resetting", work, () => `deleted ${what}`));
}

/** The same failure, with how far the deletion came. */
function saying(cause: Error, outcome: string): ServiceError {
  return new ServiceError(`${cause.message}; ${outcome}`, { cause });
}

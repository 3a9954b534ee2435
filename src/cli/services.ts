import type { Command } from "commander";
import { interruption } from "./interrupt";
import { withProgress } from "./progress";
import { formatServices } from "./report";
import { type JsonOption, print } from "./tools";

/** Adds `services` to the command line. */
export function addServicesCommand(program: Command): void {
  const keys = "print JSON: kafka (state, brokers, logs), hdfs (state, webhdfsUrl, logs)";
  const services = program.command("services").description("the embedded Kafka and HDFS").helpCommand(false);
  services
    .command("start")
    .description("starts what is not running, returns when all is ready and leaves it running")
    .option("--json", keys)
    .action(runStart);
  services.command("stop").description("stops them gracefully; their data stays").action(runStop);
  services
    .command("status")
    .description("says whether they run, and where")
    .option("--json", keys)
    .action(runStatus);
}

async function runStart(options: JsonOption): Promise<void> {
  const { readServices, startServices } = await import("../services/services.js");
  await withProgress(
    "starting Kafka and HDFS",
    () => startServices(["kafka", "hdfs"], interruption),
    (started) => (started.length > 0 ? `started ${started.join(" and ")}` : "nothing to start"),
  );
  print(await readServices(), options, formatServices);
}

async function runStop(): Promise<void> {
  const { stopServices } = await import("../services/services.js");
  await withProgress(
    "stopping Kafka and HDFS",
    () => stopServices(),
    () => "Kafka and HDFS are stopped",
  );
}

async function runStatus(options: JsonOption): Promise<void> {
  const { readServices } = await import("../services/services.js");
  print(await readServices(), options, formatServices);
}

import { type JsonOption, print, withNeeded } from "./command-tools";
import { readConfig } from "./config";
import { ServiceError, UsageError } from "./errors";
import { interruption, untilInterrupted } from "./interrupt";
import { openLake, resetLake } from "./lake";
import { withProgress } from "./progress";
import { publishFile } from "./publish";
import { formatCount, formatSeconds, formatServices, formatStatus, formatVerify } from "./report";
import { readServices, startServices, stopServices } from "./services";
import { inspectSource } from "./source";
import { readStatus } from "./status";
import { resetTopic } from "./stream";
import { verify } from "./verify";

/** `services start` */
export async function runStart(options: JsonOption): Promise<void> {
  await withProgress(
    "starting Kafka and HDFS",
    () => startServices(["kafka", "hdfs"], interruption),
    (started) => (started.length > 0 ? `started ${started.join(" and ")}` : "nothing to start"),
  );
  print(await readServices(), options, formatServices);
}

/** `services stop` */
export async function runStop(): Promise<void> {
  await withProgress(
    "stopping Kafka and HDFS",
    () => stopServices(),
    () => "Kafka and HDFS are stopped",
  );
}

/** `services status` */
export async function runServicesStatus(options: JsonOption): Promise<void> {
  print(await readServices(), options, formatServices);
}

/** Options of `publish`. */
export interface PublishCommand extends JsonOption {
  readonly again?: true;
  readonly perSecond?: number;
}

/** `publish FILE` */
export async function runPublish(file: string, options: PublishCommand): Promise<void> {
  const { kafka } = await readServices();
  if (kafka.state === "stopped") await inspectSource(file); // no broker is started for a broken file
  const publish = (tell: (text: string) => void) =>
    publishFile(file, {
      config: readConfig().kafka,
      ...(options.again ? { again: true } : {}),
      perSecond: options.perSecond,
      signal: interruption,
      onProgress: ({ published, total }) =>
        tell(`published ${formatCount(published)} of ${formatCount(total)}`),
    });
  const result = await withNeeded(["kafka"], () =>
    withProgress(
      `publishing ${file}`,
      ({ tell }) => publish(tell),
      ({ published, alreadyThere, ms }) =>
        `published ${formatCount(published)}, already there ${formatCount(alreadyThere)} (${formatSeconds(ms)})`,
    ),
  );
  const { records, published, alreadyThere, topic } = result;
  print(
    result,
    options,
    () =>
      `${records} ${records === 1 ? "record" : "records"}: ${published} published, ${alreadyThere} already in topic ${topic}`,
  );
}

/** `verify` */
export async function runVerify(options: JsonOption): Promise<void> {
  await withNeeded(["hdfs"], async () => {
    const report = await withProgress(
      "verifying",
      ({ tell }) => untilInterrupted(verify({ onProgress: (table) => tell(`verifying ${table}`) })),
      ({ checks }) => `verified ${checks.length} tables`,
    );
    print(report, options, formatVerify);
    if (report.ok) return;
    const tables = report.checks.filter(({ ok }) => !ok).map(({ table }) => table);
    const received = `differences in ${tables.join(", ")}`;
    const advice = report.isSchemaOther
      ? 'the schema has changed since they were landed: "npx user-activity replay" holds every message to it'
      : '"npx user-activity land" finishes what a cut run left, other differences come from outside';
    throw new ServiceError(
      `hdfs ${readConfig().hdfs.lakeDir}: expected what raw_data gives, received ${received}; ${advice}`,
    );
  });
}

/** `status` */
export async function runStatus(options: JsonOption): Promise<void> {
  const config = readConfig();
  print(await untilInterrupted(readStatus(config)), options, (status) => formatStatus(status, config));
}

/** `reset` */
export async function runReset(options: { yes?: true }): Promise<void> {
  const { kafka, hdfs } = readConfig();
  const what = `topic ${kafka.topic} at ${kafka.brokers.join(",")} and ${hdfs.lakeDir} at ${hdfs.url}`;
  if (!options.yes) throw new UsageError(`reset: would delete ${what}; add --yes to do it`);
  const work = async () => {
    await resetLake(openLake(hdfs)); // first: where it may not go, the topic that it can be rebuilt from stays
    await resetTopic(kafka);
  };
  await withNeeded(["kafka", "hdfs"], () => withProgress("resetting", work, () => `deleted ${what}`));
}

import { compact } from "./compact";
import { readConfig } from "./config";
import { ServiceError, UsageError } from "./errors";
import { follow } from "./follow";
import { interruption, untilInterrupted } from "./interrupt";
import { openLake, resetLake } from "./lake";
import { type LandReport, land } from "./land";
import { fingerprintSchemas } from "./outcomes";
import { type Progress, withProgress } from "./progress";
import { publishFile } from "./publish";
import { replay } from "./replay";
import {
  formatCompact,
  formatCount,
  formatFollowing,
  formatLake,
  formatMegabytes,
  formatReplay,
  formatSeconds,
  formatServices,
  formatStatus,
  formatVerify,
} from "./report";
import { formatRetry, type RetryPolicy } from "./retry";
import { readServices, type ServiceName, startServices, stopServices, withServices } from "./services";
import { inspectSource } from "./source";
import { readLakeStatus, readStatus } from "./status";
import { resetTopic } from "./stream";
import { verify } from "./verify";

/** Prints the result as one JSON value instead of as text. */
export interface JsonOption {
  readonly json?: true;
}

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
    () => `${records} records: ${published} published, ${alreadyThere} already in topic ${topic}`,
  );
}

/** Options of `land`. */
export interface LandCommand extends JsonOption, GiveUpOption {
  readonly batch?: number;
  readonly follow?: true;
  readonly every: number;
  readonly compactEvery: number;
}

/** How long is tried again what may pass. */
export interface GiveUpOption {
  /** Seconds. */
  readonly giveUp: number;
}

/** `land` */
export async function runLand(options: LandCommand): Promise<void> {
  await withNeeded(["kafka", "hdfs"], async () => {
    const report = await withProgress(
      options.follow ? "following" : "landing",
      (progress) => (options.follow ? followWith(progress, options) : landWith(progress, options)),
      ({ consumed, ms }) => `landed ${formatCount(consumed)} messages in ${formatSeconds(ms)}`,
    );
    if (options.follow) process.exitCode = 0; // a signal is how following ends
    await reportLake(report, options);
  });
}

function landWith(progress: Progress, { batch, giveUp }: LandCommand): Promise<LandReport> {
  return land({
    ...(batch ? { batchMessages: batch } : {}),
    retry: toRetry(progress, giveUp, interruption),
    signal: interruption,
    onProgress: ({ consumed, total, commit }) =>
      progress.tell(
        `landing: ${formatCount(consumed)} of ${formatCount(total)} offsets, last commit ${commit}`,
      ),
  });
}

function followWith(
  progress: Progress,
  { batch, every, compactEvery, giveUp }: LandCommand,
): Promise<LandReport> {
  let lastCommit = 0;
  return follow({
    ...(batch ? { batchMessages: batch } : {}),
    commitMs: every * 1000,
    compactEvery,
    retry: toRetry(progress, giveUp),
    signal: interruption,
    onProgress: (now) => {
      const text = formatFollowing(now);
      if (now.commit === lastCommit) progress.tell(text);
      else progress.step(text);
      lastCommit = now.commit;
    },
  });
}

/** Tells of every failure that is followed by another try. */
function toRetry(progress: Progress, giveUpSeconds: number, signal?: AbortSignal): RetryPolicy {
  return { giveUpMs: giveUpSeconds * 1000, onRetry: (retry) => progress.note(formatRetry(retry)), signal };
}

async function reportLake({ state, ...report }: LandReport, options: JsonOption): Promise<void> {
  const lake = await readLakeStatus();
  if (!lake)
    throw new ServiceError(`hdfs ${report.lakeDir}: expected what was just landed, received nothing`);
  const memory = {
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
  print({ ...report, ...lake, memory }, options, () => {
    return `${formatLake(lake)}\nlanded in ${formatSeconds(report.ms)}, at most ${formatMegabytes(memory.peakRssBytes)} of memory`;
  });
  noteSchema(state);
  if (lake.sumHolds) return;
  throw new ServiceError(
    `hdfs ${lake.lakeDir}: expected consumed = graded + duplicates + quarantined, received another sum; see "npx user-activity verify"`,
  );
}

/** Rows landed by an older schema stay as they are until they are replayed. */
function noteSchema({ schema }: LandReport["state"]): void {
  if (schema === undefined || schema === fingerprintSchemas()) return;
  process.stderr.write(
    'the schema has changed since these tables were begun: "npx user-activity replay" holds every message to it\n',
  );
}

/** `compact` */
export async function runCompact(
  options: JsonOption & GiveUpOption & { readonly targetMb: number },
): Promise<void> {
  await withNeeded(["hdfs"], async () => {
    const report = await withProgress(
      "compacting",
      (progress) => {
        const { hdfs } = readConfig();
        return compact({
          lake: openLake(hdfs, toRetry(progress, options.giveUp, interruption)),
          targetBytes: options.targetMb * 2 ** 20,
          signal: interruption,
          onProgress: ({ directory, merged, total }) =>
            progress.tell(`compacting ${directory}: ${formatCount(merged)} of ${formatCount(total)} files`),
        });
      },
      ({ commit, ms }) =>
        commit === null ? "nothing to merge" : `compacted in ${formatSeconds(ms)}, commit ${commit}`,
    );
    print(report, options, formatCompact);
  });
}

/** `replay` */
export async function runReplay(options: JsonOption & GiveUpOption & { again?: true }): Promise<void> {
  await withNeeded(["hdfs"], async () => {
    const report = await withProgress(
      "replaying",
      (progress) =>
        replay({
          lake: openLake(readConfig().hdfs, toRetry(progress, options.giveUp, interruption)),
          ...(options.again ? { again: true } : {}),
          signal: interruption,
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

/** Starts what the command needs and is not running, and stops it again after the command. */
export async function withNeeded<T>(needed: readonly ServiceName[], work: () => Promise<T>): Promise<T> {
  const onStart = (missing: readonly ServiceName[]) => {
    process.stderr.write(
      `starting ${missing.join(" and ")} for this command ("npx user-activity services start" keeps them running)\n`,
    );
  };
  return withServices(needed, work, { onStart, signal: interruption });
}

function print<T>(result: T, options: JsonOption, format: (result: T) => string): void {
  process.stdout.write(`${options.json ? JSON.stringify(result, null, 2) : format(result)}\n`);
}

import { type JsonOption, print, withNeeded } from "./command-tools";
import { compact } from "./compact";
import { readConfig } from "./config";
import { ServiceError } from "./errors";
import { follow } from "./follow";
import { interruption } from "./interrupt";
import { openLake } from "./lake";
import { type LandReport, land } from "./land";
import { fingerprintSchemas } from "./outcomes";
import { type Progress, withProgress } from "./progress";
import { replay } from "./replay";
import {
  formatCompact,
  formatCount,
  formatCountOf,
  formatFollowing,
  formatLake,
  formatMegabytes,
  formatReplay,
  formatSeconds,
} from "./report";
import { formatRetry, type RetryPolicy } from "./retry";
import { readLakeStatus } from "./status";

interface LandCommand extends JsonOption, GiveUpOption {
  readonly batch?: number;
  readonly follow?: true;
  readonly every: number;
  readonly compactEvery: number;
}

/** How long is tried again what may pass. */
interface GiveUpOption {
  /** Seconds. */
  readonly giveUp: number;
}

/** `land` */
export async function runLand(options: LandCommand): Promise<void> {
  await withNeeded(["kafka", "hdfs"], async () => {
    const report = await withProgress(
      options.follow ? "following" : "landing",
      (progress) => (options.follow ? followWith(progress, options) : landWith(progress, options)),
      ({ consumed, ms }) => `landed ${formatCountOf(consumed, "message")} in ${formatSeconds(ms)}`,
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

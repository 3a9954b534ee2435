import type { Command } from "commander";
import { ServiceError } from "../base/errors";
import { formatCount, formatCountOf, formatMegabytes, formatSeconds } from "../base/text";
import { formatWaiting } from "../kafka/open-transactions";
import { formatGaps } from "../lake/gaps";
import { isSettled, unsettledAdvice } from "../lake/settled";
import type { LandReport } from "../landing/land";
import { interruption } from "./interrupt";
import { type ProgressLine, tellUpgrade, withProgress } from "./progress";
import { formatRefused, isOver } from "./refused-report";
import { formatFollowing, formatLake, formatNotes } from "./report";
import {
  type GiveUpOption,
  giveUpOption,
  type JsonOption,
  type KeepVersionsOption,
  keepVersionsOption,
  modelOfToday,
  parseCount,
  parsePercent,
  parseSeconds,
  parseWhole,
  print,
  type ThreadsOption,
  threadsOption,
  toRetry,
  withNeeded,
} from "./tools";

interface LandFlags extends JsonOption, GiveUpOption, KeepVersionsOption, ThreadsOption {
  readonly batch?: number;
  readonly follow?: true;
  readonly every: number;
  readonly compactEvery: number;
  readonly maxRefused?: number;
  readonly skipGaps?: boolean;
}

const printedJson =
  "print JSON: topic, lakeDir, consumed, graded, refused (messages, largest), commits, skipped (partition, from, to, count, skippedAt), waiting (partition, readable, highWatermark, messages, transactions), ms, contract (id, version, fingerprint), datasets (table, rows, files, bytes, path), counts, gaps (as skipped, of all runs), crossingConflicts (refused as another partition's delivery was graded), isSettled (whether the lowest partition counts everywhere), sumHolds, warnings (how often, by rule), unknown (paths that the contract does not know: events, partition, offset, example), later (events that a replay would have count), commit, committedAt, versions (count, oldest, newest, path, pinned, heldBytes), memory (rssBytes, peakRssBytes)";

/** Adds `land` to the command line. */
export function addLandCommand(program: Command): void {
  program
    .command("land")
    .description("lands what the topic holds now as tables in HDFS; with --follow, what comes later too")
    .option(
      "--follow",
      "go on as messages arrive, until Ctrl-C or SIGTERM; what is gathered is committed then",
    )
    .option(
      "--batch <messages>",
      "commit as soon as this many messages are gathered (default: 50000, with --follow 10000)",
      parseCount,
    )
    .option(
      "--every <seconds>",
      "with --follow: commit this long after the first message that is not committed",
      parseSeconds,
      10,
    )
    .option(
      "--compact-every <commits>",
      "with --follow: merge small files each time this many commits were made; 0 for never",
      parseWhole,
      100,
    )
    .option(...keepVersionsOption)
    .option(
      "--max-refused <percent>",
      "exit code 1 where more of this run's messages were refused; they are committed all the same",
      parsePercent,
    )
    .option(
      "--skip-gaps",
      "where messages are gone before they were landed, go on behind them and keep on record what is missing",
    )
    .option(...threadsOption)
    .option(...giveUpOption)
    .option("--json", printedJson)
    .action(runLand);
}

async function runLand(options: LandFlags): Promise<void> {
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

async function landWith(
  progress: ProgressLine,
  { batch, giveUp, keepVersions, threads, skipGaps = false }: LandFlags,
): Promise<LandReport> {
  const { land } = await import("../landing/land.js");
  let noVersions = "";
  const report = await land({
    ...(batch ? { batchMessages: batch } : {}),
    threads,
    skipGaps,
    keepVersions,
    onNoVersions: (refusal) => {
      noVersions = refusal;
    },
    onUpgrade: (now) => tellUpgrade(progress, now),
    retry: toRetry(progress, giveUp, interruption),
    signal: interruption,
    onProgress: ({ consumed, total, commit }) =>
      progress.tell(
        `landing: ${formatCount(consumed)} of ${formatCount(total)} offsets, last commit ${commit}`,
      ),
    onSettle: ({ replayed, total }) =>
      progress.tell(
        `settling which deliveries count: ${formatCount(replayed)} of ${formatCount(total)} messages`,
      ),
  });
  if (noVersions) progress.note(noVersions); // of one that fails is told why
  return report;
}

async function followWith(
  progress: ProgressLine,
  { batch, every, compactEvery, giveUp, keepVersions, threads, skipGaps = false }: LandFlags,
): Promise<LandReport> {
  const { follow } = await import("../landing/follow.js");
  let lastCommit = 0;
  return follow({
    ...(batch ? { batchMessages: batch } : {}),
    threads,
    commitMs: every * 1000,
    compactEvery,
    skipGaps,
    keepVersions,
    onNoVersions: progress.note,
    onUpgrade: (now) => tellUpgrade(progress, now),
    retry: toRetry(progress, giveUp),
    signal: interruption,
    onSkip: ({ topic, gaps }) => progress.note(formatGaps(topic, gaps)),
    onGivenUp: ({ reason }) => progress.note(reason),
    onProgress: (now) => {
      const text = formatFollowing(now);
      if (now.commit === lastCommit) progress.tell(text);
      else progress.step(text);
      lastCommit = now.commit;
    },
  });
}

async function reportLake({ state, ...report }: LandReport, options: LandFlags): Promise<void> {
  const { readLakeStatus } = await import("../landing/status.js");
  const lake = await readLakeStatus();
  if (!lake)
    throw new ServiceError(`hdfs ${report.lakeDir}: expected what was just landed, received nothing`);
  const memory = {
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
  print({ ...report, ...lake, memory }, options, () => {
    const took = `landed in ${formatSeconds(report.ms)}, at most ${formatMegabytes(memory.peakRssBytes)} of memory`;
    return [formatLake(lake), ...formatNotes(lake), took].join("\n");
  });
  if (report.waiting.length > 0) process.stderr.write(`${formatWaiting(report.topic, report.waiting)}\n`);
  await noteState(state);
  if (!lake.sumHolds)
    throw new ServiceError(
      `hdfs ${lake.lakeDir}: expected consumed = graded + duplicates + quarantined, received another sum; see "npx user-activity verify"`,
    );
  noteRefused(report, options.maxRefused);
}

/** Says what much was refused for; throws where it was more than `most` percent of the run's messages. */
function noteRefused(report: Omit<LandReport, "state">, most: number | undefined): void {
  if (most !== undefined && isOver(report, most)) {
    const expected = `expected at most ${most} % of the messages refused (--max-refused)`;
    throw new ServiceError(`hdfs ${report.lakeDir}: ${expected}, received ${formatRefused(report)}`);
  }
  const isMuch = report.refused.messages > 0 && (report.graded === 0 || isOver(report, 1));
  if (isMuch) process.stderr.write(`refused: ${formatRefused(report)}\n`);
}

/** Rows landed by an older schema stay as they are until they are replayed, which settles what counts, too. */
async function noteState(state: LandReport["state"]): Promise<void> {
  const { fingerprintRules } = await import("../events/fingerprint.js");
  const { contract } = await modelOfToday();
  const isOther = state.schema !== undefined && state.schema !== fingerprintRules(contract);
  const schemaAdvice =
    'the schema has changed since these tables were begun: "npx user-activity replay" holds every message to it';
  if (isOther) process.stderr.write(`${schemaAdvice}\n`);
  else if (!isSettled(state)) process.stderr.write(`${unsettledAdvice}\n`);
}

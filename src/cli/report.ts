import { isAbsolute, relative } from "node:path";
import type { Config } from "../base/config";
import { formatTable } from "../base/terminal";
import { formatCount, formatCountOf, formatMegabytes } from "../base/text";
import { formatWaiting } from "../kafka/open-transactions";
import { formatSum, formatWhole, landedWord } from "../lake/counts";
import type { Beyond } from "../landing/beyond";
import type { CompactReport } from "../landing/compact";
import type { FollowProgress } from "../landing/follow";
import type { ReplayReport } from "../landing/replay";
import type { LakeStatus, Status, TopicStatus } from "../landing/status";
import type { VerifyReport } from "../landing/verify";
import type { ServicesStatus } from "../services/services";

/** The landed datasets as a table (rows, files, bytes, HDFS path) and below it the sum that must hold. */
export function formatLake(lake: LakeStatus): string {
  const rows = lake.datasets.map(({ table, rows, files, bytes, path }) => {
    return [table, formatCount(rows), formatCount(files), formatCount(bytes), path];
  });
  const head = ["dataset", "rows", "files", "bytes", "HDFS path"];
  const whole = formatWhole({ ...lake, contract: lake.contract.fingerprint });
  return `${formatTable(head, rows, [1, 2, 3])}\n${whole}`;
}

const shownPaths = 5;

/** What landed and is counted for, which paths no column comes from, and what a replay would take; a line each. */
export function formatNotes({ warnings, unknown, later, topic }: Omit<LakeStatus, "versions">): string[] {
  const broken = Object.entries(warnings).map(([name, count]) => `${name} ${formatCount(count)}`);
  const paths = Object.entries(unknown).sort(([, a], [, b]) => b.events - a.events);
  const shown = paths.slice(0, shownPaths).map(([path, { events, partition, offset, example }]) => {
    return `${path} (in ${formatCountOf(events, "event")} since ${topic}/${partition}@${offset}, such as ${example})`;
  });
  const more = paths.length > shownPaths ? [`${paths.length - shownPaths} more in --json`] : [];
  return [
    ...(broken.length > 0 ? [`warnings, of rows that landed: ${broken.join(", ")}`] : []),
    ...(paths.length > 0 ? [`unknown to the contract: ${[...shown, ...more].join("; ")}`] : []),
    ...(later > 0
      ? [
          `${formatCountOf(later, "event")} came later and should count instead: "npx user-activity replay" takes them`,
        ]
      : []),
  ];
}

/** Services, topic and lake, each as a table or a line that says why there is none and what to do. */
export function formatStatus({ services, topic, lake, problem }: Status, { kafka, hdfs }: Config): string {
  const start = '"npx user-activity services start" starts it';
  const noTopic =
    services.kafka.state === "stopped"
      ? `topic: Kafka is stopped; ${start}`
      : `topic: there is no "${kafka.topic}" yet; publish a file into it with "npx user-activity publish FILE"`;
  const noLake =
    services.hdfs.state === "stopped"
      ? `lake: HDFS is stopped; ${start}`
      : `lake: nothing is landed in ${hdfs.lakeDir} yet; land with "npx user-activity land"`;
  return [
    formatServices(services),
    topic ? formatTopic(topic) : noTopic,
    ...(lake ? [formatLake(lake), ...formatNotes(lake), formatVersionsStatus(lake)] : [noLake]),
    ...(problem ? [`landing would fail: ${problem}`] : []),
  ].join("\n");
}

/** How many versions there are, which is the newest and where it is, and what they hold. */
function formatVersionsStatus({ versions }: LakeStatus): string {
  const { count, oldest, newest, path, pinned, heldBytes } = versions;
  if (count === 0) return 'versions: none; "npx user-activity doctor" says whether they can be made';
  const pins = pinned > 0 ? `, ${pinned} pinned` : "";
  const held = heldBytes === null ? "" : `; they hold ${formatMegabytes(heldBytes)} that the tables do not`;
  return `versions: ${formatCount(count)} (${oldest} to ${newest}${pins}), the newest at ${path}${held}`;
}

/** The partitions of the topic: where they begin and end, what is landed, what is not; below it what waits and for what. */
export function formatTopic({ topic, partitions, waiting }: TopicStatus): string {
  const rows = partitions.map((one) => {
    const { partition, low, readable, highWatermark, committed, lag } = one;
    const ends = waiting.length > 0 ? [readable, highWatermark] : [highWatermark];
    return [`${topic}/${partition}`, low, ...ends, committed ?? "–", formatCount(lag)];
  });
  const ends = waiting.length > 0 ? ["readable up to", "high watermark"] : ["high watermark"];
  const head = ["partition", "first offset", ...ends, "landed up to", "lag"];
  const table = formatTable(head, rows, head.map((_, at) => at).slice(1));
  return [table, ...(waiting.length > 0 ? [formatWaiting(topic, waiting)] : [])].join("\n");
}

/** The services: state, address and where they log. */
export function formatServices({ kafka, hdfs }: ServicesStatus): string {
  return formatTable(
    ["service", "state", "address", "logs"],
    [
      ["Kafka", kafka.state, kafka.brokers, toShortPath(kafka.logs)],
      ["HDFS", hdfs.state, hdfs.webhdfsUrl, toShortPath(hdfs.logs)],
    ],
    [],
  );
}

/** As seen from the working folder where it lies below it. */
function toShortPath(path: string | undefined): string {
  if (!path) return "–";
  const short = relative(process.cwd(), path);
  return short.startsWith("..") || isAbsolute(short) ? path : short;
}

/** What verifying came to, a line a table, and below what differs. */
export function formatVerify(report: VerifyReport): string {
  const rows = report.checks.map(({ table, expected, received, ok }) => {
    return [table, formatCount(expected), formatCount(received), ok ? "equal" : "differs"];
  });
  const differences = report.checks.filter(({ ok }) => !ok).map((one) => `${one.table}: ${one.difference}`);
  const table = formatTable(["table", "recomputed", "in the lake", "result"], rows, [1, 2]);
  return [table, ...differences, formatWhole(report)].join("\n");
}

/** What the topic holds that no table does: a line, or none. */
export function formatBeyond(beyond: Beyond | null): string[] {
  if (!beyond || beyond.offsets === 0) return [];
  const places = beyond.partitions.map(
    ({ partition, from }) => `${beyond.topic}/${partition} from ${from} on`,
  );
  const what = formatCountOf(beyond.offsets, "offset");
  return [`not landed, and not compared: ${what} of the topic (${places.join(", ")})`];
}

/** A line about a landing that follows the topic. */
export function formatFollowing(now: FollowProgress): string {
  const { consumed, perSecond, lag, commit, committedAt, waiting, state } = now;
  const time = committedAt.slice(11, 19);
  const held = waiting.length > 0 ? `; ${formatWaiting(state.topic, waiting)}` : "";
  return `following: ${formatCount(consumed)} messages, ${formatCount(perSecond)}/s, lag ${formatCount(lag)}, last commit ${commit} at ${time} UTC${held}`;
}

/** How many files each directory had and has. */
export function formatCompact({ tables, givenUp }: CompactReport): string {
  const rows = tables.map(({ table, filesBefore, filesAfter }) => {
    return [table, formatCount(filesBefore), formatCount(filesAfter)];
  });
  const table = formatTable(["directory", "files before", "files now"], rows, [1, 2]);
  return [table, ...givenUp.map(({ reason }) => reason)].join("\n");
}

/** What messages counted as and how many rows the tables have, before and after a replay. */
export function formatReplay({ before, after }: ReplayReport): string {
  const counts = (["graded", "duplicates", "quarantined"] as const).map((name) => {
    const shown = name === "graded" ? landedWord(after.contract) : name;
    return [shown, before.counts[name], after.counts[name]] as const;
  });
  const tables = [...new Set([...Object.keys(before.rowCounts), ...Object.keys(after.rowCounts)])];
  const rows = tables
    .filter((table) => table !== "raw_data")
    .map((table) => [`rows of ${table}`, before.rowCounts[table] ?? 0, after.rowCounts[table] ?? 0] as const);
  const table = formatTable(
    ["", "before", "now"],
    [...counts, ...rows].map(([name, was, is]) => [name, formatCount(was), formatCount(is)]),
    [1, 2],
  );
  return `${table}\n${formatSum(after.counts, landedWord(after.contract))}`;
}

import Table from "cli-table3";
import { formatSum } from "./commits";
import type { ServicesStatus } from "./services";
import type { LakeStatus, TopicStatus } from "./status";
import type { VerifyReport } from "./verify";

/** The landed datasets as a table (rows, files, bytes, HDFS path) and below it the sum that must hold. */
export function formatLake(lake: LakeStatus): string {
  const rows = lake.datasets.map(({ table, rows, files, bytes, path }) => {
    return [table, formatCount(rows), formatCount(files), formatCount(bytes), path];
  });
  const head = ["dataset", "rows", "files", "bytes", "HDFS path"];
  return `${formatTable(head, rows, [1, 2, 3])}\n${formatSum(lake.counts)}`;
}

/** The partitions of the topic: first offset, high watermark, what is landed, what is not. */
export function formatTopic({ topic, partitions }: TopicStatus): string {
  const rows = partitions.map(({ partition, low, high, committed, lag }) => {
    return [`${topic}/${partition}`, low, high, committed ?? "–", formatCount(lag)];
  });
  return formatTable(
    ["partition", "first offset", "high watermark", "landed up to", "lag"],
    rows,
    [1, 2, 3, 4],
  );
}

/** The services: state, address and where they log. */
export function formatServices({ kafka, hdfs }: ServicesStatus): string {
  return formatTable(
    ["service", "state", "address", "logs"],
    [
      ["Kafka", kafka.state, kafka.brokers, kafka.logs ?? "–"],
      ["HDFS", hdfs.state, hdfs.webhdfsUrl, hdfs.logs ?? "–"],
    ],
    [],
  );
}

/** What verifying came to, a line a table. */
export function formatVerify(report: VerifyReport): string {
  const rows = report.checks.map(({ table, expected, received, ok, difference }) => {
    return [table, formatCount(expected), formatCount(received), ok ? "equal" : difference];
  });
  const table = formatTable(["table", "recomputed", "in the lake", "result"], rows, [1, 2]);
  return `${table}\n${formatSum(report.counts)}`;
}

/** Thousands with commas, as in 9,310,000. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** Milliseconds as seconds, as in 2.4 s. */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Bytes in MB (10^6), as in 9.3 MB. */
export function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function formatTable(head: string[], rows: string[][], rightAligned: readonly number[]): string {
  const colAligns = head.map((_, column) => (rightAligned.includes(column) ? "right" : "left"));
  const table = new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
  table.push(...rows);
  return table.toString();
}

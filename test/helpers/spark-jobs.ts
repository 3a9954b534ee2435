import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Config } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { readContractFile } from "user-activity/dist/contract/read";
import { openLake } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { replay } from "user-activity/dist/landing/replay";
import { readLakeStatus } from "user-activity/dist/landing/status";
import { findSparkJava } from "user-activity/dist/spark/java";
import { planJob, runDir, type SparkJob, sparkEnvironment } from "user-activity/dist/spark/job";
import { type SparkReport, sparkPython } from "user-activity/dist/spark/run";
import { compareLakes, type TableComparison } from "user-activity/dist/sql/against";
import { type Outgoing, send } from "./live-topics";
import { whyNoSpark } from "./spark";

/** Why tests with Spark are not run here, in words; false where they are. */
export function whySparkIsSkipped(): string | false {
  return whyNoSpark(sparkPython, 'run it with "npm run test:long -- spark"');
}

/** What Spark says of a job at its end. */
export type JobEnd = Partial<SparkReport> & { readonly error?: string };

export interface SparkJobOptions {
  /** Small ones make many commits. */
  readonly batch?: number;
  /** Whether the latest are taken, where they count. */
  readonly replay?: boolean;
}

/** The lake that Spark has, in the directory of a test's own. */
export const lakeOf = ({ hdfs }: Config): string => `${hdfs.lakeDir}/spark`;

/** The lake that land has, in the same directory. */
export const besides = (config: Config): Config => ({
  ...config,
  hdfs: { ...config.hdfs, lakeDir: `${config.hdfs.lakeDir}/land` },
});

/** Lands what Spark has landed, and holds each table of the one to the other, row by row, and what is told of them. */
export async function assertAsLand(config: Config, report: JobEnd, { replay: isReplayed = false } = {}) {
  await land({ config: besides(config) });
  if (isReplayed) await replay({ config: besides(config) });
  const status = await readLakeStatus(besides(config));
  assert.deepEqual({ ...report.counts }, { ...status?.counts });
  assert.equal(report.unsettled, status?.later);
  const { ok, tables } = await compareLakes({ config: besides(config), against: lakeOf(config) });
  if (!ok) assert.fail(`${JSON.stringify(tables, null, 1)}\n${await describeFiles(config, tables)}`);
  return tables;
}

/** The files of the tables that differ in Spark's lake, and whether they still do: to tell rows that are lost from late ones. */
async function describeFiles(config: Config, tables: readonly TableComparison[]): Promise<string> {
  const { hdfs } = openLake(config.hdfs);
  const again = await compareLakes({ config: besides(config), against: lakeOf(config) });
  const lists = tables
    .filter((one) => !one.ok)
    .map(async ({ table }) => {
      const files = await hdfs.list(`${lakeOf(config)}/${table}`);
      return [table, ...files.map(({ name, bytes }) => `${name}: ${bytes} bytes`)].join("\n  ");
    });
  return [`compared again: ${again.ok ? "equal" : "they differ"}`, ...(await Promise.all(lists))].join("\n");
}

/** Makes what sends events to a partition. */
export const delivering =
  ({ kafka }: Config) =>
  (partition: number, events: readonly object[]): Promise<void> =>
    send(
      kafka,
      events.map((one): Outgoing => ({ key: null, value: JSON.stringify(one), partition })),
    );

/** A job over a topic, into a lake of Spark's own. */
export function sparkJob(
  config: Config,
  lake: string,
  { batch = 1_000_000, replay: isReplayed = false }: SparkJobOptions = {},
): SparkJob {
  const options = { lake, batch, replay: isReplayed, master: "local[2]", follow: false, every: "1 seconds" };
  const job = planJob(config, readContractFile(config.contractFile), options);
  // code that is generated for so little costs more than it saves
  const settings = { "spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN" };
  return { ...job, settings: { ...job.settings, ...settings, "spark.sql.shuffle.partitions": "2" } };
}

/** What stands in for `spark/land.py`. */
export interface OtherScript {
  readonly script: string;
  readonly args: readonly string[];
  /** The job by which it starts a session before it is given one. */
  readonly warm: SparkJob;
}

/** One process of Spark, which does one job after the other until it is killed or ended. */
export function startSpark(config: Config, other?: OtherScript) {
  const { script = projectPath("spark", "land.py"), args = [] } = other ?? {};
  const options = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"; // compiles less: half the time for runs this short
  const own = { JAVA_HOME: findSparkJava(), JAVA_TOOL_OPTIONS: options, ...sparkEnvironment(config) };
  const child = spawn(sparkPython, [script, ...args], {
    cwd: runDir,
    detached: true, // so that all of it can be killed
    env: { ...process.env, ...own },
  });
  const write = (job: SparkJob) => child.stdin.write(`${JSON.stringify(job)}\n`);
  if (other) write(other.warm);
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    log = (log + text).slice(-20_000);
  });
  const kill = (signal: NodeJS.Signals) => {
    if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, signal);
  };
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.on("close", (code, signal) => resolve(signal ?? code));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const run = async (job: SparkJob): Promise<JobEnd> => {
    write(job);
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      const said = line.value.startsWith("{") ? JSON.parse(line.value) : {};
      if (said.done || said.error) return said;
    }
    return assert.fail(`Spark ended with ${await ended}: ${log}`);
  };
  const end = () => {
    child.stdin.end();
    return ended;
  };
  return { run, end, kill, write, log: () => log };
}

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Config } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { readContractFile } from "user-activity/dist/contract/read";
import { findSparkJava } from "user-activity/dist/spark/java";
import { planJob, runDir, type SparkJob, sparkEnvironment } from "user-activity/dist/spark/job";
import { sparkPython } from "user-activity/dist/spark/run";
import { whyNoSpark } from "./spark";

/** Why tests with Spark are not run here, in words; false where they are. */
export function whySparkIsSkipped(): string | false {
  return whyNoSpark(sparkPython, 'run it with "npm run test:long -- spark"');
}

/** What Spark says of a job at its end. */
export interface SparkReport {
  readonly error?: string;
  readonly commit?: number;
  readonly counts?: Readonly<Record<string, number>>;
}

/** A job over a topic, into a lake of Spark's own; small batches make many commits. */
export function sparkJob(config: Config, lake: string, batch = 1_000_000): SparkJob {
  const options = { lake, batch, master: "local[2]", follow: false, every: "1 seconds" };
  const job = planJob(config, readContractFile(config.contractFile), options);
  // code that is generated for so little costs more than it saves
  const settings = { "spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN" };
  return { ...job, settings: { ...job.settings, ...settings, "spark.sql.shuffle.partitions": "2" } };
}

/** One process of Spark, which does one job after the other until it is killed or ended. `script` is ours, or one that stands in for it. */
export function startSpark(
  config: Config,
  script = projectPath("spark", "land.py"),
  args: readonly string[] = [],
) {
  const options = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"; // compiles less: half the time for runs this short
  const own = { JAVA_HOME: findSparkJava(), JAVA_TOOL_OPTIONS: options, ...sparkEnvironment(config) };
  const child = spawn(sparkPython, [script, ...args], {
    cwd: runDir,
    detached: true, // so that all of it can be killed
    env: { ...process.env, ...own },
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    log = (log + text).slice(-20_000);
  });
  const kill = (signal: NodeJS.Signals) => {
    if (child.pid && child.exitCode === null) process.kill(-child.pid, signal);
  };
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.on("close", (code, signal) => resolve(signal ?? code));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const run = async (job: SparkJob): Promise<SparkReport> => {
    child.stdin.write(`${JSON.stringify(job)}\n`);
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
  return {
    run,
    end,
    kill,
    write: (job: SparkJob) => child.stdin.write(`${JSON.stringify(job)}\n`),
    log: () => log,
  };
}

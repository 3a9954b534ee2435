import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Config, readConfig, withoutSecrets } from "../base/config";
import { ServiceError } from "../base/errors";
import { interruptible } from "../base/kernel";
import { localDir, projectPath } from "../base/paths";
import { readContractFile } from "../contract/read";
import type { Counts } from "../lake/counts";
import { findSparkJava } from "./java";
import { planJob, runDir, type SparkOptions, sparkEnvironment } from "./job";

/** The Python that has Spark. */
export const sparkPython: string = join(localDir, "spark", "bin", "python");

/** What Spark says of a commit, and at the end of a run. */
export interface SparkReport {
  /** Of the last commit; 0 for none. */
  readonly commit: number;
  /** Of one commit, at the end of all. */
  readonly counts: Counts;
  /** Of a commit: `land`, or `settle` for a rebuilding of the tables; and how long it took. */
  readonly kind?: string;
  readonly seconds?: number;
  /** At the end: the directory, how often each warning was given, and how many events should count in place of others. */
  readonly lake?: string;
  readonly warnings?: Readonly<Record<string, number>>;
  readonly unsettled?: number;
}

/** What a landing with Spark may be told. */
export interface LandWithSparkOptions extends Partial<SparkOptions> {
  readonly config?: Config;
  readonly onCommit?: (report: SparkReport) => void;
  /** Stops the run between two batches, as SIGTERM does. */
  readonly signal?: AbortSignal;
}

/** What is missing for Spark to run here, in words; undefined where nothing is. */
export function whatSparkLacks(): string | undefined {
  if (!existsSync(sparkPython))
    return 'Spark: expected it to be set up, received no .local/spark; "npm run spark" sets it up';
  try {
    findSparkJava();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Lands a topic with Spark, by the contract that the configuration names, into a lake of its own: by default the lake's
 * directory with "-spark" behind it, here, on all cores. Spark's own log goes to a file. Throws a ServiceError with what
 * Spark says where it fails.
 */
export function landWithSpark(options: LandWithSparkOptions = {}): Promise<SparkReport> {
  return interruptible(options, runToEnd);
}

async function runToEnd(options: LandWithSparkOptions): Promise<SparkReport> {
  const { config = readConfig(), onCommit, signal, ...chosen } = options;
  const lake = `${config.hdfs.lakeDir}-spark`;
  const usual = { lake, master: "local[*]", follow: false, batch: 1_000_000, every: "10 seconds" };
  const java = findSparkJava();
  const job = planJob(config, readContractFile(config.contractFile), { ...usual, ...chosen });
  const log = createWriteStream(join(runDir, `spark-${process.pid}.log`));
  const child = spawn(sparkPython, [projectPath("spark", "land.py")], {
    cwd: runDir,
    env: { JAVA_HOME: java, ...withoutSecrets(process.env), ...sparkEnvironment(config) }, // the login comes with the job
  });
  const closed = once(child, "close");
  const stop = () => child.kill("SIGTERM");
  signal?.addEventListener("abort", stop);
  child.stdin.end(`${JSON.stringify(job)}\n`);
  child.stderr.pipe(log);
  let end: SparkReport | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const said = line.startsWith("{") ? JSON.parse(line) : {};
    if (said.error) throw new ServiceError(said.error);
    if (said.done) end = said;
    else if (said.commit) onCommit?.(said);
  }
  const [code, by] = await closed;
  signal?.removeEventListener("abort", stop);
  if (end) return end;
  throw new ServiceError(
    `spark: expected the end of a run, received ${by ?? `exit code ${code}`}; see ${log.path}`,
  );
}

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nameNodePlace } from "user-activity/dist/services/hdfs";
import { findSparkJava } from "user-activity/dist/spark/java";
import { ownFolder } from "./live-lake";

/** Why nothing can be run on the Spark of this Python; false where it can. */
export function whyNoSpark(python: string, advice: string): string | false {
  if (process.env.WEBHDFS_URL) return "reads hdfs:// of the embedded HDFS only, and WEBHDFS_URL is set";
  if (!existsSync(python)) return `no Spark at ${python}: ${advice}`;
  try {
    findSparkJava();
    return false;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The embedded HDFS's address in its own protocol. */
export function hdfsAddress(): string {
  const site = readFileSync(join(nameNodePlace.directory, "conf", "core-site.xml"), "utf8");
  return /hdfs:\/\/[\d.:]+/.exec(site)?.[0] ?? assert.fail("no hdfs:// address in core-site.xml");
}

/** Runs a Python with Spark to its end, in a folder of its own, and returns what it printed. */
export function runSpark(python: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  // compiles less: half the time of the processor for runs this short
  const options = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";
  const own = { JAVA_HOME: findSparkJava(), JAVA_TOOL_OPTIONS: options, SPARK_LOCAL_IP: "127.0.0.1", ...env };
  const answer = spawnSync(python, args, {
    cwd: ownFolder(),
    env: { ...process.env, ...own },
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  assert.equal(answer.status, 0, `${answer.stderr}`.slice(-4000));
  return answer.stdout;
}

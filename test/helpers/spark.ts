import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { localDir } from "user-activity/dist/base/paths";
import { nameNodePlace } from "user-activity/dist/services/hdfs";
import { ownFolder } from "./live-lake";

const java = findJava();

/** Why nothing can be run on the Spark of this Python; false where it can. */
export function whyNoSpark(python: string, advice: string): string | false {
  if (process.env.WEBHDFS_URL) return "reads hdfs:// of the embedded HDFS only, and WEBHDFS_URL is set";
  if (!existsSync(python)) return `no Spark at ${python}: ${advice}`;
  return java ? false : "no Java >= 17 with the module jdk.incubator.vector; set JAVA_HOME to one";
}

/** The home of a Java that Spark runs on: that of set-up, of JAVA_HOME, or the first on the PATH. */
function findJava(): string | undefined {
  const record = join(localDir, "java.json");
  const folders = [process.env.JAVA_HOME ?? "", ...(process.env.PATH ?? "").split(delimiter)];
  const paths = [
    ...(existsSync(record) ? [JSON.parse(readFileSync(record, "utf8")).path as string] : []),
    ...folders.filter(Boolean).flatMap((folder) => [join(folder, "bin", "java"), join(folder, "java")]),
  ];
  const found = paths.filter((path) => existsSync(path)).find(isForSpark);
  return found && dirname(dirname(realpathSync(found)));
}

function isForSpark(path: string): boolean {
  const modules = spawnSync(path, ["--list-modules"], { encoding: "utf8" }).stdout ?? "";
  const version = Number(/^java\.base@(\d+)/m.exec(modules)?.[1] ?? 0);
  return version >= 17 && /^jdk\.incubator\.vector@/m.test(modules);
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
  const own = { JAVA_HOME: java, JAVA_TOOL_OPTIONS: options, SPARK_LOCAL_IP: "127.0.0.1", ...env };
  const answer = spawnSync(python, args, {
    cwd: ownFolder(),
    env: { ...process.env, ...own },
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  assert.equal(answer.status, 0, `${answer.stderr}`.slice(-4000));
  return answer.stdout;
}

import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { ServiceError } from "../base/errors";

/** The home of a Java that Spark runs on: that of JAVA_HOME, or the first on the PATH; the one of set-up may lack a module. */
export function findSparkJava(env: NodeJS.ProcessEnv = process.env): string {
  const homes = env.JAVA_HOME ? [join(env.JAVA_HOME, "bin")] : [];
  const paths = [...homes, ...(env.PATH ?? "").split(delimiter)].map((folder) => join(folder, "java"));
  const found = paths.filter((path) => existsSync(path)).find(isForSpark);
  if (found) return dirname(dirname(realpathSync(found)));
  throw new ServiceError(
    "Java: expected one of version 17 or later with the module jdk.incubator.vector, received none; install one (a JDK has it) and set JAVA_HOME to it",
  );
}

function isForSpark(path: string): boolean {
  const modules = spawnSync(path, ["--list-modules"], { encoding: "utf8" }).stdout ?? "";
  const version = Number(/^java\.base@(\d+)/m.exec(modules)?.[1] ?? 0);
  return version >= 17 && /^jdk\.incubator\.vector@/m.test(modules);
}

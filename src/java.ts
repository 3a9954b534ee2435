import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ServiceError } from "./errors";
import { localDir } from "./paths";
import { isRunning, lastLines, type ProcessRecord, stopProcess } from "./processes";

/** The Java (17 or later) that set-up found or installed. */
export function findJava(): string {
  const path = join(localDir, "java.json");
  const java = existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as { path: string }).path
    : undefined;
  if (java && existsSync(java)) return java;
  throw new ServiceError(`java: none recorded in ${path}; run "npm run setup"`);
}

/** The class path of one service: its own folder of jars, in a fixed order. */
export function classPath(service: "kafka" | "hadoop"): string {
  const directory = join(localDir, "jars", service);
  const jars = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith(".jar")) : [];
  if (jars.length > 0)
    return jars
      .sort()
      .map((name) => join(directory, name))
      .join(":");
  throw new ServiceError(`${directory}: no jars; run "npm run setup"`);
}

/**
 * Waits up to 60 s for a started server to answer. One that ended or never answers is stopped, and its last words shown;
 * so is one whose wait is aborted.
 */
export async function waitUntilReady(
  place: { directory: string; name: string },
  record: ProcessRecord,
  ready: { isReady: () => Promise<boolean>; signal?: AbortSignal | undefined },
): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && isRunning(record) && !ready.signal?.aborted) {
    if (await ready.isReady()) return;
    await sleep(100);
  }
  const ended = !isRunning(record);
  await stopProcess(place);
  ready.signal?.throwIfAborted();
  const log = join(place.directory, `${place.name}.log`);
  const words = lastLines(join(place.directory, `${place.name}.out`), 5) || lastLines(log, 5);
  const what = ended ? "ended while starting" : "did not answer within 60 s";
  throw new ServiceError(`${place.name}: ${what}; its log is ${log} and ends with:\n${words}`);
}

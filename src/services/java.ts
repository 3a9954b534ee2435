import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ServiceError } from "../base/errors";
import { prepareFolder } from "../base/folders";
import { localDir } from "../base/paths";
import {
  isRunning,
  type ProcessPlace,
  type ProcessRecord,
  type ProcessSpec,
  startProcess,
  stopProcess,
} from "./processes";

/** A server that could not listen on the port that was free when it was chosen. */
export class PortTakenError extends ServiceError {
  override readonly name = "PortTakenError";
}

/** A Java program of one of the services: its main class and arguments. */
export interface JavaProgram {
  readonly service: "kafka" | "kafka-tools" | "hadoop";
  /** What stands before the service's jars on the class path. */
  readonly folders: readonly string[];
  /** Where its logging is configured, as a Java property. */
  readonly logging: string;
  readonly main: readonly string[];
}

/** A process that was started, and where its output and log are. */
export interface Server {
  readonly place: ProcessPlace;
  readonly record: ProcessRecord;
}

/** How to run a Java program of a service: a small heap, quick to start, temporary files in its own folder. */
export function javaCommand(place: ProcessPlace, program: JavaProgram): { command: string; args: string[] } {
  const args = [
    heapOption,
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
    `-Djava.io.tmpdir=${join(place.directory, "tmp")}`,
    `-Dservice.log=${join(place.directory, `${place.name}.log`)}`,
    program.logging,
    "-cp",
    [...program.folders, ...listJars(program.service)].join(":"),
    ...program.main,
  ];
  return { command: findJava(), args };
}

/** Heap of each server, for javaCommand. */
export const heapOption = "-Xmx256m";

/** The Java (17 or later) that set-up found or installed. */
function findJava(): string {
  const path = join(localDir, "java.json");
  const java = readJavaPath(path);
  if (java && existsSync(java)) return java;
  throw new ServiceError(`java: none recorded in ${path}; run "npm run setup"`);
}

function readJavaPath(path: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { path?: string }).path;
  } catch {
    return undefined;
  }
}

/** The jars of one service in a fixed order; each service has its own folder of them. */
function listJars(service: JavaProgram["service"]): string[] {
  const directory = join(localDir, "jars", service);
  if (directory.includes(":")) {
    throw new ServiceError(`${directory}: Java takes no folder with ":" in its path; move the project`);
  }
  const names = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith(".jar")) : [];
  if (names.length === 0) throw new ServiceError(`${directory}: no jars; run "npm run setup"`);
  return names.sort().map((name) => join(directory, name));
}

/** Reads a file of lines name=value; lines that begin with # are comments. */
export function readProperties(path: string): Record<string, string> {
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.includes("=") && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

/** Runs a server's formatting program to its end, on record like the server itself. */
export async function formatStorage(
  spec: ProcessSpec,
  isFormatted: () => boolean,
  signal?: AbortSignal,
): Promise<void> {
  const record = startProcess(spec);
  const server = { place: spec, record };
  await waitFor([server], async () => false, signal);
  if (isRunning(record)) await giveUp([server], signal, "did not format its storage within 60 s");
  if (!isFormatted()) await giveUp([server], signal, "could not format its storage");
}

/**
 * Waits up to 60 s until servers that were started together answer. If one ended or they never answer, all are stopped
 * and its last words shown; so are they where the wait is aborted.
 */
export async function waitUntilReady(
  servers: readonly Server[],
  isReady: () => Promise<boolean>,
  signal?: AbortSignal,
): Promise<void> {
  if (await waitFor(servers, isReady, signal)) return;
  const ended = servers.filter(({ record }) => !isRunning(record));
  if (ended.length > 0) await giveUp([...ended, ...servers], signal, "ended while starting");
  await giveUp(servers, signal, "did not answer within 60 s");
}

/** Whether the servers answered before one of them ended, 60 s were over or the signal aborted. */
export async function waitFor(
  servers: readonly Server[],
  isReady: () => Promise<boolean>,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && !signal?.aborted && servers.every(({ record }) => isRunning(record))) {
    if (await isReady()) return true;
    await sleep(100);
  }
  return false;
}

/** Stops the servers and throws what became of the first one. */
async function giveUp(
  servers: readonly Server[],
  signal: AbortSignal | undefined,
  what: string,
): Promise<never> {
  await Promise.all(servers.map(({ place }) => stopProcess(place)));
  signal?.throwIfAborted();
  const [{ place }] = servers as [Server];
  prepareFolder(place.directory); // a full disk explains it better than what the server says of it
  const files = [".out", ".log"].map((end) => join(place.directory, place.name + end));
  const lines = files.flatMap(readLines);
  const words = lines.length > 0 ? `its last words:\n${lastWords(lines).join("\n")}\n` : "it said nothing; ";
  const advice = lines.length > 0 ? adviceForData(place) : adviceForJava();
  const ErrorKind = lines.some((line) => bindFailure.test(line)) ? PortTakenError : ServiceError;
  throw new ErrorKind(`${place.name}: ${what}; its log is ${files[1]}, ${words}${advice}`);
}

const bindFailure = /BindException|Address already in use/;

/** What went wrong, if the lines tell it, else the last of them; five at most. */
function lastWords(lines: readonly string[]): string[] {
  const telling = lines.filter((line) => /\b(ERROR|FATAL)\b|Exception|^Caused by|^Error/.test(line));
  return (telling.length > 0 ? telling : lines).slice(-5).map((line) => line.slice(0, 300));
}

function readLines(path: string): string[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .filter((line) => !/^\s+at /.test(line))
    .slice(-200);
}

function adviceForData(place: ProcessPlace): string {
  return `Start it once more; if its data can't be mended: remove ${place.directory}, and with it what it holds`;
}

function adviceForJava(): string {
  return `is ${findJava()} a Java of version 17 or later? If not, remove ${join(localDir, "java.json")} and run "npm run setup"`;
}

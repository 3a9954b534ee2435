import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withoutSecrets } from "../base/config";
import { ServiceError } from "../base/errors";
import { createFolder, toFolderError, writeWhole } from "../base/folders";
import { signalProcess, startTime } from "../base/live-processes";

/** Where a background process keeps its record (`<name>.json`), its output and its log, and by which name. */
export interface ProcessPlace {
  readonly directory: string;
  readonly name: string;
}

/** What is on record of a process that was started here, so that a later run finds it again. */
export interface ProcessRecord {
  readonly pid: number;
  /** When the kernel says it started; a reused process id has another. */
  readonly startedAt: string;
  readonly clusterId: string;
  /** Ports by name, on 127.0.0.1. */
  readonly ports: Readonly<Record<string, number>>;
}

/** A program to run in the background, with its output in `<name>.out`; it writes `<name>.log` anew. */
export interface ProcessSpec extends ProcessPlace {
  readonly command: string;
  readonly args: readonly string[];
  readonly clusterId: string;
  readonly ports: Readonly<Record<string, number>>;
}

/**
 * Starts the program in a session of its own, so that Ctrl-C reaches us first, and records it. Until outliveUs is
 * called for it, it is asked to end when this process exits, however that comes about; where SIGKILL ends this process,
 * the program either is on record or never ran. It is given no password and no token by its environment.
 */
export function startProcess(spec: ProcessSpec): ProcessRecord {
  createFolder(spec.directory);
  const log = join(spec.directory, `${spec.name}.log`);
  if (existsSync(log)) renameSync(log, join(spec.directory, `${spec.name}.previous.log`));
  const child = isProgram(spec.command) ? spawnWaiting(spec) : undefined;
  if (child?.pid === undefined) {
    throw new ServiceError(`${spec.name}: ${spec.command} can't be run; run "npm run setup" once more`);
  }
  endWithUs(spec);
  const { clusterId, ports } = spec;
  const record = { pid: child.pid, startedAt: startTime(child.pid) ?? "ended", clusterId, ports };
  try {
    writeWhole(recordPath(spec), JSON.stringify(record));
  } catch (error) {
    child.kill("SIGKILL"); // nobody would find it again
    throw toFolderError(spec.directory, error as NodeJS.ErrnoException);
  }
  child.stdin?.end("recorded\n");
  return record;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * A shell that becomes the program, with the same process id and start time, once it reads a line; it ends without one
 * where we end before.
 */
function spawnWaiting(spec: ProcessSpec): ChildProcess {
  const out = openSync(join(spec.directory, `${spec.name}.out`), "w");
  const script = 'read -r go && exec "$@" </dev/null';
  const child = spawn("/bin/sh", ["-c", script, spec.name, spec.command, ...spec.args], {
    detached: true,
    stdio: ["pipe", out, out],
    cwd: spec.directory,
    env: { ...withoutSecrets(process.env), LC_ALL: "C.UTF-8" }, // else Java finds no folder with an umlaut
  });
  child.on("error", () => undefined); // a missing program shows as a process that is not there
  child.stdin?.on("error", () => undefined); // so does one that ended at once
  closeSync(out);
  child.unref();
  return child;
}

/** The recorded process if it still runs. */
export function findProcess(place: ProcessPlace): ProcessRecord | undefined {
  const record = readRecord(place);
  return record && isRunning(record) ? record : undefined;
}

/** Asks the process to end (SIGTERM), waits up to `patienceMs` (default 30,000), then ends it; its record goes too. */
export async function stopProcess(place: ProcessPlace, patienceMs = 30_000): Promise<void> {
  const record = findProcess(place);
  if (record) {
    signalProcess(record.pid, "SIGTERM");
    const deadline = Date.now() + patienceMs;
    while (isRunning(record) && Date.now() < deadline) await sleep(50);
    if (isRunning(record)) signalProcess(record.pid, "SIGKILL");
    while (isRunning(record)) await sleep(20);
  }
  outliveUs(place);
  if (existsSync(recordPath(place))) rmSync(recordPath(place));
}

const endingWithUs = new Map<string, ProcessPlace>();

/** Has the process on record asked to end when this one exits. */
export function endWithUs(place: ProcessPlace): void {
  if (endingWithUs.size === 0) process.once("exit", endAll);
  endingWithUs.set(recordPath(place), place);
}

/** Lets the process on record live on when this one exits. */
export function outliveUs(place: ProcessPlace): void {
  endingWithUs.delete(recordPath(place));
  if (endingWithUs.size === 0) process.off("exit", endAll);
}

function endAll(): void {
  for (const place of endingWithUs.values()) {
    const record = findProcess(place);
    if (record) signalProcess(record.pid, "SIGTERM");
  }
}

/**
 * A port of 127.0.0.1 for each name: the one that is wanted, or another that is free where something listens there or 0 is
 * wanted; no two are the same. The others lie below those that systems give to outgoing connections and to whoever listens
 * on any port: one of these could be gone by the time the server asks for it.
 */
export async function choosePorts<Name extends string>(
  wanted: Readonly<Record<Name, number>>,
): Promise<Record<Name, number>> {
  const chosen: Record<Name, number> = { ...wanted };
  const held: Server[] = []; // until all are chosen: the system may pick again what is let go
  for (const name of Object.keys(wanted) as Name[]) {
    const server = (await listen(wanted[name] || anyPort())) ?? (await listenAnywhere());
    const address = server?.address();
    if (typeof address === "object" && address) chosen[name] = address.port;
    if (server) held.push(server);
  }
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return chosen;
}

/** Whether nothing listens on a port of 127.0.0.1. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await choosePorts({ port })).port === port;
}

/** From 32,768 on Linux gives ports away by itself, other systems from 49,152. */
function anyPort(): number {
  return randomInt(20_000, 32_768);
}

async function listenAnywhere(): Promise<Server | undefined> {
  for (let tries = 100; tries > 0; tries--) {
    const server = await listen(anyPort());
    if (server) return server;
  }
  return listen(0);
}

/** Nothing where the port is taken. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => resolve(server));
  });
}

/** Whether the process on record still runs and is the same one. */
export function isRunning(record: ProcessRecord): boolean {
  return startTime(record.pid) === record.startedAt;
}

function recordPath(place: ProcessPlace): string {
  return join(place.directory, `${place.name}.json`);
}

function readRecord(place: ProcessPlace): ProcessRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(recordPath(place), "utf8")) as ProcessRecord;
    return Number.isInteger(record.pid) && record.pid > 1 && record.startedAt ? record : undefined;
  } catch {
    return undefined; // none, or not one that was written here
  }
}

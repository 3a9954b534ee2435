import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ServiceError } from "./errors";

/** What is on record of a process that was started here, so that a later run finds it again. */
export interface ProcessRecord {
  readonly pid: number;
  /** When the kernel says it started; a reused process id has another. */
  readonly startedAt: string;
  readonly clusterId: string;
  /** Ports by name, on 127.0.0.1. */
  readonly ports: Readonly<Record<string, number>>;
}

/** A program to run in the background, with its output in a file. */
export interface ProcessSpec {
  readonly name: string;
  readonly directory: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly clusterId: string;
  readonly ports: Readonly<Record<string, number>>;
}

/** Starts the program in a process group of its own, so that Ctrl-C reaches us first, and records it. */
export function startProcess(spec: ProcessSpec): ProcessRecord {
  mkdirSync(spec.directory, { recursive: true });
  const out = openSync(join(spec.directory, `${spec.name}.out`), "w");
  const child = spawn(spec.command, spec.args, {
    detached: true,
    stdio: ["ignore", out, out],
    cwd: spec.directory,
  });
  child.on("error", () => undefined); // a missing program shows as a process that is not there
  closeSync(out);
  child.unref();
  if (child.pid === undefined) {
    throw new ServiceError(`${spec.name}: ${spec.command} can't be run; run "npm run setup" once more`);
  }
  const { clusterId, ports } = spec;
  const record = { pid: child.pid, startedAt: startTime(child.pid) ?? "", clusterId, ports };
  writeFileSync(recordPath(spec), JSON.stringify(record));
  return record;
}

/** The recorded process if it still runs; a record of one that is gone is removed. */
export function findProcess(place: { directory: string; name: string }): ProcessRecord | undefined {
  const path = recordPath(place);
  if (!existsSync(path)) return undefined;
  const record = parseRecord(readFileSync(path, "utf8"));
  if (record && isRunning(record)) return record;
  rmSync(path, { force: true });
  return undefined;
}

/** Asks the process to end (SIGTERM), waits up to `patienceMs` (default 30,000), then ends it; its record goes too. */
export async function stopProcess(
  place: { directory: string; name: string },
  patienceMs = 30_000,
): Promise<void> {
  const record = findProcess(place);
  if (!record) return;
  signal(record.pid, "SIGTERM");
  const deadline = Date.now() + patienceMs;
  while (isRunning(record) && Date.now() < deadline) await sleep(50);
  if (isRunning(record)) signal(record.pid, "SIGKILL");
  while (isRunning(record)) await sleep(20);
  rmSync(recordPath(place), { force: true });
}

/** `wanted` if nothing listens there on 127.0.0.1, else a free port that the system picks; 0 asks for any. */
export async function choosePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted;
}

/** Whether the process on record still runs and is the same one. */
export function isRunning(record: ProcessRecord): boolean {
  const startedAt = startTime(record.pid);
  return startedAt !== undefined && (record.startedAt === "" || record.startedAt === startedAt);
}

/** The last lines of what the program printed, for an error message. */
export function lastLines(path: string, count: number): string {
  if (!existsSync(path)) return "";
  return readFileSync(path, "utf8").trimEnd().split("\n").slice(-count).join("\n");
}

function recordPath(place: { directory: string; name: string }): string {
  return join(place.directory, `${place.name}.json`);
}

function parseRecord(text: string): ProcessRecord | undefined {
  try {
    const record = JSON.parse(text) as ProcessRecord;
    return Number.isInteger(record.pid) && record.pid > 1 ? record : undefined;
  } catch {
    return undefined; // cut while it was written: the process is not known to be ours
  }
}

/** When a live process started: field 22 of /proc/PID/stat, elsewhere what `ps` says. A zombie is not alive. */
function startTime(pid: number): string | undefined {
  if (!signal(pid, 0)) return undefined;
  if (!existsSync("/proc/self/stat")) return "";
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Whether a process with this id lives, whoever's it is. */
export function isAlive(pid: number): boolean {
  return pid > 0 && signal(pid, 0);
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : undefined));
    });
  });
}

/** Runs `work` while holding a lock file, so that two starts of the same services do not cross. */
export async function withLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const path = join(directory, "lock");
  mkdirSync(dirname(path), { recursive: true });
  while (!takeLock(path)) await sleep(100);
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function takeLock(path: string): boolean {
  try {
    writeFileSync(path, `${process.pid} ${startTime(process.pid)}`, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (!isLockHeld(path)) rmSync(path, { force: true });
    return false;
  }
}

function isLockHeld(path: string): boolean {
  const [pid, startedAt] = existsSync(path) ? readFileSync(path, "utf8").split(" ") : [];
  if (!pid) return existsSync(path) && Date.now() - statMs(path) < 1000; // being written just now
  return startTime(Number(pid)) === startedAt;
}

function statMs(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

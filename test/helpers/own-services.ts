import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { localDir, projectPath } from "user-activity/dist/base/paths";
import type { ServicesStatus } from "user-activity/dist/services/services";

export interface Ended {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** What it has printed on stderr so far. */
  readonly said: () => string;
  readonly ended: Promise<Ended>;
}

export type OwnServices = ReturnType<typeof ownServices>;

const cli = projectPath("src", "bin", "user-activity.js");

/**
 * A state folder of its own, with the jars and the Java of set-up and no services yet; its name holds what a path may
 * hold. What runs in it is ended after the test file.
 */
export function ownServices() {
  const folder = join(mkdtempSync(join(tmpdir(), "user-activity-test-")), "with spaces, ümlauts & 100%");
  mkdirSync(folder);
  symlinkSync(join(localDir, "jars"), join(folder, "jars"));
  copyFileSync(join(localDir, "java.json"), join(folder, "java.json"));
  const place = (...parts: string[]) => join(folder, "services", ...parts);
  const begin = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    beginProgram(process.execPath, [cli, ...args], { ...ownEnvironment(folder), ...env });
  const run = (args: readonly string[], env?: NodeJS.ProcessEnv) => begin(args, env).ended;
  const status = async (env?: NodeJS.ProcessEnv): Promise<ServicesStatus> =>
    JSON.parse((await run(["services", "status", "--json"], env)).stdout);
  after(async () => {
    await run(["services", "stop"]);
    for (const pid of listServers(folder).values()) process.kill(pid, "SIGKILL");
    rmSync(join(folder, ".."), { recursive: true, force: true });
  });
  return { folder, place, begin, run, status, servers: () => listServers(folder) };
}

/** The environment without what points at services elsewhere, and with this local folder. */
export function ownEnvironment(folder: string): NodeJS.ProcessEnv {
  const { KAFKA_BROKERS, WEBHDFS_URL, KAFKA_TOPIC, LAKE_DIR, EVENTS_FILE, ...rest } = process.env;
  return { ...rest, USER_ACTIVITY_LOCAL_DIR: folder };
}

/** Starts a program and gathers what it prints. */
export function beginProgram(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Running {
  const child = spawn(command, args, { env, cwd: projectPath(), stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (part) => {
    stdout += part;
  });
  child.stderr.on("data", (part) => {
    stderr += part;
  });
  const ended = once(child, "close").then(([code]) => ({ code, stdout, stderr }));
  return { pid: child.pid ?? 0, kill: (signal) => child.kill(signal), said: () => stderr, ended };
}

/** The live Java processes that log to this folder, their process ids by the log's name. */
function listServers(folder: string): Map<string, number> {
  const mark = `-Dservice.log=${join(folder, "services")}`;
  const found = new Map<string, number>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const option = readArguments(pid).find((argument) => argument.startsWith(mark));
    if (option) found.set(option.slice(option.lastIndexOf("/") + 1).replace(".log", ""), Number(pid));
  }
  return found;
}

function readArguments(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // it has ended
  }
}

/** The addresses (in hexadecimal, as the kernel tells them) that a process listens on. */
export function listAddresses(pid: number): string[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).map(
      (fd) => /^socket:\[(\d+)\]/.exec(readLink(`/proc/${pid}/fd/${fd}`))?.[1],
    ),
  );
  const lines = ["tcp", "tcp6"].flatMap((name) =>
    readFileSync(`/proc/${pid}/net/${name}`, "utf8").split("\n").slice(1),
  );
  return lines.flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === "0A" && sockets.has(inode) ? [local.slice(0, local.indexOf(":"))] : [];
  });
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // closed meanwhile
  }
}

/** Waits until it is so; fails after three minutes, which is long on a busy machine, too. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 180_000; !(await isSo()); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`${what}: not within three minutes`);
  }
}

/** Takes a port of 127.0.0.1 until the test file has ended; false where it is taken already. */
export async function occupy(port: number): Promise<boolean> {
  const server = createServer();
  after(() => {
    server.close();
  });
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
}

/** The states of Kafka and HDFS, in this order. */
export function statesOf({ kafka, hdfs }: ServicesStatus) {
  return [kafka.state, hdfs.state];
}

export function pidOf(own: OwnServices, name: string): number {
  return own.servers().get(name) ?? assert.fail(`${name} does not run`);
}

/** Ends a server with SIGKILL. */
export async function endServer(own: OwnServices, name: string): Promise<void> {
  const pid = pidOf(own, name);
  process.kill(pid, "SIGKILL");
  await until(() => own.servers().get(name) !== pid, `${name} has ended`);
}

/** Holds that no server is left, by its process and by what the command says. */
export async function assertNothingRuns(own: OwnServices): Promise<void> {
  assert.deepEqual(own.servers(), new Map());
  assert.deepEqual(statesOf(await own.status()), ["stopped", "stopped"]);
}

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import type { Config } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { type Lake, openLake, readTable, resetLake } from "user-activity/dist/lake/lake";
import { land } from "user-activity/dist/landing/land";
import { verify } from "user-activity/dist/landing/verify";
import { type ShippedName, tables } from "user-activity/dist/tables/tables";
import { findUntruths } from "./catalogue-checks";
import { cliPath } from "./cli-process";
import { ownConfig, ownFolder, recompute } from "./live-lake";
import { publishEvents } from "./small-lake";
import { checkVersions } from "./version-checks";

/** What a process of the tests does and where it ends: see doomed.ts. */
export interface Doom {
  readonly work: "land" | "compact" | "skip";
  readonly at?: Point;
  /** In which messages are decided; default none beside the main one. */
  readonly threads?: number;
  /** A file that gets a line for each call to HDFS. */
  readonly tell?: string;
}

export interface Point {
  /** The number of the call to HDFS, from 1; of those that `what` (a regular expression) matches. */
  readonly call?: number;
  readonly what?: string;
  /** amid: the call is under way for `ms` (default 3); after: `ms` (default 0) after its answer; end: all is done. */
  readonly when?: "before" | "amid" | "after" | "end";
  readonly ms?: number;
  /** Or the number of a call to onProgress, which is told of every batch of messages. */
  readonly progress?: number;
  /** Default SIGKILL. */
  readonly signal?: "SIGKILL" | "SIGSTOP";
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export interface Process {
  readonly pid: number;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<Ended>;
}

const program = projectPath("test", "dist", "helpers", "doomed.js");

/** Starts the doomed program on a lake. */
export function startDoomed(config: Config, doom: Doom): Process {
  return startNode(config, [program, JSON.stringify(doom)]);
}

/** Starts the command line on a lake; `options` are Node's. */
export function startCli(config: Config, args: readonly string[], options: readonly string[] = []): Process {
  return startNode(config, [...options, cliPath, ...args]);
}

function startNode({ kafka, hdfs }: Config, args: readonly string[]): Process {
  const env = { ...process.env, KAFKA_TOPIC: kafka.topic, LAKE_DIR: hdfs.lakeDir };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject).on("close", (code, signal) => resolve({ code, signal, stderr }));
  });
  return { pid: child.pid ?? 0, kill: (signal) => child.kill(signal), ended };
}

/** Runs the doomed program to its end; returns whether its doom came. Throws where it ended in another way. */
export async function runDoomed(config: Config, doom: Doom): Promise<boolean> {
  const { code, signal, stderr } = await startDoomed(config, doom).ended;
  assert.ok(signal === "SIGKILL" || code === 0, `${JSON.stringify(doom)}: ${code} ${signal} ${stderr}`);
  return signal === "SIGKILL";
}

/** The calls to HDFS of an undisturbed run, in order. */
export async function countCalls(config: Config, work: Doom["work"]): Promise<string[]> {
  const tell = join(ownFolder(), "calls");
  assert.equal(await runDoomed(config, { work, tell }), false);
  return readFileSync(tell, "utf8").trimEnd().split("\n");
}

/** A topic with duplicates and refused events, what its tables hold, and as many lakes of it as a test asks for. */
export async function ownTopic(name: string, count: number) {
  const topic = ownConfig(name);
  let made = 0;
  const root = topic.hdfs.lakeDir;
  const newLake = (): Config => ({ ...topic, hdfs: { ...topic.hdfs, lakeDir: `${root}/${++made}` } });
  after(() => resetLake(openLake(topic.hdfs)));
  await publishEvents(topic, count);
  return { config: topic, newLake, expected: await expectTables(newLake()) };
}

/** Lands a topic at once and undisturbed, which an independent recomputation confirms. */
export async function expectTables(config: Config): Promise<Rows> {
  await land({ config });
  assert.deepEqual((await recompute(config)).differences, []);
  return readTables(openLake(config.hdfs));
}

export type Rows = Readonly<Record<string, readonly string[]>>;

/** The rows of every table in an order of their own, sums without the last digits, which hang on the order of landing. */
async function readTables(lake: Lake): Promise<Rows> {
  const names = Object.keys(tables) as ShippedName[];
  const all = await Promise.all(names.map((name) => readTable(lake, name)));
  return Object.fromEntries(names.map((name, index) => [name, (all[index] ?? []).map(toText).sort()]));
}

function toText(row: object): string {
  const plain = (_: string, value: unknown) => {
    if (typeof value === "bigint") return `${value}`;
    return typeof value === "number" ? Number(value.toPrecision(12)) : value;
  };
  return JSON.stringify(row, plain);
}

export interface Expectations {
  readonly expected: Rows;
  /** What to say where it fails. */
  readonly where: string;
  /** Whether Python recomputes the tables, too; default not. */
  readonly independently?: boolean;
  /** Whether nothing is staged any more; default so. */
  readonly swept?: boolean;
  /** Whether the last commit has its version, and each version is of its commit; default not asked. */
  readonly versions?: boolean;
}

/** Holds a lake to its topic: no row lost, none doubled, the catalogue true, nothing left behind. */
export async function checkLake(config: Config, expectations: Expectations): Promise<void> {
  const { expected, where, independently = false, swept = true, versions = false } = expectations;
  const lake = readOnce(openLake(config.hdfs));
  const report = await verify({ config, lake });
  assert.ok(report.ok, `${where}: ${JSON.stringify(report.checks)}`);
  assert.deepEqual(await readTables(lake), expected, where);
  assert.deepEqual(await findUntruths(config, report.checks, lake), [], where);
  if (swept) assert.deepEqual(await lake.hdfs.list(lake.at("_tmp")), [], where);
  if (versions) await checkVersions(lake, where);
  if (independently) assert.deepEqual((await recompute(config)).differences, [], where);
}

/** A lake that nothing changes any more: of each file the same bytes are checked in every way. */
function readOnce({ hdfs, at, model }: Lake): Lake {
  const files = new Map<string, Promise<Buffer>>();
  const read = (path: string) => {
    const file = files.get(path) ?? hdfs.read(path);
    files.set(path, file);
    return file;
  };
  return { at, model, hdfs: { ...hdfs, read } };
}

/** Does the work for each item, some at once. */
export async function forEach<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
  atOnce = 3,
): Promise<void> {
  const waiting = items.map((item, index) => ({ item, index }));
  const next = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) await work(one.item, one.index);
  };
  await Promise.all(Array.from({ length: atOnce }, next));
}

/** Waits until a process stands still; throws where it ends before. */
export async function untilStopped({ pid, ended }: Process): Promise<void> {
  let isEnded = false;
  void ended.then(() => {
    isEnded = true;
  });
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(!isEnded, `process ${pid} ended before it stopped`);
    if (/^\d+ \(.*\) [Tt] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) return;
  }
}

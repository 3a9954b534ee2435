import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after } from "node:test";
import { type Config, readConfig } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { resetTopic } from "user-activity/dist/kafka/topics";
import { listParts, openLake, resetLake } from "user-activity/dist/lake/lake";
import { type ShippedName, tables } from "user-activity/dist/tables/tables";

/** The events file that the project ships. */
export const eventsFile = projectPath("data", "assessments.json");

/** A file of some of the shipped events, those from index `start` (inclusive) to `end` (exclusive). */
export function someEvents(end: number, start = 0): string {
  const file = join(ownFolder(), "some-events.json");
  const lines = readFileSync(eventsFile, "utf8").split("\n"); // an event each, behind the opening bracket
  const events = lines.slice(1 + start, 1 + end).map((line) => line.replace(/,$/, ""));
  writeFileSync(file, `[\n${events.join(",\n")}\n]\n`);
  return file;
}

let made = 0;

/** A topic and a lake directory of this test's own on the running services; both are removed after the test file. */
export function ownConfig(name: string): Config {
  const own = `test-${name}-${process.pid}-${++made}`;
  return removedAfter(readConfig({ ...process.env, KAFKA_TOPIC: own, LAKE_DIR: `/${own}` }));
}

/** The topic and the lake directory that a notebook makes beside those of a configuration; removed likewise. */
export function besideConfig({ kafka, hdfs }: Config, ending: string): Config {
  const names = { KAFKA_TOPIC: `${kafka.topic}-${ending}`, LAKE_DIR: `${hdfs.lakeDir}-${ending}` };
  return removedAfter(readConfig({ ...process.env, ...names }));
}

function removedAfter(config: Config): Config {
  after(async () => {
    await resetTopic(config.kafka);
    await resetLake(openLake(config.hdfs));
  });
  return config;
}

/** A folder that is removed after the test file. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "user-activity-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Copies the lake's tables, as readers see them, to a local folder. */
export async function copyLake(config: Config): Promise<string> {
  const lake = openLake(config.hdfs);
  const folder = ownFolder();
  for (const table of Object.keys(tables) as ShippedName[]) {
    mkdirSync(join(folder, table));
    for (const part of await listParts(lake, table)) {
      writeFileSync(join(folder, table, basename(part.path)), await lake.hdfs.read(part.path));
    }
  }
  return folder;
}

/** The Python that set-up made, with pyarrow and DuckDB. */
export const python = process.env.PYTHON_FOR_TESTS ?? projectPath(".local", "venv", "bin", "python");

/**
 * Runs Python to its end. DuckDB's threads now and then race with the end of the interpreter after the work is done
 * ("terminate called without an active exception", seen with fsspec): a run that a signal ended so is done once more.
 */
export function runPython(args: readonly string[], cwd?: string) {
  for (let tries = 1; ; tries++) {
    const answer = spawnSync(python, args, { encoding: "utf8", ...(cwd ? { cwd } : {}) });
    const isRace = answer.signal === "SIGABRT" && answer.stderr.includes("without an active exception");
    if (!isRace || tries === 3) return answer;
  }
}

/** Recomputes the tables in Python, from raw_data and with none of this project's code. */
export async function recompute(
  config: Config,
  events?: string,
): Promise<{ counts: Record<string, number>; differences: string[] }> {
  const script = projectPath("test", "python", "recompute.py");
  const folder = await copyLake(config);
  const answer = runPython([script, folder, ...(events ? [events] : [])]);
  if (answer.status !== 0) throw new Error(answer.stderr);
  return JSON.parse(answer.stdout);
}

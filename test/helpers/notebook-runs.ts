import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { Config } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { whatSparkLacks } from "user-activity/dist/spark/run";
import { readExercises, solve, takeSolutions } from "./exercises";
import { besideConfig, eventsFile, ownConfig, ownFolder } from "./live-lake";
import { type Cell, type Notebook, readNotebook, textOf } from "./notebook-files";

export { codeCells, type Notebook, readNotebook, textOf } from "./notebook-files";

interface Runner {
  runNotebook(
    notebook: string,
    output: string,
    options?: { signal?: AbortSignal; env?: Record<string, string>; onCell?: (cell: CellStart) => void },
  ): Promise<void>;
  openNotebook(
    notebook: string,
    output: string,
  ): { run(onCell?: (cell: CellStart) => void): Promise<void>; end(): void };
}

export interface CellStart {
  readonly cell: number;
  readonly of: number;
  readonly heading: string;
}

export const folder = projectPath("notebooks");
const names = readdirSync(folder).filter((name) => /^\d\d[a-z]?-.*\.ipynb$/.test(name));
export const committed = new Map(names.map((name) => [name, readNotebook(join(folder, name))]));

export async function loadRunner(): Promise<Runner> {
  return import(pathToFileURL(projectPath("local", "notebooks", "notebooks.mjs")).href);
}

/** How the topics and lakes end that notebooks make beside those that they are given. */
const madeBeside: Readonly<Record<string, readonly string[]>> = {
  "01": ["exercise-1"],
  "04": ["by-hand", "exercise"],
  "06": ["stream"],
  "07": ["operate", "operate-exercise-1"],
  "08": ["beyond", "beyond-spark"],
};

/** Has the topics and lakes that a notebook makes beside its own removed after the test file. */
export function removeBeside(number: string, config: Config): void {
  for (const ending of madeBeside[number] ?? []) besideConfig(config, ending);
}

/** What differs about a run. */
export interface RunOptions {
  readonly onCell?: (cell: CellStart) => void;
  /** Runs a copy in which every exercise is answered as its solution says. */
  readonly isSolved?: boolean;
}

/**
 * Makes what runs a notebook in a fresh kernel, again and again on a topic and a lake of its own, or on those that are given.
 * @returns what a run gives, with the names that stand in the committed notebook
 */
export function makeRunner(
  name: string,
  config = ownConfig(name.split("-")[0] ?? name),
): (options?: RunOptions) => Promise<string> {
  removeBeside(name.split("-")[0] ?? name, config);
  const output = join(ownFolder(), name);
  const env = { KAFKA_TOPIC: config.kafka.topic, LAKE_DIR: config.hdfs.lakeDir, EVENTS_FILE: eventsFile };
  return async ({ onCell, isSolved = false } = {}) => {
    const { runNotebook } = await loadRunner();
    const source = isSolved ? writeSolved(name) : join(folder, name);
    await runNotebook(source, output, { env, ...(onCell ? { onCell } : {}) });
    return asCommitted(readFileSync(output, "utf8"), config);
  };
}

/** What may differ from the committed run, as it stands there: the names given here, and whose services they are. */
function asCommitted(text: string, { kafka, hdfs }: Config): string {
  return text
    .replaceAll(hdfs.lakeDir, "/user-activity")
    .replaceAll(kafka.topic, "assessments")
    .replaceAll(/\bexternal(?=<|\\t)/g, "running");
}

/** A solved copy within the project, since a kernel finds the helper package from there; gone after the tests. */
function writeSolved(name: string): string {
  const place = projectPath(".local", `test-solved-${process.pid}`);
  mkdirSync(place, { recursive: true });
  after(() => rmSync(place, { recursive: true, force: true }));
  const path = join(place, name);
  writeFileSync(path, JSON.stringify(solve(committed.get(name) ?? assert.fail(name))));
  return path;
}

/** Holds a solved run to its exercises: every check finds its answer right. */
export function assertSolved(text: string): void {
  assertRight((JSON.parse(text) as Notebook).cells);
}

/**
 * Holds what JupyterLab saved of a run, with the solutions beside the stubs, to the committed notebook and to its exercises,
 * but for the bitmaps that its chart renderer adds and the machine's Python.
 */
export function assertSaved(saved: string, committed: Notebook, config: Config): void {
  const ran = JSON.parse(asCommitted(saved, config), (key, value) =>
    key === "image/png" ? undefined : value,
  );
  if (ran.metadata.kernelspec.name === "python3") delete ran.metadata.language_info.version;
  const { notebook, solutions } = takeSolutions(ran);
  assertAsCommitted(JSON.stringify(notebook), committed);
  assert.equal(solutions.length, 2 * readExercises(committed).length);
  if (solutions.length > 0) assertRight(solutions);
}

function assertRight(cells: readonly Cell[]): void {
  const checks = cells.filter(({ id }) => /^check-\d+(-solved)?$/.test(id));
  assert.ok(checks.length > 0, "a notebook with exercises");
  for (const { id, outputs = [] } of checks) {
    const shown = outputs.map(({ data = {} }) => textOf(data["text/plain"] as string[]));
    assert.ok(shown.includes("✓ Right."), `${id}: ${shown.join("; ")}`);
  }
}

/** Cells that say so, and do nothing, where there is no Spark; their committed outputs are those of a run with it. */
const isLeftOut = ({ id }: Cell) => id.startsWith("spark-") && whatSparkLacks() !== undefined;

/** Holds what a run gave to the committed notebook, but for the exercises' cells where it was `isSolved`. */
export function assertAsCommitted(text: string, notebook: Notebook, { isSolved = false } = {}): void {
  const { cells, metadata } = JSON.parse(text) as Notebook;
  const differing = notebook.cells.filter(
    (cell, index) =>
      !isDeepStrictEqual(cell, cells[index]) &&
      !(isSolved && /^(answer|check)-/.test(cell.id)) &&
      !isLeftOut(cell),
  );
  assert.deepEqual(
    differing.map(({ id }) => id),
    [],
    'outdated: write it anew with "npm run notebooks"',
  );
  assert.deepEqual(metadata, notebook.metadata);
}

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { projectPath } from "user-activity/dist/paths";
import { besideConfig, eventsFile, ownConfig, ownFolder } from "./live-lake";

interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string | string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Cell {
  readonly id: string;
  readonly cell_type: "code" | "markdown";
  readonly source: string | string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
}

export interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface Runner {
  runNotebook(
    notebook: string,
    output: string,
    options?: { signal?: AbortSignal; env?: Record<string, string>; onCell?: (cell: CellStart) => void },
  ): Promise<void>;
}

export interface CellStart {
  readonly cell: number;
  readonly of: number;
  readonly heading: string;
}

export const folder = projectPath("notebooks");
const names = readdirSync(folder).filter((name) => /^\d\d[a-z]?-.*\.ipynb$/.test(name));
export const committed = new Map(names.map((name) => [name, readNotebook(join(folder, name))]));

export function readNotebook(path: string): Notebook {
  return JSON.parse(readFileSync(path, "utf8"));
}

export async function loadRunner(): Promise<Runner> {
  return import(pathToFileURL(projectPath("local", "notebooks.mjs")).href);
}

export function codeCells({ cells }: Notebook): Cell[] {
  return cells.filter(({ cell_type }) => cell_type === "code");
}

export function textOf(text: string | string[] | undefined): string {
  return Array.isArray(text) ? text.join("") : (text ?? "");
}

/** How the topics and lakes end that notebooks make beside those that they are given. */
const madeBeside: Readonly<Record<string, readonly string[]>> = {
  "06": ["stream"],
  "07": ["operate", "operate-exercise-1"],
};

/**
 * Makes what runs a notebook in a fresh kernel, again and again on a topic and a lake of its own.
 * @returns what a run gives, with the names that stand in the committed notebook
 */
export function makeRunner(name: string): (onCell?: (cell: CellStart) => void) => Promise<string> {
  const config = ownConfig(name.split("-")[0] ?? name);
  for (const ending of madeBeside[name.split("-")[0] ?? name] ?? []) besideConfig(config, ending);
  const output = join(ownFolder(), name);
  const env = { KAFKA_TOPIC: config.kafka.topic, LAKE_DIR: config.hdfs.lakeDir, EVENTS_FILE: eventsFile };
  return async (onCell) => {
    const { runNotebook } = await loadRunner();
    await runNotebook(join(folder, name), output, { env, ...(onCell ? { onCell } : {}) });
    // what may differ from the committed run: the names given here, and whose services they are
    return readFileSync(output, "utf8")
      .replaceAll(config.hdfs.lakeDir, "/user-activity")
      .replaceAll(config.kafka.topic, "assessments")
      .replaceAll(/\bexternal(?=<|\\t)/g, "running");
  };
}

/** Holds what a run gave to the committed notebook; a failure names the cells that differ. */
export function assertAsCommitted(text: string, notebook: Notebook): void {
  const { cells, metadata } = JSON.parse(text) as Notebook;
  const differing = notebook.cells.filter((cell, index) => !isDeepStrictEqual(cell, cells[index]));
  assert.deepEqual(
    differing.map(({ id }) => id),
    [],
    'outdated: write it anew with "npm run notebooks"',
  );
  assert.deepEqual(metadata, notebook.metadata);
}

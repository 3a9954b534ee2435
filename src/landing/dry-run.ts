import { createHash } from "node:crypto";
import { readConfig } from "../base/config";
import { canonicalJson } from "../base/json";
import { interruptible } from "../base/kernel";
import { primaryKeyOf } from "../contract/model";
import type { LakeState } from "../lake/commit-file";
import { readKeptContract } from "../lake/contract-file";
import { countOutcome, noCounts } from "../lake/counts";
import { withContract } from "../lake/in-force";
import { type Lake, openLake } from "../lake/lake";
import { type LakeModel, modelOf } from "../tables/lake-model";
import { checkSameContract } from "./contract-change";
import { choosing, messageTables, readParts, recomputeOutcomes, rowsFor } from "./recompute";
import { type ReplayOptions, readLanded } from "./replay";
import { createSums } from "./sums";

/** One row that would be another. */
export interface RowChange {
  readonly change: "came" | "went" | "changed";
  /** The values of its key. */
  readonly key: readonly unknown[];
  readonly before: object | null;
  readonly after: object | null;
}

/** How many rows of a table would come, go and change, with three examples of each. */
export interface TableChange {
  readonly table: string;
  readonly came: number;
  readonly went: number;
  readonly changed: number;
  readonly examples: readonly RowChange[];
}

/** What a replay would do. Rows of quarantine that come have entered it, those that went have left it. */
export interface DryRunReport {
  readonly lakeDir: string;
  readonly before: Pick<LakeState, "counts" | "contract">;
  readonly after: Pick<LakeState, "counts">;
  readonly tables: readonly TableChange[];
  readonly ms: number;
}

const mostExamples = 3;

/**
 * Says what a replay by today's contract would change, and changes nothing: every message of raw_data is decided anew, and
 * the rows compared with those that are there by their keys. Holds a key and a hash of each row in memory.
 */
export function dryRunReplay(options: ReplayOptions = {}): Promise<DryRunReport> {
  return interruptible(options, compareAll);
}

async function compareAll(options: ReplayOptions): Promise<DryRunReport> {
  const startedMs = Date.now();
  const config = options.config ?? readConfig();
  const whole = options.lake ?? openLake(config.hdfs);
  const { state } = await readLanded(whole);
  const now = await withContract(whole, options);
  await checkSameContract(now, state);
  const old: Lake = { ...whole, model: modelOf(await readKeptContract(whole, state)) };
  const compared = new Map<string, Comparison>();
  for (const table of [...messageTables(now.model), ...now.model.summaries])
    compared.set(table, await openComparison(old, now.model, table));
  const counts = noCounts();
  const sums = createSums(now.model.contract);
  const total = state.counts.consumed;
  for await (const outcome of recomputeOutcomes(now, choosing(now.model, state))) {
    options.signal?.throwIfAborted();
    countOutcome(counts, outcome);
    sums.add(outcome.rows);
    for (const table of messageTables(now.model))
      for (const row of rowsFor(outcome, table)) compared.get(table)?.see(row);
    if (counts.consumed % 1000 === 0) options.onProgress?.({ replayed: counts.consumed, total });
  }
  for (const [table, rows] of Object.entries(sums.rows()))
    for (const row of rows) compared.get(table)?.see(row);
  const tables: TableChange[] = [];
  for (const [table, comparison] of compared) tables.push({ table, ...(await comparison.end()) });
  const { contract } = state;
  const before = { counts: state.counts, ...(contract === undefined ? {} : { contract }) };
  return { lakeDir: config.hdfs.lakeDir, before, after: { counts }, tables, ms: Date.now() - startedMs };
}

interface Comparison {
  /** Takes a row that there would be. */
  readonly see: (row: object) => void;
  readonly end: () => Promise<Omit<TableChange, "table">>;
}

/** Compares rows with those of a table that is there; one that the lake does not have has none. */
async function openComparison(old: Lake, model: LakeModel, table: string): Promise<Comparison> {
  const toKey = keyReader(model, table);
  const left = new Map<string, string>();
  const isThere = Object.hasOwn(old.model.tables, table);
  if (isThere)
    for await (const { rows } of readParts(old, table))
      for (const row of rows) left.set(toKey(row), hashRow(row));
  const counted = { came: 0, went: 0, changed: 0 };
  const found: { change: "came" | "changed"; key: string; after: object }[] = [];
  const note = (change: "came" | "changed", key: string, after: object) => {
    if (counted[change]++ < mostExamples) found.push({ change, key, after });
  };
  return {
    see: (row) => {
      const key = toKey(row);
      const hash = left.get(key);
      left.delete(key);
      if (hash === undefined) note("came", key, row);
      else if (hash !== hashRow(row)) note("changed", key, row);
    },
    end: async () => {
      counted.went = left.size;
      const went = [...left.keys()].slice(0, mostExamples);
      const wanted = new Set([
        ...went,
        ...found.flatMap(({ change, key }) => (change === "changed" ? [key] : [])),
      ]);
      const before = isThere && wanted.size > 0 ? await readRowsOf(old, table, { wanted, toKey }) : new Map();
      const ofKey = (key: string) => JSON.parse(key) as unknown[];
      return {
        ...counted,
        examples: [
          ...found.map(({ change, key, after }) => ({
            change,
            key: ofKey(key),
            before: before.get(key) ?? null,
            after,
          })),
          ...went.map((key) => ({
            change: "went" as const,
            key: ofKey(key),
            before: before.get(key) ?? null,
            after: null,
          })),
        ],
      };
    },
  };
}

interface Wanted {
  readonly wanted: ReadonlySet<string>;
  readonly toKey: (row: object) => string;
}

async function readRowsOf(
  lake: Lake,
  table: string,
  { wanted, toKey }: Wanted,
): Promise<Map<string, object>> {
  const found = new Map<string, object>();
  for await (const { rows } of readParts(lake, table)) {
    for (const row of rows) if (wanted.has(toKey(row))) found.set(toKey(row), row);
    if (found.size === wanted.size) break;
  }
  return found;
}

/** A row's key as JSON: its primary key, or where it stands, or all of it. */
function keyReader({ contract, keys }: LakeModel, table: string): (row: object) => string {
  const summary = contract.summaries.find(({ name }) => name === table);
  const names = summary ? primaryKeyOf(summary) : (keys[table]?.primaryKey ?? []);
  return (row) => {
    const values = row as Readonly<Record<string, unknown>>;
    const key = names.length > 0 ? names.map((name) => values[name] ?? null) : [row];
    return canonicalJson(key);
  };
}

/** Doubles to twelve digits, as sums have others behind them that are added up in another order. */
function hashRow(row: object): string {
  const rounded = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === "number" && !Number.isInteger(value) ? value.toPrecision(12) : value,
  ]);
  return createHash("sha256")
    .update(canonicalJson(Object.fromEntries(rounded)))
    .digest("base64")
    .slice(0, 16);
}

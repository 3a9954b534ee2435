import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { checkReplaceable, type StagingFolder } from "../lake/access";
import type { PartFile } from "../lake/catalogue";
import { type Lake, listParts } from "../lake/lake";
import { finishCommit } from "../lake/versions";
import { readRowGroups } from "../parquet/read";
import { createTableFile } from "../parquet/write";
import { type Origin, type RowOf, schemaVersion, type Table, tables } from "../tables/tables";
import { LandingBatch } from "./batch";
import { commitHeld, type Landing } from "./hold";
import { keyOf, readParts } from "./recompute";
import { stageTwin, toWholeSwap } from "./whole-swaps";

/** How far tables are brought up. */
export interface UpgradeProgress {
  /** The version of the columns that they have, and the one that they get. */
  readonly from: number;
  readonly to: number;
  /** Rows that are written anew so far, of all. */
  readonly rows: number;
  readonly total: number;
  /** Number of the commit; null until it counts. */
  readonly commit: number | null;
}

/** Who looks on, and may end it. */
export interface UpgradeOptions {
  readonly onUpgrade?: ((progress: UpgradeProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const upgraded = ["raw_data", "quarantine"] as const;
type UpgradedTable = (typeof upgraded)[number];
/** Throws where tables of an old version can't be replaced. */
export function checkUpgradable(lake: Lake): Promise<void> {
  return checkReplaceable(lake, upgraded);
}

/**
 * Writes raw_data and quarantine anew, file by file, with the columns of today, and puts them in the place of the old
 * ones in one commit; until then readers find the tables as they were. Values that are not UTF-8 come from quarantine,
 * which kept them; keys that are not, and headers, version 1 did not keep. A timestamp of -1 was none.
 */
export async function upgradeTables(landing: Landing, { onUpgrade, signal }: UpgradeOptions): Promise<void> {
  const { lake, run, last } = landing;
  const { rowCounts, version: from = 1 } = last.state;
  const total = (rowCounts.raw_data ?? 0) + (rowCounts.quarantine ?? 0);
  let rows = 0;
  const tell = (count: number) => {
    signal?.throwIfAborted();
    rows += count;
    onUpgrade?.({ from, to: schemaVersion, rows, total, commit: null });
  };
  tell(0);
  const swaps = [];
  for (const directory of upgraded) {
    const staging = await stageTwin(lake, run, directory);
    const added = await rewriteParts(landing, directory, { staging, tell });
    swaps.push(toWholeSwap(run, directory, added));
  }
  await checkUpgradable(lake);
  const state = { ...last.state, version: schemaVersion };
  const { commit, parts } = await commitHeld(landing, { kind: "upgrade", state, files: [], swaps });
  await finishCommit(lake, commit);
  Object.assign(landing, { last: commit, parts, batch: new LandingBatch({ ...landing, state }) });
  for (const { retired } of swaps) await lake.hdfs.remove(lake.at(retired), { recursive: true });
  onUpgrade?.({ from, to: schemaVersion, rows, total, commit: commit.number });
}

interface Rewriting {
  readonly staging: StagingFolder;
  /** Told of rows that are written. */
  readonly tell: (rows: number) => void;
}

/** Writes each file of a table anew into its staged directory; returns them by their final paths. */
async function rewriteParts(
  landing: Landing,
  table: UpgradedTable,
  { staging, tell }: Rewriting,
): Promise<PartFile[]> {
  const { lake, spool } = landing;
  const upgrade = createUpgrade(lake);
  const added: PartFile[] = [];
  try {
    for (const { path } of await listParts(lake, table)) {
      const name = basename(path).replace(/\.parquet$/, `-u${schemaVersion}.parquet`);
      const local = join(spool, name);
      const file = await createTableFile(local, table);
      try {
        for await (const rows of readRowGroups(
          await lake.hdfs.read(path),
          before[table] as Table<UpgradedTable>,
        )) {
          await file.append(await upgrade[table](rows as never));
          tell(rows.length);
        }
        const { bytes } = await file.close();
        await lake.hdfs.write(lake.at(`${staging.path}/${name}`), { file: local }, { mode: staging.mode });
        added.push({ path: `${table}/${name}`, bytes });
      } finally {
        await file.discard();
        rmSync(local, { force: true });
      }
    }
  } finally {
    await upgrade.end();
  }
  return added;
}

/** The columns that version 1 had. */
const before: { readonly [N in UpgradedTable]: Table<N> } = {
  raw_data: without(tables.raw_data, ["key_base64", "value_base64", "headers"]),
  quarantine: tables.quarantine,
};

function without<T extends Table>(table: T, added: readonly string[]): T {
  return { ...table, columns: table.columns.filter(({ name }) => !added.includes(name)) };
}

/** Brings up the rows of each table, which must come in the order they were landed. */
function createUpgrade(lake: Lake) {
  const undecodable = readUndecodable(lake);
  let next: IteratorResult<Undecodable, undefined> | undefined;
  const takeBytes = async (row: RowOf<"raw_data">): Promise<string | null> => {
    next ??= await undecodable.next();
    if (row.value !== null || next.done || keyOf(next.value) !== keyOf(row)) return null;
    const { value_base64 } = next.value;
    next = await undecodable.next();
    return value_base64;
  };
  return {
    raw_data: async (rows: readonly RowOf<"raw_data">[]): Promise<RowOf<"raw_data">[]> => {
      const all: RowOf<"raw_data">[] = [];
      for (const row of rows) {
        const value_base64 = await takeBytes(row);
        all.push({ ...withoutNone(row), key_base64: null, value_base64, headers: [] });
      }
      return all;
    },
    quarantine: async (rows: readonly RowOf<"quarantine">[]) => rows.map(withoutNone),
    end: () => undecodable.return(undefined),
  };
}

/** Version 1 kept Kafka's -1, which means none. */
function withoutNone<R extends { readonly timestamp: number | bigint | null }>(row: R): R {
  return row.timestamp === -1 ? { ...row, timestamp: null } : row;
}

interface Undecodable extends Origin {
  readonly value_base64: string;
}

/** Values that raw_data could not hold since they are not UTF-8: quarantine has their bytes, in the same order. */
async function* readUndecodable(lake: Lake): AsyncGenerator<Undecodable, undefined> {
  for await (const { rows } of readParts(lake, "quarantine")) {
    for (const { partition, offset, value_base64 } of rows) {
      if (value_base64 !== null) yield { partition, offset, value_base64 };
    }
  }
  return undefined;
}

import { randomBytes } from "node:crypto";
import { tableNames } from "../tables/lake-model";
import { type Commit, commitName, isOfOldVersion, parseCommit } from "./commit-file";
import { exportTable, type IcebergTable, type WantedVersion } from "./iceberg-table";
import { keptVersions } from "./keeping";
import { directoryOf, type Lake } from "./lake";
import { readPinsAt, versionName } from "./version-names";

/** The tables of a lake as Iceberg. */
export interface IcebergReport {
  readonly lakeDir: string;
  /** What all paths begin with. */
  readonly address: string;
  readonly tables: readonly IcebergTable[];
}

/** What is to be written. */
export interface ExportPlan {
  readonly address: string;
  /** The numbers of all versions that there are, oldest first; at least one. */
  readonly numbers: readonly number[];
}

/**
 * Writes the tables as Iceberg (version 2 of the format) into the lake's `_iceberg`: of the last 20 versions and those
 * that are pinned, over the files that they have. Done again it comes to the same; several may be at it. The lake's own
 * versions are the truth: one that goes takes its files along, and the next export leaves it out.
 */
export async function exportIceberg(lake: Lake, { address, numbers }: ExportPlan): Promise<IcebergReport> {
  const pins = await readPinsAt(lake.hdfs, directoryOf(lake));
  const versions = numbers
    .filter((number, index) => {
      return index >= numbers.length - keptVersions || pins.some(({ version }) => version === number);
    })
    .map((number) => toWanted(lake, number));
  const plan = { address, versions, pins, folder: `_tmp/iceberg-${randomBytes(8).toString("hex")}` };
  try {
    const names = tableNames(lake.model);
    const written = await Promise.all(names.map((table) => exportTable(lake, plan, table)));
    const isThere = ({ versions: own }: IcebergTable) => own.length > 0;
    return { lakeDir: directoryOf(lake), address, tables: written.filter(isThere) };
  } finally {
    await lake.hdfs.remove(lake.at(plan.folder), { recursive: true }).catch(() => undefined);
  }
}

/** A version, whose commit is read once, when it is asked for. */
function toWanted({ hdfs, at, model }: Lake, number: number): WantedVersion {
  const version: Lake = { hdfs, model, at: (path) => at(`.snapshot/${versionName(number)}/${path}`) };
  let reading: Promise<Commit | undefined> | undefined;
  const read = async (): Promise<Commit | undefined> => {
    const path = version.at(`_commits/${commitName(number)}`);
    if (!(await hdfs.stat(path))) return undefined;
    const commit = parseCommit((await hdfs.read(path)).toString("utf8"), path);
    return isOfOldVersion(commit) ? undefined : commit;
  };
  const readCommit = () => {
    reading ??= read();
    return reading;
  };
  return { number, lake: version, readCommit };
}

/** Does it where the lake has it switched on. A failure is told and costs nothing: the next commit does it again. */
export async function exportVersions(lake: Lake, readNumbers: () => Promise<number[]>): Promise<void> {
  const { exporting } = lake;
  if (!exporting) return;
  try {
    const address = await exporting.findAddress();
    await exportIceberg({ ...lake, hdfs: exporting.hdfs }, { address, numbers: await readNumbers() });
  } catch (error) {
    exporting.onFailure?.(
      `${(error as Error).message}; the commit counts, the tables as Iceberg stay as they were; the next commit writes them, or "npx user-activity iceberg"`,
    );
  }
}

import { createHash } from "node:crypto";
import { readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { HdfsConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { createFolder } from "../base/folders";
import { localDir } from "../base/paths";
import { type Lake, listParts, type Part } from "../lake/lake";
import type { TableName } from "../tables/tables";

/** Local copies of a lake's parts: each in a file that is named after the part's path, length and modification time. */
export interface PartCache {
  readonly lake: Lake;
  /** Absolute path of the folder of this lake's copies. */
  readonly directory: string;
  /** Called after each part that was fetched. */
  readonly onFetch?: (part: FetchedPart) => void;
  readonly signal?: AbortSignal;
}

export interface FetchedPart {
  readonly table: TableName;
  readonly bytes: number;
}

/** How the folders beside the tables' begin that queries spill to. */
export const spillPrefix = "spill-";

const defaultRoot = join(localDir, "cache");
/** A copy that no listing names any more may still be wanted by a query that listed just before. */
const graceMs = 10 * 60_000;
const spilledMs = 24 * 3600_000;
const unusedLakeMs = 30 * spilledMs;
const fetchesAtOnce = 4;
const maxRounds = 5;
let stored = 0;

/** The folder of a lake's copies; two lakes never share one, be it that only their NameNodes differ. */
export function cacheDirOf(config: HdfsConfig, root: string = defaultRoot): string {
  return join(root, hash(config.url, config.lakeDir).slice(0, 16));
}

/**
 * Local paths of a table's parts, in the order they were landed; none where the table is not there. Fetches those that
 * are not copied yet. Where a part was replaced or removed while it was read, the table is listed anew.
 */
export async function fetchParts(cache: PartCache, table: TableName): Promise<string[]> {
  for (let round = 1; round <= maxRounds; round++) {
    const parts = await listParts(cache.lake, table);
    const paths = parts.map((part) => join(cache.directory, table, copyName(part)));
    const missing = await selectMissing(parts, paths);
    if (missing.length === 0) return paths;
    if (!(await fetchMissing(cache, table, missing))) continue;
    await sweep(cache.directory, table, new Set(paths.map((path) => basename(path))));
    return paths;
  }
  throw new ServiceError(
    `hdfs ${cache.lake.at(table)}: expected files that stay as they are, received other ones ${maxRounds} times; query again when the landing is done`,
  );
}

/** Local paths of parts that were listed. Throws where one is no longer what was listed. */
export async function fetchListed(
  cache: PartCache,
  table: TableName,
  parts: readonly Part[],
): Promise<string[]> {
  const paths = parts.map((part) => join(cache.directory, table, copyName(part)));
  const missing = await selectMissing(parts, paths);
  if (missing.length === 0 || (await fetchMissing(cache, table, missing))) return paths;
  throw new ServiceError(
    `hdfs ${cache.lake.at(table)}: expected the files of a version, received none; was it removed meanwhile? "npx user-activity versions" lists them`,
  );
}

interface Missing {
  readonly part: Part;
  /** Where its copy goes. */
  readonly path: string;
}

async function selectMissing(parts: readonly Part[], paths: readonly string[]): Promise<Missing[]> {
  const all = parts.map((part, index) => ({ part, path: paths[index] ?? "" }));
  const isThere = await Promise.all(all.map(({ part, path }) => hasCopy(part, path)));
  return all.filter((_, index) => !isThere[index]);
}

async function hasCopy(part: Part, path: string): Promise<boolean> {
  const copy = await stat(path).catch(() => undefined);
  if (copy?.size !== part.bytes) return false;
  const now = new Date();
  if (now.getTime() - copy.mtimeMs > graceMs / 2) await utimes(path, now, now).catch(() => undefined);
  return true;
}

/** Returns false where one of the parts is not what was listed. */
async function fetchMissing(
  cache: PartCache,
  table: TableName,
  missing: readonly Missing[],
): Promise<boolean> {
  const waiting = [...missing];
  let isListed = true;
  const fetchNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next && isListed; next = waiting.shift()) {
      cache.signal?.throwIfAborted();
      isListed = (await fetchPart(cache.lake, next)) && isListed;
      if (isListed) cache.onFetch?.({ table, bytes: next.part.bytes });
    }
  };
  await Promise.all(Array.from({ length: fetchesAtOnce }, fetchNext));
  return isListed;
}

async function fetchPart({ hdfs }: Lake, { part, path }: Missing): Promise<boolean> {
  const content = await hdfs.read(part.path).catch((error: Error) => error);
  const now = await hdfs.stat(part.path);
  if (now?.bytes !== part.bytes || now.modifiedMs !== part.modifiedMs) return false;
  if (content instanceof Error) throw content;
  await store(path, content);
  return true;
}

/** Other processes see the whole copy or none. */
async function store(path: string, content: Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}-${++stored}.partial`;
  try {
    createFolder(dirname(path));
    await writeFile(partial, content);
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined);
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === "ENOSPC" || code === "EDQUOT" ? `the disk is full (${code})` : message;
    throw new ServiceError(`${dirname(path)}: can't keep what was fetched from HDFS: ${reason}`, { cause });
  }
}

/**
 * Removes this table's copies that are no part's any more, lakes that nothing was fetched of for a month, and what
 * queries that were killed a day ago had spilled.
 */
async function sweep(directory: string, table: TableName, wanted: ReadonlySet<string>): Promise<void> {
  const now = new Date();
  await utimes(directory, now, now).catch(() => undefined);
  await removeOlder(join(directory, table), now.getTime() - graceMs, (name) => !wanted.has(name));
  await removeOlder(directory, now.getTime() - spilledMs, (name) => name.startsWith(spillPrefix));
  await removeOlder(dirname(directory), now.getTime() - unusedLakeMs, (name) => /^[0-9a-f]{16}$/.test(name));
}

/** What can't be removed stays: it costs room, not correctness. */
async function removeOlder(
  folder: string,
  beforeMs: number,
  isRemovable: (name: string) => boolean,
): Promise<void> {
  for (const name of (await readdir(folder).catch(() => [])).filter(isRemovable)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (!found || found.mtimeMs >= beforeMs) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** A file is the same in every version. */
function copyName({ path, bytes, modifiedMs }: Part): string {
  const own = path.replace(/\/\.snapshot\/version-\d+(?=\/)/, "");
  return `${hash(own, bytes, modifiedMs).slice(0, 32)}.parquet`;
}

function hash(...facts: readonly (string | number)[]): string {
  return createHash("sha256").update(facts.join("\0")).digest("hex");
}

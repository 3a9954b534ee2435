import { setTimeout as sleep } from "node:timers/promises";
import { ServiceError } from "../base/errors";
import { quote } from "../contract/failures";
import { type Commit, commitName, commitNumber, lastChange, parseCommit } from "./commit-file";
import { directoryOf, type Lake, readLastCommit } from "./lake";
import { readPinsAt } from "./version-names";
import { isTrue, listVersions, missingVersion, openVersion, type Version } from "./versions";

/** A lake to be read, and the version that it is. */
export interface Reading {
  /** A version, or the lake itself. */
  readonly lake: Lake;
  /** The commit's number; null for the lake itself, whose tables may change while they are read. */
  readonly version: number | null;
}

const firstWaitMs = 25;
const longestWaitMs = 800;

/**
 * Opens the newest version, in which all tables are of one commit. While the last commit is on its way to its places it
 * is the one before. Where the last commit is no version, be it that none are allowed, it is the lake itself.
 */
export async function openNewest(lake: Lake): Promise<Reading> {
  for (let waitMs = firstWaitMs; ; waitMs *= 2) {
    const last = await readLastCommit(lake);
    const number = last && lastChange(last);
    if (!last?.isVersion || number === undefined) return { lake, version: null };
    if (await isTrue(lake, number)) return { lake: openVersion(lake, number), version: number };
    const before = (await listVersions(lake)).findLast((version) => version.number < number);
    if (before && (await isNext(lake, before.number, number)))
      return { lake: openVersion(lake, before.number), version: before.number };
    if (waitMs > longestWaitMs) return { lake, version: null };
    await sleep(waitMs);
  }
}

/** Whether no commit between these two changed the tables. */
async function isNext(lake: Lake, number: number, next: number): Promise<boolean> {
  for (let between = number + 1; between < next; between++) {
    if ((await readCommit(lake, between))?.kind !== "claim") return false;
  }
  return isTrue(lake, number);
}

/** The commit of this number; undefined where it is not kept any more. */
async function readCommit(lake: Lake, number: number): Promise<Commit | undefined> {
  const path = lake.at(`_commits/${commitName(number)}`);
  if (!(await lake.hdfs.stat(path))) return undefined;
  return parseCommit((await lake.hdfs.read(path)).toString("utf8"), path);
}

/**
 * Opens the version that `at` names: the number of a commit, a time (ISO 8601; UTC where it has no offset), as of which
 * the tables are, or the name of a pin. Throws where there is none, or none any more.
 */
export async function openAt(lake: Lake, at: string): Promise<Reading> {
  const version = await resolveAt(lake, at.trim());
  if (!(await isTrue(lake, version))) throw await missingVersion(lake, version);
  return { lake: openVersion(lake, version), version };
}

async function resolveAt(lake: Lake, at: string): Promise<number> {
  if (/^\d{1,15}$/.test(at)) return Number(at);
  const timeMs = parseTime(at);
  if (timeMs !== undefined) return findAsOf(lake, timeMs);
  const pin = (await readPinsAt(lake.hdfs, directoryOf(lake))).find(({ name }) => name === at);
  if (pin) return pin.version;
  throw new ServiceError(
    `hdfs ${lake.at(".snapshot")}: expected the number of a commit, a time such as 2026-11-29T12:00Z, or the name of a pin, received ${quote(at)}; "npx user-activity versions" lists them`,
  );
}

const time = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/i;

/** ms UTC; undefined where it is no time. A date alone is its first moment. */
function parseTime(text: string): number | undefined {
  const [, date, clock = "00:00", zone = "Z"] = time.exec(text) ?? [];
  const ms = date === undefined ? Number.NaN : Date.parse(`${date}T${clock}${zone.toUpperCase()}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The version that the tables were at a time. Throws where that is removed. */
async function findAsOf(lake: Lake, timeMs: number): Promise<number> {
  const versions = await listVersions(lake);
  const found = await findLastBefore(lake, versions, timeMs);
  const when = new Date(timeMs).toISOString();
  const range =
    versions.length > 0 ? `versions from ${versions[0]?.number} to ${versions.at(-1)?.number}` : "none";
  const next = versions[found + 1];
  const version = versions[found];
  if (
    version &&
    !(await hasChangedBy(next ? openVersion(lake, next.number) : lake, version, { next, timeMs }))
  )
    return version.number;
  throw new ServiceError(
    `hdfs ${lake.at(".snapshot")}: expected a version of ${when}, received ${range}, none of which is as of then; "npx user-activity versions" lists them`,
  );
}

/** The place of the last version that was committed at this time or before; -1 where there is none. */
async function findLastBefore(lake: Lake, versions: readonly Version[], timeMs: number): Promise<number> {
  let [low, high] = [0, versions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { number } = versions[middle] as Version;
    const commit = await readCommit(openVersion(lake, number), number);
    if (commit && Date.parse(commit.committedAt) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Whether a commit that is no version any more, or never was one, had changed the tables by then. */
async function hasChangedBy(
  later: Lake,
  { number }: Version,
  { next, timeMs }: { readonly next: Version | undefined; readonly timeMs: number },
): Promise<boolean> {
  const entries = await later.hdfs.list(later.at("_commits"));
  const between = entries.filter(({ name }) => {
    const own = commitNumber(name) ?? 0;
    return own > number && own < (next?.number ?? Number.POSITIVE_INFINITY);
  });
  const isFirstKept = next === undefined || next.number === number + 1;
  if (!isFirstKept && commitNumber(between[0]?.name ?? "") !== number + 1) return true; // what came between is not kept
  for (const { path } of between) {
    const { kind, committedAt } = parseCommit((await later.hdfs.read(path)).toString("utf8"), path);
    if (kind !== "claim" && Date.parse(committedAt) <= timeMs) return true;
  }
  return false;
}

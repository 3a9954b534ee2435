import { posix } from "node:path";
import * as v from "valibot";
import type { HdfsConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { type RetryPolicy, withRetries } from "../base/retry";
import { type HdfsRights, openAccess } from "./access";
import { type ByteRange, checkHdfsPath, type HdfsClient, type HdfsSource } from "./client";
import { isRemoteError, toHdfsError } from "./errors";
import { openHdfsClient } from "./failover";
import { createRenameCheck } from "./probe";
import { type Attempt, parseReply, undefinedWhereMissing } from "./replies";
import { type HdfsSnapshots, openSnapshots } from "./snapshots";

/** What HDFS says of one file or directory. */
export interface HdfsEntry {
  /** Last part of the path; empty for "/". */
  readonly name: string;
  readonly path: string;
  readonly type: "file" | "directory";
  /** Length of a file; 0 for a directory. */
  readonly bytes: number;
  /** ms UTC */
  readonly modifiedMs: number;
  readonly owner: string;
  /** HDFS's own number of it, which a rename keeps; undefined where it tells none. */
  readonly fileId?: number | undefined;
}

/**
 * HDFS as the lake needs it. Paths are absolute, without ':', and no part is empty, "." or "..". What fails is thrown
 * as a ServiceError that names the path, what was being done, what came instead and what to do.
 */
export interface Hdfs extends HdfsRights, HdfsSnapshots {
  /** Entries of a directory, sorted by name; none where nothing is there. Throws for a file. */
  readonly list: (directory: string) => Promise<HdfsEntry[]>;
  /** What is there; undefined where nothing is. */
  readonly stat: (path: string) => Promise<HdfsEntry | undefined>;
  /** A whole file; throws where other than the number of bytes comes that HDFS says it has. */
  readonly read: (path: string) => Promise<Buffer>;
  /** Bytes of a file from `start`, inclusive, to `end`, exclusive; throws where others come than so many. */
  readonly readRange: (path: string, range: ByteRange) => Promise<Buffer>;
  /**
   * Writes a file, over one that is there, and makes the parent directories that are missing; returns its length in
   * bytes. Throws where HDFS then reports another length; a write that failed can leave a part of the file behind. A
   * directory's default entries for access go before `mode`, "644" by default.
   */
  readonly write: (path: string, source: HdfsSource, options?: { readonly mode?: string }) => Promise<number>;
  /**
   * Moves a file or directory to where nothing is; of several that want the same place at once, one gets it. Returns
   * false, nothing being changed, where something is there, be it a directory. Throws where the source or the parent
   * directory of the target is missing.
   */
  readonly rename: (from: string, to: string) => Promise<boolean>;
  /** Moves a file to where another is, or nothing, in one step: readers see the old one or the new one. */
  readonly replace: (from: string, to: string) => Promise<void>;
  /** Makes a directory and its parents; those that are there are left as they are. */
  readonly makeDirectory: (path: string) => Promise<void>;
  /** Removes a file or an empty directory, with `recursive` a full one too; returns false where nothing was there. */
  readonly remove: (path: string, options?: { readonly recursive?: boolean }) => Promise<boolean>;
}

/** How long HDFS's own client waits, too. */
const defaultTimeoutMs = 60_000;

export interface HdfsOptions {
  /** An exchange fails when nothing came for so long; default 60,000 ms. */
  readonly timeoutMs?: number | undefined;
  /**
   * Tries again after a failure that may pass by itself: a server that is gone, slow, in safe mode or standby, no
   * DataNode, a quota or disk used up, a file that came or arrived short. Not after one of path, right or token.
   */
  readonly retry?: RetryPolicy | undefined;
}

/**
 * Gives access to the configured HDFS through its NameNode's WebHDFS; asks nothing of it before the first call. The
 * proxies that the environment names are not used. A call is done once, unless `retry` says otherwise.
 *
 * What was done may have been done although its answer got lost. Done again, `write`, `makeDirectory` and the reading
 * functions come to the same. `remove` returns false then. `rename` and `replace` throw that the source is missing
 * (isSourceMissing tells): whether it is at the target, and that it is no other's, only the caller can see by looking.
 */
export function openHdfs(
  config: HdfsConfig,
  { timeoutMs = defaultTimeoutMs, retry }: HdfsOptions = {},
): Hdfs {
  const client = openHdfsClient(config, timeoutMs);
  const checkRenames = createRenameCheck(client, config);
  /** Every exchange with HDFS passes through here. */
  const exchange = async <T>(path: string, doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toHdfsError(error, { config, path, doing, timeoutMs });
    }
  };
  const stat = (path: string) => exchange(path, "stat", () => readStatus(client, path));
  const read = async (path: string): Promise<Buffer> => {
    const expected = (await stat(path))?.bytes;
    const content = await exchange(path, "read", () => client.download(path));
    if (content.length === expected) return content;
    const advice = "was it replaced meanwhile? Read it again";
    throw wrongLength(`${path}: read`, expected, content.length, advice);
  };
  const write = async (path: string, source: HdfsSource, mode?: string): Promise<number> => {
    await exchange(path, "write", checkRenames);
    const sent = await exchange(path, "write", () => client.upload(path, source, mode));
    const received = (await stat(path))?.bytes;
    if (received === sent) return sent;
    const advice = "has its DataNode room on disk? Then write it again";
    throw wrongLength(`${path}: write`, sent, received, advice);
  };
  const attempt: Attempt = (path, doing, work) => withRetries(() => exchange(path, doing, work), retry);
  /** The same for what changes a path. */
  const change: Attempt = (path, doing, work) =>
    attempt(path, doing, async () => {
      await checkRenames();
      return work();
    });
  return {
    stat: (path) => withRetries(() => stat(path), retry),
    list: (directory) => attempt(directory, "list", () => readDirectory(client, directory)),
    read: (path) => withRetries(() => read(path), retry),
    readRange: (path, range) => attempt(path, "read", () => readRange(client, path, range)),
    write: (path, source, { mode } = {}) => withRetries(() => write(path, source, mode), retry),
    rename: (from, to) => change(from, `rename to ${to}`, () => rename(client, from, to)),
    replace: (from, to) => change(from, `replace ${to}`, () => move(client, { from, to, how: "OVERWRITE" })),
    makeDirectory: (path) => change(path, "make directory", () => makeDirectory(client, path)),
    remove: (path, { recursive = false } = {}) =>
      attempt(path, "remove", () => remove(client, path, recursive)),
    ...openAccess(client, attempt),
    ...openSnapshots(client, attempt),
  };
}

async function remove(client: HdfsClient, path: string, recursive: boolean): Promise<boolean> {
  return parseReply(booleanReply, await client.ask("DELETE", "DELETE", path, { recursive })).boolean;
}

const statusReply = v.object({
  pathSuffix: v.string(),
  type: v.string(),
  length: v.number(),
  modificationTime: v.number(),
  owner: v.string(),
  fileId: v.optional(v.number()),
});
const fileReply = v.object({ FileStatus: statusReply });
const listReply = v.object({ FileStatuses: v.object({ FileStatus: v.array(statusReply) }) });
const booleanReply = v.object({ boolean: v.boolean() });

async function readStatus(client: HdfsClient, path: string): Promise<HdfsEntry | undefined> {
  const reply = await client.ask("GET", "GETFILESTATUS", path).catch(undefinedWhereMissing);
  return reply === undefined ? undefined : toEntry(parseReply(fileReply, reply).FileStatus, path);
}

async function readRange(client: HdfsClient, path: string, range: ByteRange): Promise<Buffer> {
  const content = await client.download(path, range);
  const expected = range.end - range.start;
  if (content.length === expected) return content;
  throw wrongLength(`${path}: read`, expected, content.length, "was it replaced meanwhile? Read it again");
}

async function readDirectory(client: HdfsClient, path: string): Promise<HdfsEntry[]> {
  const reply = await client.ask("GET", "LISTSTATUS", path).catch(undefinedWhereMissing);
  if (reply === undefined) return [];
  const found = parseReply(listReply, reply).FileStatuses.FileStatus;
  if (found.some((status) => status.pathSuffix === "")) {
    throw new ServiceError(
      `hdfs ${path}: list: expected a directory, received a file; list the one it is in`,
    );
  }
  const entries = found.map((status) => toEntry(status, posix.join(path, status.pathSuffix)));
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function makeDirectory(client: HdfsClient, path: string): Promise<void> {
  const reply = parseReply(booleanReply, await client.ask("PUT", "MKDIRS", path, { permission: "755" }));
  if (!reply.boolean) throw new Error("expected a directory, received a refusal without a reason");
}

async function rename(client: HdfsClient, from: string, to: string): Promise<boolean> {
  try {
    await move(client, { from, to, how: "NONE" });
    return true;
  } catch (error) {
    // the second is said of a file that would take the place of a directory, or the other way round
    const isTaken =
      isRemoteError(error, "FileAlreadyExistsException") || /must both be directories/.test(String(error));
    if (isTaken) return false;
    throw error;
  }
}

/**
 * RENAME with its options, NONE too: without them HDFS moves the source inside a directory that is there, and answers
 * the same `false` to a missing source, a missing parent and a taken target.
 */
async function move(client: HdfsClient, { from, to, how }: Move): Promise<void> {
  const query = { destination: checkHdfsPath(to), renameoptions: how };
  const reply = await client.ask("PUT", "RENAME", from, query);
  if (reply) throw new Error(`expected an empty answer to renameoptions, received ${JSON.stringify(reply)}`);
}

interface Move {
  readonly from: string;
  readonly to: string;
  readonly how: "NONE" | "OVERWRITE";
}

function toEntry(status: v.InferOutput<typeof statusReply>, path: string): HdfsEntry {
  return {
    name: posix.basename(path),
    path,
    type: status.type === "DIRECTORY" ? "directory" : "file",
    bytes: status.length,
    modifiedMs: status.modificationTime,
    owner: status.owner,
    fileId: status.fileId,
  };
}

function wrongLength(
  where: string,
  expected: number | undefined,
  received: number | undefined,
  advice: string,
) {
  const told = received === undefined ? "no file" : `${received}`;
  const text = `hdfs ${where}: expected ${expected ?? "no"} bytes, received ${told}; ${advice}`;
  return new ServiceError(text, { isPassing: true });
}

import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { readConfig } from "user-activity/dist/base/config";
import type { Hdfs, HdfsEntry } from "user-activity/dist/hdfs/hdfs";
import type { Lake } from "user-activity/dist/lake/lake";

/** Contents of a file; null for a directory. */
type Node = Buffer | null;

/** An HDFS in memory that one process reads and writes, for many small lakes. */
function createWholeHdfs(): Hdfs {
  const nodes = new Map<string, Node>([["/", null]]);
  const owner = "me";
  const toEntry = (path: string): HdfsEntry | undefined => {
    const node = nodes.get(path);
    if (node === undefined) return undefined;
    const type = node ? "file" : "directory";
    return { name: posix.basename(path), path, type, bytes: node?.length ?? 0, modifiedMs: 0, owner };
  };
  const below = (path: string) => [...nodes.keys()].filter((one) => one.startsWith(`${path}/`));
  const makeDirectory = async (path: string) => {
    for (let one = path; !nodes.has(one); one = posix.dirname(one)) nodes.set(one, null);
  };
  const move = (from: string, to: string) => {
    if (!nodes.has(from) || !nodes.has(posix.dirname(to)))
      throw new Error(`${from}: no such file, or no ${to}`);
    for (const path of [from, ...below(from)]) {
      nodes.set(`${to}${path.slice(from.length)}`, nodes.get(path) ?? null);
      nodes.delete(path);
    }
  };
  return {
    list: async (directory) => {
      const inside = below(directory).filter((path) => posix.dirname(path) === directory);
      return inside.sort().flatMap((path) => toEntry(path) ?? []);
    },
    stat: async (path) => toEntry(path),
    read: async (path) => {
      const content = nodes.get(path);
      if (!content) throw new Error(`${path}: no such file`);
      return Buffer.from(content);
    },
    write: async (path, source) => {
      await makeDirectory(posix.dirname(path));
      const content = Buffer.isBuffer(source) ? source : readFileSync((source as { file: string }).file);
      nodes.set(path, Buffer.from(content));
      return content.length;
    },
    rename: async (from, to) => {
      if (nodes.has(to)) return false;
      move(from, to);
      return true;
    },
    replace: async (from, to) => move(from, to),
    makeDirectory,
    remove: async (path) => {
      for (const one of below(path)) nodes.delete(one);
      return nodes.delete(path);
    },
    access: async (path) =>
      nodes.has(path) ? { owner, group: "us", mode: "755", acl: [], isSnapshottable: false } : undefined,
    setModeAndAcl: async () => {},
    setOwner: async () => {},
    attributes: async () => ({}),
    setAttributes: async () => {},
  };
}

/** A lake of its own in memory, and the configuration of a topic for it, which nobody asks. */
export function createWholeLake(topic: string) {
  const config = readConfig({ KAFKA_TOPIC: topic, LAKE_DIR: "/lake" });
  const lake: Lake = { hdfs: createWholeHdfs(), at: (path) => `/lake/${path}` };
  return { config, lake };
}

import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { readConfig } from "user-activity/dist/base/config";
import type { Hdfs, HdfsEntry } from "user-activity/dist/hdfs/hdfs";
import type { Lake } from "user-activity/dist/lake/lake";
import { shippedModel } from "user-activity/dist/tables/lake-model";

/** Contents of a file; null for a directory. */
type Node = Buffer | null;

/** What of a snapshot's path is the directory, its `.snapshot`, and what is below that. */
const snapshotPath = /^(.*)\/\.snapshot(?:\/([^/]+))?(?:\/.*)?$/;

/** An HDFS in memory that one process reads and writes, for many small lakes. */
function createWholeHdfs(): Hdfs {
  const nodes = new Map<string, Node>([["/", null]]);
  const owner = "me";
  const ids = new Map<Buffer, number>();
  const idOf = (content: Buffer): number => {
    const id = ids.get(content) ?? ids.size + 1;
    ids.set(content, id);
    return id;
  };
  /** By directory, then by name: what was there, and when it was taken. */
  const snapshots = new Map<string, Map<string, { readonly nodes: Map<string, Node>; takenMs: number }>>();
  /** The nodes among which a path is to be looked for: those of a snapshot, or those that are there. */
  const nodesOf = (path: string): Map<string, Node> => {
    const [, directory = "", name = ""] = snapshotPath.exec(path) ?? [];
    return snapshotPath.test(path) ? (snapshots.get(directory)?.get(name)?.nodes ?? new Map()) : nodes;
  };
  const toEntry = (path: string): HdfsEntry | undefined => {
    const node = nodesOf(path).get(path);
    if (node === undefined) return undefined;
    const type = node ? "file" : "directory";
    const fileId = node ? idOf(node) : undefined;
    return { name: posix.basename(path), path, type, bytes: node?.length ?? 0, modifiedMs: 0, owner, fileId };
  };
  const below = (path: string) => [...nodesOf(path).keys()].filter((one) => one.startsWith(`${path}/`));
  const listSnapshots = (directory: string): HdfsEntry[] =>
    [...allowedOn(posix.dirname(directory))].sort().map(([name, { takenMs }]) => {
      const path = `${directory}/${name}`;
      return { name, path, type: "directory", bytes: 0, modifiedMs: takenMs, owner };
    });
  const allowedOn = (directory: string) => {
    const found = snapshots.get(directory);
    if (found) return found;
    const cause = { exception: "SnapshotException", message: `not a snapshottable directory: ${directory}` };
    throw new Error(`hdfs ${directory}: refused`, { cause });
  };
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
      if (posix.basename(directory) === ".snapshot") return listSnapshots(directory);
      const inside = below(directory).filter((path) => posix.dirname(path) === directory);
      return inside.sort().flatMap((path) => toEntry(path) ?? []);
    },
    stat: async (path) => toEntry(path),
    read: async (path) => {
      const content = nodesOf(path).get(path);
      if (!content) throw new Error(`${path}: no such file`);
      return Buffer.from(content);
    },
    readRange: async (path, { start, end }) =>
      Buffer.from(nodesOf(path).get(path) ?? Buffer.alloc(0)).subarray(start, end),
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
      nodes.has(path)
        ? { owner, group: "us", mode: "755", acl: [], isSnapshottable: snapshots.has(path) }
        : undefined,
    setModeAndAcl: async () => {},
    setOwner: async () => {},
    attributes: async () => ({}),
    setAttributes: async () => {},
    allowSnapshots: async (directory) => {
      snapshots.set(directory, snapshots.get(directory) ?? new Map());
    },
    createSnapshot: async (directory, name) => {
      const own = allowedOn(directory);
      if (own.has(name)) return false;
      const image = [directory, ...below(directory)].map((path) => {
        return [
          `${directory}/.snapshot/${name}${path.slice(directory.length)}`,
          nodes.get(path) ?? null,
        ] as const;
      });
      own.set(name, { nodes: new Map(image), takenMs: Date.now() });
      return true;
    },
    deleteSnapshot: async (directory, name) => allowedOn(directory).delete(name),
    renameSnapshot: async (directory, from, to) => {
      const own = allowedOn(directory);
      const one = own.get(from);
      if (!one || own.has(to)) return false;
      const image = [...one.nodes].map(([path, node]) => {
        return [path.replace(`/.snapshot/${from}`, `/.snapshot/${to}`), node] as const;
      });
      own.delete(from);
      own.set(to, { nodes: new Map(image), takenMs: Date.now() });
      return true;
    },
    snapshotBytes: async () => undefined,
  };
}

/** A lake of its own in memory, and the configuration of a topic for it, which nobody asks; default without versions. */
export function createWholeLake(topic: string, keep = 0) {
  const config = readConfig({ KAFKA_TOPIC: topic, LAKE_DIR: "/lake" });
  const versions = { keep, refusal: undefined };
  const at = (path: string) => `/lake/${path}`;
  const lake: Lake = { hdfs: createWholeHdfs(), at, model: shippedModel, versions };
  return { config, lake };
}

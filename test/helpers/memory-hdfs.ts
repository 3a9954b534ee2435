import type { Hdfs, HdfsEntry } from "user-activity/dist/hdfs/hdfs";

/** Files by their path; a write counts as made one second after the one before. */
export interface MemoryHdfs {
  readonly hdfs: Hdfs;
  readonly put: (path: string, content: Uint8Array) => void;
  readonly remove: (path: string) => void;
  /** Paths that were read, in order. */
  readonly reads: string[];
  /** Called before each read. */
  onRead: (path: string) => void;
}

/** An HDFS for what reads only, to count its reads and to change files between two calls. */
export function createMemoryHdfs(): MemoryHdfs {
  const files = new Map<string, { content: Uint8Array; modifiedMs: number }>();
  const refuse = () => Promise.reject(new Error("expected reads only"));
  const toEntry = (path: string): HdfsEntry | undefined => {
    const file = files.get(path);
    const name = path.slice(path.lastIndexOf("/") + 1);
    return (
      file && {
        name,
        path,
        type: "file",
        bytes: file.content.length,
        modifiedMs: file.modifiedMs,
        owner: "me",
      }
    );
  };
  let clockMs = 0;
  const memory: MemoryHdfs = {
    reads: [],
    onRead: () => undefined,
    put: (path, content) => {
      clockMs += 1000;
      files.set(path, { content, modifiedMs: clockMs });
    },
    remove: (path) => {
      files.delete(path);
    },
    hdfs: {
      list: async (directory) => {
        const paths = [...files.keys()].filter((path) => path.startsWith(`${directory}/`)).sort();
        return paths.map(toEntry).filter((entry) => entry !== undefined);
      },
      stat: async (path) => toEntry(path),
      read: async (path) => {
        memory.reads.push(path);
        memory.onRead(path);
        const file = files.get(path);
        if (!file) throw new Error(`${path} is not there`);
        return Buffer.from(file.content);
      },
      readRange: refuse,
      write: refuse,
      rename: refuse,
      replace: refuse,
      makeDirectory: refuse,
      remove: refuse,
      access: refuse,
      setModeAndAcl: refuse,
      setOwner: refuse,
      attributes: refuse,
      setAttributes: refuse,
      allowSnapshots: refuse,
      createSnapshot: refuse,
      deleteSnapshot: refuse,
      renameSnapshot: refuse,
      snapshotBytes: refuse,
    },
  };
  return memory;
}

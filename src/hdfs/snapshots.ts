import * as v from "valibot";
import type { HdfsClient } from "./client";
import { isRemoteError } from "./errors";
import { type Attempt, parseReply } from "./replies";

/** Images of a directory as it was at one moment, found below it in `.snapshot`; HDFS copies nothing for one. */
export interface HdfsSnapshots {
  /** Allows snapshots of a directory, for good: a superuser's to do. */
  readonly allowSnapshots: (directory: string) => Promise<void>;
  /** Takes a snapshot; returns false where there is one of this name. Throws where none are allowed (isRefused tells). */
  readonly createSnapshot: (directory: string, name: string) => Promise<boolean>;
  /** Returns false where there is none of this name. */
  readonly deleteSnapshot: (directory: string, name: string) => Promise<boolean>;
  /** Returns false where there is none of this name. Throws where the new name is taken. */
  readonly renameSnapshot: (directory: string, from: string, to: string) => Promise<boolean>;
  /** Bytes that a directory's snapshots hold and the directory does not, replication aside; undefined where HDFS does not tell. */
  readonly snapshotBytes: (directory: string) => Promise<number | undefined>;
}

const summaryReply = v.object({ ContentSummary: v.object({ snapshotLength: v.optional(v.number()) }) });

/** The calls about snapshots. */
export function openSnapshots(client: HdfsClient, attempt: Attempt): HdfsSnapshots {
  return {
    allowSnapshots: (directory) =>
      attempt(directory, "allow snapshots", async () => {
        await client.ask("PUT", "ALLOWSNAPSHOT", directory);
      }),
    createSnapshot: (directory, name) =>
      attempt(directory, `create snapshot ${name}`, () =>
        unless(/already a snapshot/, client.ask("PUT", "CREATESNAPSHOT", directory, { snapshotname: name })),
      ),
    deleteSnapshot: (directory, name) =>
      attempt(directory, `delete snapshot ${name}`, () =>
        unless(/does not exist/, client.ask("DELETE", "DELETESNAPSHOT", directory, { snapshotname: name })),
      ),
    renameSnapshot: (directory, from, to) =>
      attempt(directory, `rename snapshot ${from} to ${to}`, () => {
        const names = { oldsnapshotname: from, snapshotname: to };
        return unless(/does not exist/, client.ask("PUT", "RENAMESNAPSHOT", directory, names));
      }),
    snapshotBytes: (directory) =>
      attempt(directory, "sum up", async () => {
        const reply = await client.ask("GET", "GETCONTENTSUMMARY", directory);
        return parseReply(summaryReply, reply).ContentSummary.snapshotLength;
      }),
  };
}

/** True once it is done, false where it fails with these words. */
async function unless(words: RegExp, asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (error) {
    if (isRemoteError(error, "SnapshotException") && words.test(error.message)) return false;
    throw error;
  }
}

const refusals = [
  "SnapshotException",
  "AccessControlException",
  "UnsupportedOperationException",
  "IllegalArgumentException",
];

/** True for the error of a call about snapshots that HDFS does not allow here, or does not know. */
export function isRefused(error: unknown): boolean {
  const cause = (error as Error).cause ?? {};
  return refusals.some((exception) => isRemoteError(cause, exception));
}

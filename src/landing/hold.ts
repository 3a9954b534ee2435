import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { HdfsConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { prepareFolder } from "../base/folders";
import { isAlive } from "../base/live-processes";
import { localDir } from "../base/paths";
import { createExamIndex, type ExamIndex } from "../events/exam-index";
import type { LakeParts } from "../lake/catalogue";
import { type Change, commitChange, lostCommits } from "../lake/commit";
import type { Commit } from "../lake/commit-file";
import { pruneLake } from "../lake/expiry";
import { type Lake, readLakeParts, readLastCommit } from "../lake/lake";
import { hasCatalogue } from "../lake/placing";
import { finishCommit } from "../lake/versions";
import { type EndedBatch, LandingBatch } from "./batch";
import { isOfContract } from "./contract-change";
import type { Decider } from "./decider";
import type { Refusals } from "./refusals";

/** A run that holds the lake: where it stands, and the batch that it gathers for its next commit. */
export interface Landing {
  readonly lake: Lake;
  readonly place: Pick<HdfsConfig, "url" | "lakeDir">;
  readonly run: string;
  readonly exams: ExamIndex;
  /** Local folder for files before they are uploaded. */
  readonly spool: string;
  readonly refusals: Refusals;
  readonly decider: Decider;
  last: Commit;
  parts: LakeParts;
  batch: LandingBatch;
  /** The commit of the batch before, which may be under way; rejected where it failed. */
  committing: Promise<void>;
  /** Commits of this run that landed rows. */
  commits: number;
}

/** A name for a run that no other has; it sorts by time. */
export function createRunId(): string {
  return `${new Date().toISOString().replace(/\D/g, "").slice(0, 17)}-${randomBytes(4).toString("hex")}`;
}

/**
 * Reads what belongs to the last commit; anew where a compaction commits meanwhile, since its swaps take directories
 * away for a moment. Throws where another run has claimed the lake.
 */
export async function readSettled<T extends object>(
  lake: Lake,
  run: string,
  read: () => Promise<T>,
): Promise<T & { last: Commit }> {
  for (;;) {
    const last = await readLastCommit(lake);
    if (last?.holder !== run) throw takenOver(lake, last);
    await finishCommit(lake, last);
    const found = await read().catch((error: Error) => error);
    if ((await readLastCommit(lake))?.number !== last.number) continue;
    if (found instanceof Error) throw found;
    return { ...found, last };
  }
}

/** Goes on from the last commit, where that is a compaction's. Throws where another run has claimed the lake. */
export async function catchUp(landing: Landing): Promise<void> {
  const { lake, run } = landing;
  const read = async () => ({ parts: await readLakeParts(lake) });
  Object.assign(landing, await readSettled(lake, run, read));
}

/** A local folder for files before they are uploaded; what landings that are no more left there goes. */
export function createSpool(run: string): string {
  const parent = join(localDir, "spool");
  const spool = join(parent, `${process.pid}-${run}`);
  prepareFolder(spool);
  for (const name of readdirSync(parent)) {
    if (!isAlive(Number.parseInt(name, 10))) rmSync(join(parent, name), { recursive: true, force: true });
  }
  return spool;
}

/** The exam IDs that a lake's commits have put on record. */
export async function readExamIndex(lake: Lake): Promise<ExamIndex> {
  const exams = createExamIndex();
  for (const entry of await lake.hdfs.list(lake.at("_index"))) exams.apply(await lake.hdfs.read(entry.path));
  exams.mark();
  return exams;
}

/** Commits and places what the batch has gathered and begins the next one. Throws where another run holds the lake. */
export async function commitBatch(landing: Landing): Promise<void> {
  await beginCommit(landing);
  await landing.committing;
}

/**
 * Ends the batch and begins the next one; the commit of what it has gathered goes on beside that, as `committing`. Waits
 * for the commit before it, and throws what that one failed for.
 */
export async function beginCommit(landing: Landing): Promise<void> {
  const { lake, run } = landing;
  await landing.committing;
  const ended = await asHolder(lake, run, () => landing.batch.end());
  landing.batch = new LandingBatch({ ...landing, state: ended.state });
  landing.committing = asHolder(lake, run, () => commitEnded(landing, ended));
  landing.committing.catch(() => undefined); // thrown to whoever waits for it
}

async function commitEnded(landing: Landing, ended: EndedBatch): Promise<void> {
  const { lake } = landing;
  const { state } = ended;
  const files = await ended.stage();
  const { commit, parts } = await commitHeld(landing, { kind: "land", state, files, swaps: [] });
  await finishCommit(lake, commit);
  landing.last = commit;
  landing.parts = parts;
  landing.commits++;
  if (commit.number % 25 === 0) await pruneLake(lake, commit);
}

/** Whether there is something to commit: messages, a contract that the lake has not taken yet, or a catalogue that is gone. */
export async function isToCommit({ batch, lake, last }: Landing): Promise<boolean> {
  if (batch.hasAdvanced() || !isOfContract(last.state, lake.model.contract)) return true;
  return !(await hasCatalogue(lake, last));
}

/** Makes count what this run has staged. Throws where another run has claimed the lake, be it right after this commit. */
export async function commitHeld(
  landing: Landing,
  change: Omit<Change, "holder">,
): Promise<{ commit: Commit; parts: LakeParts }> {
  const { lake, run, last, parts } = landing;
  const committer = { ...landing, folder: `_tmp/${run}` };
  const outcome = await commitChange(committer, { ...change, holder: run }, { last, parts });
  if (outcome.kind !== "committed" || outcome.last.holder !== run) throw takenOver(lake, outcome.last);
  return outcome;
}

/**
 * Looks whether this run still holds the lake, and finishes the placing of a compaction that was cut. Throws where
 * another run has claimed it.
 */
export async function checkHeld({ lake, run, last: known }: Landing): Promise<void> {
  const last = await readLastCommit(lake).catch(() => undefined);
  if (!last) return;
  if (last.holder !== run) throw takenOver(lake, last);
  if (last.number > known.number) await finishCommit(lake, last);
}

/**
 * Does what needs the lake held. Where it fails after another run has claimed the lake, which sweeps what this one was
 * writing, that is what is thrown, with the failure as its cause.
 */
export async function asHolder<T>(lake: Lake, run: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const last = await readLastCommit(lake).catch(() => undefined);
    if (last && last.holder !== run) throw takenOver(lake, last, error as Error);
    throw error;
  }
}

/** Removes what an ended landing leaves, so long as HDFS answers: the next one sweeps it otherwise. */
export async function sweepLanding({ lake, run }: Landing): Promise<void> {
  await lake.hdfs.remove(lake.at(`_tmp/${run}`), { recursive: true });
}

/** Ends the landing's threads and closes its local files, however it ended; a commit that is under way ends first. */
export async function closeLanding({ batch, committing, decider, spool }: Landing): Promise<void> {
  await committing.catch(() => undefined);
  await decider.close();
  await batch.discard();
  rmSync(spool, { recursive: true, force: true });
}

/** Says that another run holds the lake now. */
export function takenOver(lake: Lake, last: Commit | undefined, cause?: Error): ServiceError {
  if (!last) return lostCommits(lake);
  return new ServiceError(
    `hdfs ${lake.at("_commits")}: commit ${last.number} (${last.committedAt}) is another run's, which has taken over; this one stops, the other goes on from what was committed`,
    { cause },
  );
}

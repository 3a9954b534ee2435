import type { Config } from "../base/config";
import { ServiceError } from "../base/errors";
import type { HdfsEntry } from "../hdfs/hdfs";
import { type Attempt, stageCommit } from "../lake/commit";
import { type Commit, claimAfter, emptyState, isOfOldVersion, type LakeState } from "../lake/commit-file";
import { keepContract } from "../lake/contract-file";
import { pruneLake } from "../lake/expiry";
import { type Lake, readLakeParts, readLastCommit } from "../lake/lake";
import { addTables, createLake, listStaged, placeCommit, sweepStaged } from "../lake/placing";
import { allowVersions, makeVersion } from "../lake/versions";
import { LandingBatch } from "./batch";
import { createDecider } from "./decider";
import {
  asHolder,
  closeLanding,
  createRunId,
  createSpool,
  type Landing,
  readExamIndex,
  readSettled,
  takenOver,
} from "./hold";
import { Refusals } from "./refusals";
import { checkUpgradable, type UpgradeProgress, upgradeTables } from "./upgrade";

/** What a landing is opened with. */
export interface LandingPlan {
  readonly lake: Lake;
  readonly config: Config;
  /** Throws where the lake's state does not go with the topic; asked before anything is written. */
  readonly check: (state: LakeState) => void | Promise<void>;
  /** Told while tables of an old version are brought up, and once they are. */
  readonly onUpgrade?: ((progress: UpgradeProgress) => void) | undefined;
  /** Told, once, why no versions can be made; and each time that one could not be written as Iceberg. */
  readonly onNoVersions?: ((refusal: string) => void) | undefined;
  /** See DeciderOptions. */
  readonly threads?: number | undefined;
  /** Ends the bringing up, with the signal's reason; the tables stay as they were. */
  readonly signal?: AbortSignal | undefined;
}

const claimTries = 20;

/**
 * Makes this run the lake's holder, brings the lake to where its last commit says it is, and its tables to the version
 * that this code writes. Any older run fails at its next commit, and says so.
 */
export async function openLanding(plan: LandingPlan): Promise<Landing> {
  const { lake } = plan;
  const run = createRunId();
  await claim(plan, run);
  return asHolder(lake, run, () => openClaimed(plan, run));
}

/** What a run needs to land into the lake that it has claimed. */
async function openClaimed(plan: LandingPlan, run: string): Promise<Landing> {
  const { lake, config } = plan;
  await keepContract(lake, run);
  const { last, exams, parts } = await readSettled(lake, run, async () => ({
    exams: await readExamIndex(lake),
    parts: await readLakeParts(lake),
  }));
  const place = { url: config.hdfs.url, lakeDir: config.hdfs.lakeDir };
  const decider = createDecider(lake.model, plan);
  const own = { run, spool: createSpool(run), refusals: new Refusals(lake.model), decider, commits: 0 };
  const gathered = { lake, place, exams, last, parts, ...own };
  const batch = new LandingBatch({ ...gathered, state: last.state });
  const landing: Landing = { ...gathered, batch, committing: Promise.resolve() };
  try {
    if (isOfOldVersion(last)) await upgradeTables(landing, plan);
  } catch (error) {
    await closeLanding(landing);
    throw error;
  }
  return landing;
}

/** Claims the lake; where others commit at the same moment, after what they have committed. */
async function claim(plan: LandingPlan, run: string): Promise<void> {
  const { lake, config, check } = plan;
  for (let tries = 1; tries <= claimTries; tries++) {
    const staged = await listStaged(lake);
    const before = await readLastCommit(lake);
    await check(before?.state ?? emptyState(config.kafka.topic, lake.model));
    if (before && isOfOldVersion(before)) await checkUpgradable(lake);
    if (!before) await createLake(lake);
    else await addTables(lake, before.state);
    const commit = claimAfter(before, run, config.kafka.topic, lake.model);
    const { isOurs, last } = await writeClaim(lake, commit);
    if (!isOurs) continue;
    if (last.holder !== run) throw takenOver(lake, last);
    return asHolder(lake, run, () => finishClaim(plan, commit, staged));
  }
  throw new ServiceError(
    `hdfs ${lake.at("_commits")}: expected to claim the lake, received another run's commit ${claimTries} times; are many landers started in turn? Leave one running`,
  );
}

/** Places what the commits before have left unplaced, sweeps what stood staged before the claim, and makes its version. */
async function finishClaim(
  { lake, config, onNoVersions }: LandingPlan,
  commit: Commit,
  staged: readonly HdfsEntry[],
): Promise<void> {
  const givenUp = await placeCommit(lake, commit);
  await sweepStaged(lake, staged, givenUp); // before a version holds it
  await allowVersions(lake, !config.hdfs.external);
  if (lake.exporting) lake.exporting.onFailure ??= onNoVersions;
  if (givenUp.length === 0) await makeVersion(lake, commit);
  const { refusal } = lake.versions ?? {};
  const also = lake.exporting ? "; without versions nothing is written as Iceberg" : "";
  if (refusal) onNoVersions?.(`${refusal}${also}`);
  await pruneLake(lake, commit);
}

/**
 * Another claim may sweep this one's file while it is written, be it one that comes first or the one before, which is still
 * sweeping what an earlier try of this run had staged: that is no failure, but being late.
 */
async function writeClaim(lake: Lake, commit: Commit): Promise<Attempt> {
  const folder = `_tmp/${commit.run}`;
  try {
    return await stageCommit(lake, commit, folder);
  } catch (error) {
    const last = await readLastCommit(lake);
    if (!last || last.run === commit.run) throw error;
    if (last.number < commit.number && (await lake.hdfs.stat(lake.at(folder)))) throw error;
    return { isOurs: false, last };
  }
}

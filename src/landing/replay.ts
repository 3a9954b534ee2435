import { readConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { interruptible } from "../base/kernel";
import { fingerprintContract, fingerprintRules } from "../events/fingerprint";
import { checkReplaceable } from "../lake/access";
import { type Commit, hasTables, isOfOldVersion, type LakeState } from "../lake/commit-file";
import { type ContractOptions, withContract } from "../lake/in-force";
import { type Lake, openLake, readLastCommit } from "../lake/lake";
import { isSettled } from "../lake/settled";
import { finishCommit } from "../lake/versions";
import { checkSameContract } from "./contract-change";
import { closeLanding } from "./hold";
import { openLanding } from "./open";
import { type RebuildProgress, rebuildTables, rebuiltDirectories } from "./rebuild";
import type { UpgradeOptions } from "./upgrade";

export interface ReplayOptions extends UpgradeOptions, ContractOptions {
  /** Default: the lake that the configuration names. */
  readonly lake?: Lake;
  /** Rebuilds tables that are held to this schema already, too. */
  readonly again?: boolean;
  /** So many threads decide messages; 0: this one. Default: from 50,000 on one for each core, four at most; else this one. */
  readonly threads?: number | undefined;
  readonly onProgress?: (progress: RebuildProgress) => void;
  /** Ends the replay with the signal's reason; the tables stay as they were. */
  readonly signal?: AbortSignal;
}

export interface ReplayReport {
  readonly lakeDir: string;
  readonly before: Pick<LakeState, "counts" | "rowCounts" | "contract">;
  readonly after: Pick<LakeState, "counts" | "rowCounts" | "contract">;
  /** Number of the commit; null where the tables were held to this schema already. */
  readonly commit: number | null;
  readonly ms: number;
}

/**
 * Holds every message of raw_data to the schema anew and puts tables in the place of the landed ones that are as if it
 * had been in force from the start: what a corrected schema accepts leaves quarantine and is graded, in the order in
 * which it came. One commit; until then readers find the tables as they were. Takes the lake over: a lander that runs,
 * with the old schema, stops and says so. Kafka is not needed.
 */
export function replay(options: ReplayOptions = {}): Promise<ReplayReport> {
  return interruptible(options, replayAll);
}

async function replayAll(options: ReplayOptions): Promise<ReplayReport> {
  const startedMs = Date.now();
  const config = options.config ?? readConfig();
  const whole = options.lake ?? openLake(config.hdfs);
  const { lakeDir } = config.hdfs;
  const landed = await readLanded(whole);
  const { state: before } = landed;
  const lake = await withContract(whole, options);
  await checkSameContract(lake, before);
  if (isHeldTo(lake, before) && !isOfOldVersion(landed) && !options.again) {
    await finishCommit(lake, landed); // of a replay that was ended behind its commit
    return { lakeDir, before, after: before, commit: null, ms: Date.now() - startedMs };
  }
  await checkReplaceable(lake, rebuiltDirectories(lake.model)); // before a lander that runs is stopped
  const kafka = { ...config.kafka, topic: before.topic };
  const { onUpgrade, signal, threads } = options;
  const plan = { lake, config: { ...config, kafka }, check: () => {}, onUpgrade, signal, threads };
  const landing = await openLanding(plan);
  try {
    const { commit } = await rebuildTables(landing, options);
    return { lakeDir, before, after: commit.state, commit: commit.number, ms: Date.now() - startedMs };
  } finally {
    await closeLanding(landing);
  }
}

/** Whether a replay would change nothing. */
function isHeldTo({ model }: Lake, state: LakeState): boolean {
  const { schema, contract, taken, later } = state;
  const isSame = contract === undefined || contract === fingerprintContract(model.contract);
  return isSame && schema === fingerprintRules(model.contract) && isSettled(state) && !taken && !later;
}

/** The last commit of a lake. Throws where nothing is landed. */
export async function readLanded(lake: Lake): Promise<Commit> {
  const last = await readLastCommit(lake);
  if (last && hasTables(last)) return last;
  throw new ServiceError(
    `hdfs ${lake.at("_commits")}: expected a landed lake, received none; land first with "npx user-activity land"`,
  );
}

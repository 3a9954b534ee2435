import { ServiceError } from "../base/errors";
import { type ContractChange, diffContracts } from "../contract/diff";
import { quote } from "../contract/failures";
import type { Contract } from "../contract/model";
import { fingerprintContract } from "../events/fingerprint";
import type { LakeState } from "../lake/commit-file";
import { readKeptContract } from "../lake/contract-file";
import { directoryOf, type Lake } from "../lake/lake";

/** Whether a lake's tables are of this contract already, or of none yet. */
export function isOfContract({ contract, counts }: LakeState, now: Contract): boolean {
  return contract === undefined || counts.consumed === 0 || contract === fingerprintContract(now);
}

/** Throws where a lake holds the events of another contract than the one that is to be in force. */
export async function checkSameContract(lake: Lake, state: LakeState): Promise<Contract | undefined> {
  const { contract } = lake.model;
  if (isOfContract(state, contract)) return undefined;
  const kept = await readKeptContract(lake, state);
  if (kept.id === contract.id) return kept;
  throw new ServiceError(
    `hdfs ${directoryOf(lake)}: expected contract ${quote(kept.id)}, received ${quote(contract.id)}; a lake holds the events of one contract: set CONTRACT to it or LAKE_DIR to another directory`,
  );
}

/** Throws where a landing could not go on by the contract that is to be in force, since it breaks with the one before. */
export async function checkContinues(lake: Lake, state: LakeState): Promise<void> {
  const kept = await checkSameContract(lake, state);
  if (!kept) return;
  const changes = diffContracts(kept, lake.model.contract);
  const breaking = changes.filter((change) => isBreaking(change, lake.model.contract));
  const [first] = breaking;
  if (!first) return;
  const more = breaking.length > 1 ? ` and ${breaking.length - 1} more` : "";
  throw new ServiceError(
    `hdfs ${directoryOf(lake)}: expected a contract that goes on where contract ${kept.id} ${kept.version} was, received one that breaks with it: ${describeChange(first)}${more}; "npx user-activity replay --dry-run" says what it would change, "npx user-activity replay" rebuilds the tables by it; or take the contract back`,
  );
}

/** What a summary is made of has to be summed up from the first row on. */
function isBreaking({ kind, table, change }: ContractChange, { summaries }: Contract): boolean {
  const isOfSummary = summaries.some(({ name }) => name === table);
  const isOfWords = /^(?:another description|null means something else|another relationship)$/.test(change);
  return kind === "breaking" || (isOfSummary && !isOfWords);
}

/** A change in words: `visits, time.start: another type (STRING, now DATE)`. */
export function describeChange({ table, path, change, before, after }: ContractChange): string {
  const where = [table, path === "$" ? "" : path].filter(Boolean).join(", ");
  const was = before === null ? "" : before;
  const is = after === null ? "" : `${before === null ? "" : ", "}now ${after}`;
  return `${where ? `${where}: ` : ""}${change}${was || is ? ` (${was}${is})` : ""}`;
}

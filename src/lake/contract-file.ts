import { ServiceError } from "../base/errors";
import type { Contract } from "../contract/model";
import { shippedContract } from "../contract/shipped";
import { fingerprintContract } from "../events/fingerprint";
import { modelOf } from "../tables/lake-model";
import { openStaging } from "./access";
import type { LakeState } from "./commit-file";
import { type Lake, readLastCommit } from "./lake";
import { move } from "./placing";

/** Where a lake keeps a contract, by its fingerprint: what stands there never changes. */
function pathOf(fingerprint: string): string {
  return `_contract/${fingerprint}.json`;
}

/** Writes the lake's contract where readers find it, unless it is there: a commit that names it may follow. */
export async function keepContract(lake: Lake, run: string): Promise<void> {
  const { contract } = lake.model;
  const fingerprint = fingerprintContract(contract);
  const path = lake.at(pathOf(fingerprint));
  if (await lake.hdfs.stat(path)) return;
  await lake.hdfs.makeDirectory(lake.at("_contract"));
  const { path: folder, mode } = await openStaging(lake, "_contract", `_tmp/${run}/_contract`);
  const staged = lake.at(`${folder}/${fingerprint}.json`);
  await lake.hdfs.write(staged, Buffer.from(`${JSON.stringify(contract, null, 1)}\n`), { mode });
  if (!(await move(lake, staged, path))) await lake.hdfs.remove(staged);
}

/** The contract that a lake's tables are of. Lakes that were landed before it was kept are of the shipped one. */
export async function readKeptContract(lake: Lake, state: Pick<LakeState, "contract">): Promise<Contract> {
  const { contract: fingerprint } = state;
  if (fingerprint === undefined || fingerprint === fingerprintContract(shippedContract))
    return shippedContract;
  if (fingerprint === fingerprintContract(lake.model.contract)) return lake.model.contract;
  const path = lake.at(pathOf(fingerprint));
  if (!(await lake.hdfs.stat(path))) throw lostContract(path);
  const contract = JSON.parse((await lake.hdfs.read(path)).toString("utf8")) as Contract;
  if (fingerprintContract(contract) !== fingerprint) throw lostContract(path);
  return contract;
}

/** The lake with the tables that its last commit says it has. */
export async function openKept(lake: Lake): Promise<Lake> {
  const last = await readLastCommit(lake);
  if (!last) return lake;
  const isMixed = last.state.taken !== undefined;
  return { ...lake, model: modelOf(await readKeptContract(lake, last.state)), isMixed };
}

function lostContract(path: string): ServiceError {
  return new ServiceError(
    `hdfs ${path}: expected the contract that the tables were landed by, received another file or none; put it back, or land anew into another LAKE_DIR`,
  );
}

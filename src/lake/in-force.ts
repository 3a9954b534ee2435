import { type Config, readConfig } from "../base/config";
import { projectPath } from "../base/paths";
import type { Contract } from "../contract/model";
import { shippedContract } from "../contract/shipped";
import { contractWith, type GradeValues } from "../events/grades";
import type { Schema } from "../events/schema";
import { modelOf } from "../tables/lake-model";
import type { LakeState } from "./commit-file";
import { readKeptContract } from "./contract-file";
import type { Lake } from "./lake";

/** By which contract events are held to something. */
export interface ContractOptions {
  /** Default: what the environment says. */
  readonly config?: Config | undefined;
  /** Default: the one that CONTRACT names. */
  readonly contract?: Contract | undefined;
  /** The shipped contract with other fields for grades. */
  readonly schema?: Schema<GradeValues> | undefined;
}

/** The contract that is in force today: what the options say, or the file that the configuration names. */
export async function loadContract({ config, contract, schema }: ContractOptions): Promise<Contract> {
  if (contract) return contract;
  if (schema) return contractWith(schema);
  const { contractFile } = config ?? readConfig();
  if (contractFile === projectPath("data", "assessments.odcs.yaml")) return shippedContract;
  const { readContractFile } = await import("../contract/read.js");
  return readContractFile(contractFile);
}

/** The lake with the tables of today's contract. */
export async function withContract(lake: Lake, options: ContractOptions): Promise<Lake> {
  return { ...lake, model: modelOf(await loadContract(options)) };
}

/** The lake with the tables of today's contract, where it is one of the same events; else with those that it has. */
export async function withToday(lake: Lake, state: LakeState, options: ContractOptions): Promise<Lake> {
  const kept = await readKeptContract(lake, state);
  if (options.contract || options.schema) return withContract(lake, options);
  const today = await loadContract(options);
  return { ...lake, model: modelOf(today.id === kept.id ? today : kept) };
}

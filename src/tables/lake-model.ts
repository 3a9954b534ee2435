import { UsageError } from "../base/errors";
import type { Contract } from "../contract/model";
import { shippedContract } from "../contract/shipped";
import { toContractTable } from "./contract-tables";
import { keysOf, ownKeys, type TableKeys } from "./keys";
import { ownTables, type Table } from "./tables";

/** Which tables a lake has: those of a contract, between the two that every lake has. */
export interface LakeModel {
  readonly contract: Contract;
  /** By name, in the order in which they are told. */
  readonly tables: Readonly<Record<string, Table>>;
  readonly keys: Readonly<Record<string, TableKeys>>;
  /** Names of those whose rows each come from one event, in the contract's order. */
  readonly eventTables: readonly string[];
  /** Names of those whose rows are parts of an event, which may refuse one by themselves. */
  readonly partTables: readonly string[];
  /** Names of those that sum up another one: one file each, written anew by every landing. */
  readonly summaries: readonly string[];
}

const models = new WeakMap<Contract, LakeModel>();

/** The tables of a contract's lakes. */
export function modelOf(contract: Contract): LakeModel {
  const model = models.get(contract) ?? createModel(contract);
  models.set(contract, model);
  return model;
}

function createModel(contract: Contract): LakeModel {
  const eventTables = contract.tables.map(({ name }) => name);
  const isOfEvents = contract.tables.some(({ row }) => row === "$");
  const summaries = contract.summaries.map(({ name }) => name);
  const names = [...eventTables, ...summaries];
  const own = (name: string) => [name, toContractTable(contract, name)] as const;
  return {
    contract,
    tables: {
      raw_data: ownTables.raw_data,
      ...Object.fromEntries(names.map(own)),
      quarantine: ownTables.quarantine,
    },
    keys: {
      raw_data: ownKeys.raw_data,
      ...Object.fromEntries(names.map((name) => [name, keysOf(contract, name)])),
      quarantine: ownKeys.quarantine,
    },
    eventTables,
    partTables: isOfEvents ? contract.tables.filter(({ row }) => row !== "$").map(({ name }) => name) : [],
    summaries,
  };
}

/** The tables of lakes that were landed by the shipped contract. */
export const shippedModel: LakeModel = modelOf(shippedContract);

/** The names of all tables of a lake. */
export function tableNames({ tables }: LakeModel): string[] {
  return Object.keys(tables);
}

/** A table of a lake by its name. Throws a UsageError where it has none. */
export function tableIn<N extends string>({ tables, contract }: LakeModel, name: N): Table<N> {
  const found = Object.hasOwn(tables, name) ? tables[name] : undefined;
  if (found) return found as Table<N>;
  throw new UsageError(
    `table: expected one of ${Object.keys(tables).join(", ")}, as contract ${contract.id} has them, received ${JSON.stringify(name)}`,
  );
}

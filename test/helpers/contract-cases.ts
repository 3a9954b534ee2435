import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "user-activity/dist/base/exact-numbers";
import { projectPath } from "user-activity/dist/base/paths";
import type { Contract } from "user-activity/dist/contract/model";
import { readContract, readContractFile } from "user-activity/dist/contract/read";
import { shippedContract } from "user-activity/dist/contract/shipped";

/** One file of test/cases/contract: a contract in short, and what is wrong in it, or what an event comes to. */
export interface ContractCase {
  readonly behaviour: string;
  /** What the document says beside its header; `custom` are its customProperties as a map. Absent: the shipped one. */
  readonly contract?: { readonly custom?: object; readonly schema?: unknown } & Record<string, unknown>;
  /** In place of `contract`: a contract's file below data/. */
  readonly contractFile?: string;
  /** Each as `where: expected X, received Y; what to do`. */
  readonly problems?: readonly string[];
}

const folder = projectPath("test", "cases", "contract");

export function readContractCases<C extends ContractCase>(): C[] {
  return readdirSync(folder).map((file) => {
    const content = parseJson(readFileSync(join(folder, file), "utf8")) as Omit<C, "behaviour">;
    return { behaviour: file.replace(".json", "").replaceAll("-", " "), ...content } as C;
  });
}

/** The whole document that a case stands for. */
export function toDocument({ custom = {}, ...rest }: NonNullable<ContractCase["contract"]>): object {
  const customProperties = Object.entries(custom).map(([property, value]) => ({ property, value }));
  const header = { apiVersion: "v3.1.0", kind: "DataContract", id: "case", version: "1", status: "draft" };
  return { ...header, customProperties, ...expand(rest) };
}

/** `custom` of a table or column is short for its customProperties, there too. */
function expand(value: object): object {
  return JSON.parse(JSON.stringify(value), (_, one: unknown) => {
    if (typeof one !== "object" || one === null || Array.isArray(one) || !("custom" in one)) return one;
    const { custom, ...others } = one;
    const customProperties = Object.entries(custom as object).map(([property, held]) => ({
      property,
      value: held,
    }));
    return { ...others, customProperties };
  }) as object;
}

export function contractOf({ contract, contractFile }: ContractCase): Contract {
  if (contractFile) return readContractFile(projectPath("data", contractFile));
  return contract ? readContract(JSON.stringify(toDocument(contract)), "case") : shippedContract;
}

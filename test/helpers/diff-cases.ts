import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "user-activity/dist/base/exact-numbers";
import { projectPath } from "user-activity/dist/base/paths";
import { diffContracts } from "user-activity/dist/contract/diff";
import { EventComparison } from "user-activity/dist/events/diff-events";
import { formatPlace } from "user-activity/dist/events/places";
import { type ContractCase, contractOf } from "./contract-cases";

type ContractInShort = NonNullable<ContractCase["contract"]>;

/** One file of test/cases/contract-diff: a contract, another or values that may hold events, and what changed. */
export interface DiffCase {
  readonly behaviour: string;
  readonly before: ContractInShort;
  readonly after?: ContractInShort;
  /** Each the value of a message, as JSON or as its text. */
  readonly values?: readonly unknown[];
  readonly texts?: readonly string[];
  /** Each as `kind table: path: what: from -> to`, of events as `kind table: path: what: events, place: example`. */
  readonly changes: readonly string[];
}

const folder = projectPath("test", "cases", "contract-diff");

export function readDiffCases(): DiffCase[] {
  return readdirSync(folder).map((file) => {
    const content = parseJson(readFileSync(join(folder, file), "utf8")) as Omit<DiffCase, "behaviour">;
    return { behaviour: file.replace(".json", "").replaceAll("-", " "), ...content };
  });
}

const read = (contract: ContractInShort) => contractOf({ behaviour: "", contract });

export function changesOf({
  before,
  after,
  values = [],
  texts = [],
}: Omit<DiffCase, "behaviour" | "changes">): string[] {
  if (after)
    return diffContracts(read(before), read(after)).map(
      ({ kind, table, path, change, before: was, after: is }) => {
        const sides = was === null && is === null ? "" : `: ${was ?? "none"} -> ${is ?? "none"}`;
        return `${kind} ${table ?? "contract"}: ${path}: ${change}${sides}`;
      },
    );
  const comparison = new EventComparison(read(before));
  const all = [...values.map((value) => JSON.stringify(value)), ...texts];
  for (const [record, text] of all.entries()) comparison.observe(Buffer.from(text), { record });
  return comparison
    .toDiff()
    .changes.map(({ kind, table, path, change, before: asked, events, example, place }) => {
      const told = `${kind} ${table ?? "contract"}: ${path}: ${change}${asked === null ? "" : ` (${asked})`}: ${events}`;
      return place && example !== null ? `${told}, ${formatPlace(place)}: ${example}` : told;
    });
}

import type { Contract } from "../contract/model";
import { type CompiledSummary, compileSummary, type GroupSums } from "../contract/summaries";
import type { LakeSummaries } from "../lake/commit-file";

/** The sums of a contract's summaries over rows that come one after another. */
export interface Sums {
  /** Adds the rows of a message, by table. */
  readonly add: (rows: Readonly<Record<string, readonly object[]>>) => void;
  /** As a commit keeps them. */
  readonly groups: () => LakeSummaries;
  /** The rows of each summary, in the order of their groups. */
  readonly rows: () => Readonly<Record<string, readonly object[]>>;
}

interface Summing {
  readonly name: string;
  readonly of: string;
  readonly compiled: CompiledSummary;
  readonly groups: Map<string, GroupSums>;
}

/** Goes on from the sums of a commit; default: from none. */
export function createSums({ summaries }: Contract, before: LakeSummaries = {}): Sums {
  const all = summaries.map((summary): Summing => {
    const groups = new Map(Object.entries(before[summary.name] ?? {}));
    return { name: summary.name, of: summary.of, compiled: compileSummary(summary), groups };
  });
  return {
    add: (rows) => {
      for (const { of, compiled, groups } of all)
        for (const row of rows[of] ?? []) {
          const key = compiled.groupOf(row);
          groups.set(key, compiled.add(groups.get(key), row));
        }
    },
    groups: () => Object.fromEntries(all.map(({ name, groups }) => [name, Object.fromEntries(groups)])),
    rows: () => Object.fromEntries(all.map((one) => [one.name, toRows(one)])),
  };
}

function toRows({ compiled, groups }: Summing): object[] {
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, sums]) => compiled.toRow(sums));
}

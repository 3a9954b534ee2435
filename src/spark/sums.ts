import { compileContract } from "../contract/compile";
import type { Contract } from "../contract/model";
import type { CompiledSummary, GroupSums } from "../contract/summaries";
import { toLine, toRowText } from "./wire";

/** Merges what one task is given; at its end the lines of the groups it met. */
export interface Summing {
  /** `fields` are the summary's name, `rows` or `sums`, and an event's rows by table, or the sums of one group, as JSON. */
  readonly add: (fields: readonly string[]) => void;
  /** Lines of the summary's name, the group, its sums and its row. */
  readonly end: () => readonly string[];
}

/** Starts the sums of a contract's summaries over some rows, or over some sums that tasks before came to. */
export function startSumming(contract: Contract): Summing {
  const { summaries } = compileContract(contract);
  const of = new Map(contract.summaries.map((summary) => [summary.name, summary.of]));
  const sums = new Map<string, { readonly name: string; readonly group: string; readonly of: GroupSums }>();
  const put = (name: string, group: string, merge: (before: GroupSums | undefined) => GroupSums) => {
    const key = `${name}\t${group}`;
    sums.set(key, { name, group, of: merge(sums.get(key)?.of) });
  };
  return {
    add: ([name = "", kind, text = "{}"]) => {
      const summary = summaries[name] as CompiledSummary;
      if (kind === "sums") {
        const more = JSON.parse(text) as GroupSums;
        put(name, summary.groupOf(more.group), (before) => summary.merge(before, more));
      } else
        for (const row of (JSON.parse(text) as Record<string, object[]>)[of.get(name) ?? ""] ?? [])
          put(name, summary.groupOf(row), (before) => summary.add(before, row));
    },
    end: () =>
      [...sums.values()].map(({ name, group, of }) => {
        const row = (summaries[name] as CompiledSummary).toRow(of);
        return toLine([name, group, JSON.stringify(of), toRowText(row)]);
      }),
  };
}

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { projectPath } from "user-activity/dist/base/paths";
import { compileContract } from "user-activity/dist/contract/compile";
import { readContractFile } from "user-activity/dist/contract/read";
import type { GroupSums } from "user-activity/dist/contract/summaries";
import { decodeEvents } from "user-activity/dist/events/decode";

type Row = Readonly<Record<string, unknown>>;

/** The messages of a customer's file. */
export const linesOf = (name: string): string[] =>
  readFileSync(projectPath("data", "customers", `${name}.jsonl`), "utf8")
    .trimEnd()
    .split("\n");

/** Every line is a message at its own offset; of events that share an identity the first counts. */
export function decideCustomer(name: string) {
  const contract = readContractFile(projectPath("data", "customers", `${name}.odcs.yaml`));
  const { eventsOf, readEvent, summaries } = compileContract(contract);
  const rows: Record<string, Row[]> = {};
  const [refused, warned, again, seen] = [[] as string[], [] as string[], [] as number[], new Set<unknown>()];
  for (const [line, text] of linesOf(name).entries()) {
    const decoded = decodeEvents(Buffer.from(text), contract.source, eventsOf);
    if (!decoded.ok) refused.push(`${line}: message: ${decoded.failures.map(({ path }) => path).join()}`);
    for (const [eventIndex, event] of (decoded.ok ? decoded.events : []).entries()) {
      const id = contract.identity && (event as Row)[contract.identity.path];
      if (id !== undefined && seen.has(id)) again.push(line);
      if (id !== undefined && seen.has(id)) continue;
      seen.add(id);
      const where = `${line}.${eventIndex}`;
      for (const [table, outcome] of Object.entries(
        readEvent(event, { partition: 0, offset: BigInt(line), eventIndex }),
      )) {
        if (outcome.kind === "rows") rows[table] = [...(rows[table] ?? []), ...(outcome.rows as Row[])];
        if (outcome.kind === "rows") warned.push(...outcome.warnings.map(({ by }) => `${where}: ${by}`));
        if (outcome.kind === "refused")
          refused.push(...outcome.failures.map(({ path, rule }) => `${where}: ${table}: ${path}: ${rule}`));
      }
    }
  }
  const sums = contract.summaries.map(({ name: summary, of }) => {
    const { groupOf, add, toRow } = summaries[summary] ?? assert.fail();
    const groups = new Map<string, GroupSums>();
    for (const row of rows[of] ?? []) groups.set(groupOf(row), add(groups.get(groupOf(row)), row));
    return [...groups.values()].map((group) => round(toRow(group)));
  });
  return { contract, rows, refused, warned, again, sums: sums.flat() };
}

/** Sums of doubles differ in their last digits by the order of adding. */
function round(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "number" && !Number.isInteger(value) ? Math.round(value * 1e9) / 1e9 : value,
    ]),
  );
}

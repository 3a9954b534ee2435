import { canonicalJson } from "../base/json";
import { formatTable } from "../base/terminal";
import { cutText, formatCount } from "../base/text";
import { formatFailure } from "../contract/failures";
import { formatSum, landedWord } from "../lake/counts";
import type { DryRunReport, RowChange, TableChange } from "../landing/dry-run";
import type { QuarantineRow } from "../tables/tables";

/** What a replay would change: rows of each table that come, go and change, examples of each, and the sum then. */
export function formatDryRun({ before, after, tables }: DryRunReport): string {
  const rows = tables.map(({ table, came, went, changed }) => {
    return [table, formatCount(came), formatCount(went), formatCount(changed)];
  });
  const landed = landedWord(before.contract);
  const isSame = tables.every(({ came, went, changed }) => came + went + changed === 0);
  return [
    formatTable(["table", "rows that would come", "go", "change"], rows, [1, 2, 3]),
    ...tables.flatMap(formatExamples),
    `now  ${formatSum(before.counts, landed)}`,
    isSame ? "a replay would change nothing" : `then ${formatSum(after.counts, landed)}`,
  ].join("\n");
}

function formatExamples({ table, examples }: TableChange): string[] {
  return examples.map((example) => `${table} ${verbOf(table, example)}: ${describe(table, example)}`);
}

/** Rows of quarantine are events that enter it and leave it. */
function verbOf(table: string, { change }: RowChange): string {
  const isQuarantine = table === "quarantine";
  if (change === "changed") return "changes";
  if (change === "came") return isQuarantine ? "is entered by" : "gets";
  return isQuarantine ? "is left by" : "loses";
}

function describe(table: string, { key, before, after }: RowChange): string {
  const name = key.map((value) => (typeof value === "string" ? value : canonicalJson(value))).join(" ");
  const refused = table === "quarantine" ? ((after ?? before) as QuarantineRow | null) : null;
  const [failure] = refused?.failures ?? [];
  if (failure) return `${name} (${formatFailure(failure)})`;
  if (!before || !after) return name;
  const was = before as Readonly<Record<string, unknown>>;
  const changed = Object.entries(after).filter(
    ([column, value]) => canonicalJson(was[column]) !== canonicalJson(value),
  );
  const cells = changed.map(([column, value]) => `${column} ${show(was[column])}, then ${show(value)}`);
  return `${name} (${cells.join("; ")})`;
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : cutText(canonicalJson(value), 40);
}

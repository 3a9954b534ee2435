import type { Command } from "commander";
import { cutLast, formatTable } from "../base/terminal";
import { formatCount, formatCountOf, toVisible } from "../base/text";
import type { Contract } from "../contract/model";
import type { SeenChange } from "../events/diff-events";
import { formatPlace } from "../events/places";
import { readEventSource } from "./event-source";
import { type JsonOption, print, type QueryTools } from "./tools";

/** What `contract diff` found. */
interface ContractDiff {
  readonly from: string;
  readonly to: string;
  readonly breaking: number;
  readonly compatible: number;
  /** Null between two contracts. */
  readonly events: number | null;
  readonly undecodable: number | null;
  readonly omitted: number;
  readonly changes: readonly Change[];
}

type Change = Omit<SeenChange, "events"> & { readonly events: number | null };

/** Adds `contract diff` to the command line. */
export function addContractDiffCommand(contract: Command, tools: QueryTools): void {
  contract
    .command("diff")
    .description(
      "says what changed from one contract to another, or what events show that a contract does not; exit code 1 where anything is breaking",
    )
    .argument("<contract>", "a contract's file")
    .argument(
      "[other]",
      "another contract (.yaml, .yml, .odcs.json), or a data file as publish reads it, - for stdin; default: what the topic holds now",
    )
    .option(
      "--json",
      "print JSON: from, to, breaking, compatible, events, undecodable, omitted, changes (kind, table, path, change, before, after, events, example, place)",
    )
    .action((file: string, other: string | undefined, options: JsonOption) =>
      runDiff(file, other, options, tools),
    );
}

async function runDiff(
  file: string,
  other: string | undefined,
  options: JsonOption,
  tools: QueryTools,
): Promise<void> {
  const { readContractFile } = await import("../contract/read.js");
  const { findFile } = await import("../base/paths.js");
  const before = readContractFile(findFile(file));
  const isContract = other !== undefined && /\.(?:ya?ml|odcs\.json)$/i.test(other);
  const found = isContract
    ? await compareContracts(before, readContractFile(findFile(other)))
    : await compareWithEvents(before, other, tools);
  const breaking = found.changes.filter(({ kind }) => kind === "breaking").length;
  const compatible = found.changes.length - breaking;
  const diff: ContractDiff = {
    from: file,
    breaking,
    compatible,
    ...found,
    to: isContract ? other : found.to,
  };
  print(diff, options, () => formatContractDiff(diff, process.stdout.columns));
  if (breaking > 0) process.exitCode = 1;
}

type Found = Omit<ContractDiff, "from" | "breaking" | "compatible">;

async function compareContracts(before: Contract, after: Contract): Promise<Found> {
  const { diffContracts } = await import("../contract/diff.js");
  const changes = diffContracts(before, after).map((change) => ({
    ...change,
    events: null,
    example: null,
    place: null,
  }));
  return { to: "", events: null, undecodable: null, omitted: 0, changes };
}

async function compareWithEvents(
  contract: Contract,
  file: string | undefined,
  tools: QueryTools,
): Promise<Found> {
  const { EventComparison } = await import("../events/diff-events.js");
  const comparison = new EventComparison(contract);
  const to = await readEventSource(file, tools, (value, place) => comparison.observe(value, place));
  const { eventCount, undecodableCount, omittedCount, changes } = comparison.toDiff();
  return { to, events: eventCount, undecodable: undecodableCount, omitted: omittedCount, changes };
}

/** A line for each change, breaking ones first, and below them how many; examples are cut to fit `width`. */
export function formatContractDiff(diff: ContractDiff, width = Number.POSITIVE_INFINITY): string {
  const { from, to, breaking, compatible, events, undecodable, omitted, changes } = diff;
  const isOfEvents = events !== null;
  const head = ["", "table", "path", "change", ...(isOfEvents ? ["events", "example"] : ["before", "after"])];
  const rows = changes.map((change) => toRow(change, isOfEvents).map(toVisible));
  const table = rows.length > 0 ? [formatTable(head, cutLast(head, rows, width), isOfEvents ? [4] : [])] : [];
  const more = omitted > 0 ? [`${formatCount(omitted)} further changes passed over`] : [];
  const none = undecodable ? `, ${formatCountOf(undecodable, "value")} without one` : "";
  const of = isOfEvents ? ` (${formatCountOf(events, "event")}${none})` : "";
  const count = `${formatCount(breaking)} breaking, ${formatCount(compatible)} compatible`;
  return [...table, ...more, `${from} to ${to}${of}: ${count}`].join("\n");
}

function toRow(change: Change, isOfEvents: boolean): string[] {
  const { kind, table, path, before, after, events, example, place } = change;
  const own = [kind, table ?? "", path];
  if (!isOfEvents) return [...own, change.change, before ?? "", after ?? ""];
  const asked = before === null ? change.change : `${change.change}: ${before}`;
  const shown = example === null || place === null ? "" : `${formatPlace(place)}: ${example}`;
  return [...own, asked, formatCount(events ?? 0), shown];
}

import { compileTable, type ReadTable, type TableOutcome } from "./compile-table";
import { compileSource, type FoundEvents } from "./events-of";
import type { Failure } from "./failures";
import type { Contract } from "./model";
import type { EventPlace } from "./reading";
import { type CompiledSummary, compileSummary } from "./summaries";
import { compileUnknown, type FindUnknown } from "./unknown";

/** A contract prepared once: what reads events and rows holds no rule to look up. */
export interface CompiledContract {
  /** The events of a message's value, decoded. */
  readonly eventsOf: (value: unknown) => FoundEvents;
  /** What each table makes of an event, by its name. */
  readonly readEvent: (event: unknown, place: EventPlace) => Readonly<Record<string, TableOutcome>>;
  /** The paths that no column comes from. */
  readonly findUnknown: FindUnknown;
  /** By name. */
  readonly summaries: Readonly<Record<string, CompiledSummary>>;
}

/** Compiles a contract that was read. Where unknown paths are refused, every table refuses an event that has one. */
export function compileContract(contract: Contract): CompiledContract {
  const tables = contract.tables.map((table) => [table.name, compileTable(table)] as const);
  const findUnknown = compileUnknown(contract);
  const refuses = contract.unknownPaths === "refused";
  return {
    eventsOf: compileSource(contract.source),
    readEvent: (event, place) => {
      const unknown = refuses ? findUnknown(event).map(toFailure) : [];
      return Object.fromEntries(tables.map(([name, read]) => [name, readWith(read, event, place, unknown)]));
    },
    findUnknown,
    summaries: Object.fromEntries(
      contract.summaries.map((summary) => [summary.name, compileSummary(contract, summary)]),
    ),
  };
}

function readWith(
  read: ReadTable,
  event: unknown,
  place: EventPlace,
  unknown: readonly Failure[],
): TableOutcome {
  const outcome = read(event, place);
  if (unknown.length === 0) return outcome;
  return { kind: "refused", failures: [...(outcome.kind === "refused" ? outcome.failures : []), ...unknown] };
}

function toFailure(path: string): Failure {
  return { path, rule: "unknown", expected: "nothing: no column comes from here", received: "a value" };
}

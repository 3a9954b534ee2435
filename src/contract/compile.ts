import { compileTable, type ReadTable, type TableOutcome } from "./compile-table";
import { compileSource, type FoundEvents } from "./events-of";
import type { Failure } from "./failures";
import type { Contract } from "./model";
import type { EventPlace } from "./reading";
import { type CompiledSummary, compileSummary } from "./summaries";
import { compileUnknown, type FindUnknown } from "./unknown";

/** A table prepared once. */
export interface CompiledTable {
  readonly name: string;
  /** What a row is: `$` the event. */
  readonly row: string;
  readonly read: ReadTable;
}

/** A contract prepared once: what reads events and rows holds no rule to look up. */
export interface CompiledContract {
  /** The events of a message's value, decoded. */
  readonly eventsOf: (value: unknown) => FoundEvents;
  /** What each table makes of an event. */
  readonly tables: readonly CompiledTable[];
  /** What all of them make of it, by their names. */
  readonly readEvent: (event: unknown, place: EventPlace) => Readonly<Record<string, TableOutcome>>;
  /** The paths that no column comes from. */
  readonly findUnknown: FindUnknown;
  /** By name. */
  readonly summaries: Readonly<Record<string, CompiledSummary>>;
}

/** Compiles a contract that was read. Where unknown paths are refused, every table refuses an event that has one. */
export function compileContract(contract: Contract): CompiledContract {
  const findUnknown = compileUnknown(contract);
  const refuses = contract.unknownPaths === "refused";
  const tables = contract.tables.map((table): CompiledTable => {
    const read = compileTable(table);
    const readKnown: ReadTable = (event, place) =>
      readWith(read, event, place, [...findUnknown(event).keys()].map(toFailure));
    return { name: table.name, row: table.row, read: refuses ? readKnown : read };
  });
  return {
    eventsOf: compileSource(contract.source),
    tables,
    readEvent: (event, place) =>
      Object.fromEntries(tables.map(({ name, read }) => [name, read(event, place)])),
    findUnknown,
    summaries: Object.fromEntries(
      contract.summaries.map((summary) => [summary.name, compileSummary(summary)]),
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

import { type CompiledTable, compileContract } from "../contract/compile";
import type { Failure, Warning } from "../contract/failures";
import type { Contract } from "../contract/model";
import type { EventPlace } from "../contract/reading";
import type { FindUnknown, UnknownValues } from "../contract/unknown";
import { type DecodedEvents, decodeEvents, decodeWhole } from "./decode";
import { compileIdentity, type ReadIdentity } from "./identity";

/** Why one table refuses an event. */
export interface Refusal {
  readonly table: string;
  readonly failures: readonly Failure[];
}

/** What several tables make of an event, together: rows by table, or what refuses it, or nothing. */
export type GroupOutcome =
  | {
      readonly kind: "rows";
      readonly rows: Readonly<Record<string, readonly object[]>>;
      readonly warnings: readonly Warning[];
    }
  | { readonly kind: "refused"; readonly refusals: readonly Refusal[] }
  | { readonly kind: "absent" };

/** Reads what several tables make of an event. */
export type ReadGroup = (event: unknown, place: EventPlace) => GroupOutcome;

/** A contract prepared for the deciding of deliveries. */
export interface EventReaders {
  readonly contract: Contract;
  readonly decode: (value: Uint8Array | null) => DecodedEvents;
  readonly readIdentity: ReadIdentity;
  /** Of the tables whose rows are events (of all where there is none): an event that one of them refuses is quarantined. */
  readonly readMain: ReadGroup;
  /** Of the others, whose rows are parts of an event: they may have it refused by themselves. */
  readonly readParts: ReadGroup;
  /** The table that a conflict is told by. */
  readonly mainTable: string;
  /** Whether a message is one event; else its events are counted. */
  readonly isOneEach: boolean;
  readonly findUnknown: FindUnknown;
}

const none: UnknownValues = new Map();
const known = new WeakMap<Contract, EventReaders>();

/** The readers of a contract, compiled when they are first asked for. */
export function readersOf(contract: Contract): EventReaders {
  const readers = known.get(contract) ?? compileReaders(contract);
  known.set(contract, readers);
  return readers;
}

function compileReaders(contract: Contract): EventReaders {
  const { source, unknownPaths } = contract;
  const { tables, eventsOf, findUnknown } = compileContract(contract);
  const ofEvents = tables.filter(({ row }) => row === "$");
  const main = ofEvents.length > 0 ? ofEvents : tables;
  return {
    contract,
    decode: isPlain(contract) ? decodeWhole : (value) => decodeEvents(value, source, eventsOf),
    readIdentity: compileIdentity(contract),
    readMain: groupOf(main),
    readParts: groupOf(tables.filter((table) => !main.includes(table))),
    mainTable: main[0]?.name ?? "",
    isOneEach: !/\[\]|\{\}/.test(source.events),
    findUnknown: unknownPaths === "reported" ? findUnknown : () => none,
  };
}

function isPlain({ source }: Contract): boolean {
  return source.events === "$" && !source.asText && !source.registryFrame;
}

function groupOf(tables: readonly CompiledTable[]): ReadGroup {
  return (event, place) => {
    const rows: Record<string, readonly object[]> = {};
    const refusals: Refusal[] = [];
    let warnings: readonly Warning[] = [];
    let isAbsent = true;
    for (const { name, read } of tables) {
      const outcome = read(event, place);
      if (outcome.kind === "refused") refusals.push({ table: name, failures: outcome.failures });
      if (outcome.kind !== "rows") continue;
      isAbsent = false;
      rows[name] = outcome.rows;
      if (outcome.warnings.length > 0) warnings = [...warnings, ...outcome.warnings];
    }
    if (refusals.length > 0) return { kind: "refused", refusals };
    return isAbsent ? { kind: "absent" } : { kind: "rows", rows, warnings };
  };
}

import { type CompiledContract, compileContract } from "../contract/compile";
import { type ContractChange, sortChanges } from "../contract/diff";
import { type Failure, quote } from "../contract/failures";
import type { Contract, ContractColumn } from "../contract/model";
import { formatPath, parsePath, type Step } from "../contract/paths";
import { decodeEvents } from "./decode";
import { type EventPlace, type SeenPlace, toSeenPlace } from "./places";
import { findValue } from "./values-at";

/** A change that events show: how many have it, and the first of them. */
export interface SeenChange extends ContractChange {
  /** Of a value that holds no event, how many such values. */
  readonly events: number;
  /** Quoted and cut at 80 characters; null where nothing is there. */
  readonly example: string | null;
  readonly place: SeenPlace | null;
}

/** What values of a topic or file show against a contract, so far. */
export interface EventDiff {
  readonly eventCount: number;
  /** Values that hold no event by the contract's source. */
  readonly undecodableCount: number;
  /** How many changes were passed over, as there were too many. */
  readonly omittedCount: number;
  readonly changes: readonly SeenChange[];
}

/** More are no help to a person; keys that are data could bring as many as there are events. */
const mostChanges = 1000;

type Noted = Omit<SeenChange, "events"> & { events: number };

/**
 * Holds values to a contract, in the order of their places, and says what they show that it does not: what it refuses is
 * breaking; what it only counts, does not know or never gets is compatible.
 */
export class EventComparison {
  readonly #contract: Contract;
  readonly #compiled: CompiledContract;
  readonly #found = new Map<string, Noted>();
  /** Of these, by path, those that no column comes from: most events have them. */
  readonly #unknown = new Map<string, Noted>();
  readonly #unseen: Map<string, Map<string, ContractColumn>>;
  readonly #mapPaths: ReadonlySet<string>;
  /** The tables that got a row. */
  readonly #withRows = new Set<string>();
  /** The changes that the event at hand was counted for. */
  #told = new Set<string>();
  #eventCount = 0;
  #undecodableCount = 0;
  #omittedCount = 0;

  constructor(contract: Contract) {
    this.#contract = contract;
    this.#compiled = compileContract(contract);
    this.#unseen = columnsToSee(contract);
    this.#mapPaths = mapPathsOf(contract);
  }

  /** Takes what a message's value, or a file's record, shows. */
  observe(value: Uint8Array | null, place: EventPlace): void {
    const decoded = decodeEvents(value, this.#contract.source, this.#compiled.eventsOf);
    this.#told = new Set();
    if (!decoded.ok) {
      this.#undecodableCount++;
      for (const failure of decoded.failures) this.#addFailure("refused", null, failure, place);
      return;
    }
    for (const [eventIndex, event] of decoded.events.entries())
      this.#observeEvent(event, eventIndex === 0 ? place : { ...place, eventIndex });
  }

  toDiff(): EventDiff {
    return {
      eventCount: this.#eventCount,
      undecodableCount: this.#undecodableCount,
      omittedCount: this.#omittedCount,
      changes: sortChanges([...this.#found.values(), ...this.#neverThere()]),
    };
  }

  /** Columns without a value in any row; where values were refused, that is told already. */
  #neverThere(): SeenChange[] {
    const refused = [...this.#found.values()].filter(({ kind }) => kind === "breaking");
    return [...this.#unseen].flatMap(([table, columns]) => {
      if (!this.#withRows.has(table)) return [];
      const paths = [...columns.values()].map(({ from, name }) => from ?? name);
      return paths
        .filter((path) => !refused.some((one) => one.table === table && one.path.startsWith(path)))
        .map((path) => toNeverThere(table, path));
    });
  }

  #observeEvent(event: unknown, place: EventPlace): void {
    this.#eventCount++;
    this.#told = new Set();
    const at = "record" in place ? { partition: 0, offset: BigInt(place.record) } : place;
    for (const [table, outcome] of Object.entries(this.#compiled.readEvent(event, at))) {
      if (outcome.kind === "refused")
        for (const failure of outcome.failures) this.#addFailure("refused", table, failure, place);
      if (outcome.kind !== "rows") continue;
      if (outcome.rows.length > 0) this.#withRows.add(table);
      for (const warning of outcome.warnings) this.#addFailure("warning", table, warning, place);
      noteSeen(this.#unseen.get(table), outcome.rows);
    }
    this.#observeUnknown(event, place);
  }

  /** Unknown paths are told of the contract, even where every table refuses them. */
  #observeUnknown(event: unknown, place: EventPlace): void {
    const { unknownPaths } = this.#contract;
    if (unknownPaths === "ignored") return;
    const told =
      unknownPaths === "refused"
        ? ({ kind: "breaking", change: "refused by unknown" } as const)
        : ({ kind: "compatible", change: "new path" } as const);
    for (const path of this.#compiled.findUnknown(event).keys()) {
      const known = this.#unknown.get(path);
      if (known) known.events++;
      if (known) continue;
      const change = { ...told, table: null, path, before: null, after: null };
      const noted = this.#add(change, () => quote(findValue(event, path)), place);
      if (noted) this.#unknown.set(path, noted);
    }
  }

  #addFailure(what: "refused" | "warning", table: string | null, failure: Failure, place: EventPlace): void {
    const { rule, expected, received } = failure;
    if (rule === "unknown") return;
    const change: ContractChange = {
      kind: what === "refused" ? "breaking" : "compatible",
      table,
      path: generalPath(failure.path, this.#mapPaths),
      change: `${what} by ${rule}`,
      before: expected,
      after: null,
    };
    this.#add(change, () => received, place);
  }

  /** Counts an event once for each change, however often it has it. */
  #add(change: ContractChange, example: () => string, place: EventPlace): Noted | undefined {
    const key = `${change.table}\0${change.path}\0${change.change}`;
    if (this.#told.has(key)) return undefined;
    this.#told.add(key);
    const known = this.#found.get(key);
    if (known) known.events++;
    if (known) return known;
    if (this.#found.size === mostChanges) {
      this.#omittedCount++;
      return undefined;
    }
    const noted = { ...change, events: 1, example: example(), place: toSeenPlace(place) };
    this.#found.set(key, noted);
    return noted;
  }
}

/** The columns of each table that may be null and were not seen to have a value yet. */
function columnsToSee({ tables }: Contract): Map<string, Map<string, ContractColumn>> {
  return new Map(
    tables.map(({ name, columns }) => [
      name,
      new Map(
        columns.filter(({ nullable, from }) => nullable && from !== undefined).map((one) => [one.name, one]),
      ),
    ]),
  );
}

function noteSeen(unseen: Map<string, ContractColumn> | undefined, rows: readonly object[]): void {
  if (!unseen || unseen.size === 0) return;
  for (const row of rows as readonly Readonly<Record<string, unknown>>[])
    for (const name of unseen.keys()) if (row[name] !== null) unseen.delete(name);
}

function toNeverThere(table: string, path: string): SeenChange {
  const nothing = { before: null, after: null, events: 0, example: null, place: null };
  return { kind: "compatible", table, path, change: "never there", ...nothing };
}

/** The paths of a contract whose objects have data for keys. */
function mapPathsOf({ tables }: Contract): ReadonlySet<string> {
  const paths = new Set<string>();
  const add = (path: string) => {
    const steps = parsePath(path) ?? [];
    for (const [at, step] of steps.entries())
      if ("each" in step && step.each === "{}") paths.add(formatPath(steps.slice(0, at)));
  };
  const addColumn = ({ from, type, items, fields = [] }: ContractColumn): void => {
    if (from !== undefined && !from.startsWith("@")) add(type === "MAP" ? `${from}{}` : from);
    for (const part of [...(items ? [items] : []), ...fields]) addColumn(part);
  };
  for (const { row, columns } of tables) {
    add(row);
    for (const column of columns) addColumn(column);
  }
  return paths;
}

/** A failure's path without its places in arrays and maps: `a[3].b` as `a[].b`. */
function generalPath(path: string, mapPaths: ReadonlySet<string>): string {
  const plain = path.replaceAll(/\["(?:[^"\\]|\\.)*"\]|\[\d+\]/g, (one) =>
    one.startsWith('["') ? one : "[]",
  );
  const read = parsePath(plain);
  if (!read) return plain;
  const steps: Step[] = [];
  for (const step of read) {
    const isEntry = "key" in step && mapPaths.has(formatPath(steps));
    steps.push(isEntry ? { each: "{}" } : step);
  }
  return formatPath(steps);
}

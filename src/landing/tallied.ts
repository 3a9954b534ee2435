import { quote } from "../contract/failures";
import type { UnknownValues } from "../contract/unknown";
import type { EventReading, EventsOutcome } from "../events/outcomes";
import type { UnknownPath } from "../lake/commit-file";
import { type Counts, countOutcome, noCounts } from "../lake/counts";
import type { LakeModel } from "../tables/lake-model";
import type { Origin } from "../tables/tables";
import { SummedRows } from "./summed-rows";
import type { Summed } from "./sums";

/** What messages that come one after another are counted for: plain values, so that another thread can hand it over. */
export interface Tallied {
  readonly counts: Counts;
  readonly crossing: number;
  readonly late: number;
  readonly later: number;
  /** How often, by rule. */
  readonly warnings: ReadonlyMap<string, number>;
  /** Paths that the contract does not know, in the order in which they were met. */
  readonly unknown: ReadonlyMap<string, UnknownPath>;
  readonly summed: Readonly<Record<string, Summed>>;
}

/** Counts what messages come to, from nothing. A class: its code outlives what is counted, and so is compiled once. */
export class Tallying {
  readonly #counts = noCounts();
  readonly #told = { crossing: 0, late: 0, later: 0 };
  readonly #warnings = new Map<string, number>();
  readonly #unknown = new Map<string, GrowingPath>();
  readonly #summed: SummedRows;

  constructor({ contract }: LakeModel) {
    this.#summed = new SummedRows(contract);
  }

  add(outcome: EventsOutcome, origin: Origin): void {
    const told = this.#told;
    countOutcome(this.#counts, outcome);
    told.crossing += outcome.crossing;
    told.late += outcome.late;
    told.later += outcome.later;
    for (const { by } of outcome.warnings) this.#warnings.set(by, (this.#warnings.get(by) ?? 0) + 1);
    for (const values of outcome.unknown) this.#noteUnknown(values, origin);
    this.#summed.add(outcome.rows);
  }

  /** Notes an event before it is judged: what the contract does not know, and its rows, as if they were to land. */
  addRead({ main, parts, unknown }: EventReading, origin: Origin): void {
    this.#noteUnknown(unknown, origin);
    if (main.kind === "rows") this.#summed.add(main.rows);
    if (parts.kind === "rows") this.#summed.add(parts.rows);
  }

  /** Counts a message all of whose events land, and that are noted as read. */
  addPlain(events: number, isOneEach: boolean): void {
    countOutcome(this.#counts, { counts: { graded: events, duplicates: 0, quarantined: 0 }, isOneEach });
  }

  /** Takes rows of a table out again: of each that came, in their order, 1 says that it goes. */
  drop(table: string, goes: Uint8Array): void {
    this.#summed.drop(table, goes);
  }

  end(): Tallied {
    const [counts, warnings, unknown] = [this.#counts, this.#warnings, this.#unknown];
    return { counts, ...this.#told, warnings, unknown, summed: this.#summed.end() };
  }

  #noteUnknown(values: UnknownValues, origin: Origin): void {
    for (const [path, value] of values) {
      const known = this.#unknown.get(path);
      if (known && known.partition <= origin.partition) known.events++;
      else notePath(this.#unknown, path, toPath(origin, value));
    }
  }
}

export type GrowingPath = { -readonly [K in keyof UnknownPath]: UnknownPath[K] };

/** Adds events with a path; the example is that of the lowest partition, the first there. */
export function notePath(to: Map<string, GrowingPath>, path: string, seen: UnknownPath): void {
  const known = to.get(path);
  const events = (known?.events ?? 0) + seen.events;
  if (known && known.partition <= seen.partition) known.events = events;
  else to.set(path, { ...seen, events });
}

function toPath({ partition, offset }: Origin, value: unknown): UnknownPath {
  return { events: 1, partition, offset: `${offset}`, example: quote(value) };
}

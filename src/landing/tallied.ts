import { quote } from "../contract/failures";
import type { UnknownValues } from "../contract/unknown";
import type { EventReading, EventsOutcome } from "../events/outcomes";
import type { UnknownPath } from "../lake/commit-file";
import { type Counts, countOutcome, noCounts } from "../lake/counts";
import type { LakeModel } from "../tables/lake-model";
import type { Origin } from "../tables/tables";
import { type Summed, takeSummed } from "./sums";

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

/** Counts what messages come to. */
export interface Tallying {
  readonly add: (outcome: EventsOutcome, origin: Origin) => void;
  /** Notes an event before it is judged: what the contract does not know, and its rows, as if they were to land. */
  readonly addRead: (event: EventReading, origin: Origin) => void;
  /** Counts a message all of whose events land, and that are noted as read. */
  readonly addPlain: (events: number, isOneEach: boolean) => void;
  /** Takes rows of a table out again: of each that came, in their order, 1 says that it goes. */
  readonly drop: (table: string, goes: Uint8Array) => void;
  readonly end: () => Tallied;
}

/** Begins to count, from nothing. */
export function startTallying({ contract }: LakeModel): Tallying {
  const counts = noCounts();
  const told = { crossing: 0, late: 0, later: 0 };
  const warnings = new Map<string, number>();
  const unknown = new Map<string, GrowingPath>();
  const summed = takeSummed(contract);
  const noteUnknown = (values: UnknownValues, origin: Origin) => {
    for (const [path, value] of values) {
      const known = unknown.get(path);
      if (known && known.partition <= origin.partition) known.events++;
      else notePath(unknown, path, toPath(origin, value));
    }
  };
  return {
    add: (outcome, origin) => {
      countOutcome(counts, outcome);
      told.crossing += outcome.crossing;
      told.late += outcome.late;
      told.later += outcome.later;
      for (const { by } of outcome.warnings) warnings.set(by, (warnings.get(by) ?? 0) + 1);
      for (const values of outcome.unknown) noteUnknown(values, origin);
      summed.add(outcome.rows);
    },
    addRead: ({ main, parts, unknown: values }, origin) => {
      noteUnknown(values, origin);
      for (const group of [main, parts]) if (group.kind === "rows") summed.add(group.rows);
    },
    addPlain: (events, isOneEach) =>
      countOutcome(counts, { counts: { graded: events, duplicates: 0, quarantined: 0 }, isOneEach }),
    drop: summed.drop,
    end: () => ({ counts, ...told, warnings, unknown, summed: summed.end() }),
  };
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

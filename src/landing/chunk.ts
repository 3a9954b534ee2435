import { decideMessage, type EventsOutcome, type Judging, type TopicMessage } from "../events/outcomes";
import { readersOf } from "../events/readers";
import type { LakeModel } from "../tables/lake-model";
import { ChunkRows, type TablePart } from "./chunk-rows";
import { type RefusalCounts, Refusals } from "./refusals";
import { startTallying, type Tallied, type Tallying } from "./tallied";

/** What a chunk is decided by, beside what came before it. */
export interface ChunkPlan {
  readonly model: LakeModel;
  /** Whether raw_data is left as it is, since the messages come from there. */
  readonly isReplay: boolean;
}

/** What some thousand messages come to: plain values, so that another thread can hand it over. */
export interface ChunkOutcome {
  /** By table; without those that get no row. */
  readonly tables: Readonly<Record<string, TablePart>>;
  readonly tallied: Tallied;
  readonly refused: RefusalCounts;
}

/** What is gathered of a chunk. */
export interface Gathering {
  readonly rows: ChunkRows;
  readonly tallying: Tallying;
  /** Counts a message by what its events come to, with its rows of quarantine. */
  readonly count: (outcome: EventsOutcome, message: TopicMessage) => void;
  readonly end: () => Promise<ChunkOutcome>;
}

/** Decides messages one after another. Throws MisfitError where a row is not its table's. */
export function decideChunk(
  messages: Iterable<TopicMessage>,
  plan: ChunkPlan,
  judging: Judging,
): Promise<ChunkOutcome> {
  const { rows, count, end } = startGathering(plan);
  const deciding = { ...judging, readers: readersOf(plan.model.contract) };
  for (const message of messages) {
    const outcome = decideMessage(message, deciding);
    if (!plan.isReplay) rows.append("raw_data", [outcome.raw]);
    for (const table in outcome.rows) rows.append(table, outcome.rows[table] ?? []);
    count(outcome, message);
  }
  return end();
}

/** Begins to gather. */
export function startGathering({ model }: ChunkPlan): Gathering {
  const rows = new ChunkRows(model);
  const tallying = startTallying(model);
  const refusals = new Refusals(model);
  return {
    rows,
    tallying,
    count: (outcome, message) => {
      tallying.add(outcome, message);
      refusals.add(outcome, message.value);
      if (outcome.quarantine.length > 0) rows.append("quarantine", outcome.quarantine);
    },
    end: async () => {
      const told = { tallied: tallying.end(), refused: refusals.counts() };
      return { tables: await rows.end(), ...told };
    },
  };
}

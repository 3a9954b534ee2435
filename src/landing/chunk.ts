import {
  decideMessage,
  type EventsOutcome,
  type Judging,
  type Outcome,
  type TopicMessage,
} from "../events/outcomes";
import { readersOf } from "../events/readers";
import type { LakeModel } from "../tables/lake-model";
import { ChunkRows, type TablePart } from "./chunk-rows";
import { type RefusalCounts, Refusals } from "./refusals";
import { type Tallied, Tallying } from "./tallied";

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

/** Decides messages one after another. Throws MisfitError where a row is not its table's. */
export function decideChunk(
  messages: Iterable<TopicMessage>,
  plan: ChunkPlan,
  judging: Judging,
): Promise<ChunkOutcome> {
  const gathering = new Gathering(plan);
  const deciding = { ...judging, readers: readersOf(plan.model.contract) };
  for (const message of messages) gathering.add(message, decideMessage(message, deciding));
  return gathering.end();
}

/** What is gathered of a chunk. */
export class Gathering {
  readonly rows: ChunkRows;
  readonly tallying: Tallying;
  readonly #refusals: Refusals;
  readonly #isReplay: boolean;

  constructor({ model, isReplay }: ChunkPlan) {
    this.rows = new ChunkRows(model);
    this.tallying = new Tallying(model);
    this.#refusals = new Refusals(model);
    this.#isReplay = isReplay;
  }

  /** Adds all that a message comes to. */
  add(message: TopicMessage, outcome: Outcome): void {
    this.addRaw(outcome.raw);
    this.addRows(outcome.rows);
    this.count(outcome, message);
  }

  addRaw(row: Outcome["raw"]): void {
    if (!this.#isReplay) this.rows.appendOne("raw_data", row);
  }

  addRows(rows: EventsOutcome["rows"]): void {
    for (const table in rows) this.rows.append(table, rows[table] ?? []);
  }

  /** Counts a message by what its events come to, with its rows of quarantine. */
  count(outcome: EventsOutcome, message: TopicMessage): void {
    this.tallying.add(outcome, message);
    this.#refusals.add(outcome, message.value);
    if (outcome.quarantine.length > 0) this.rows.append("quarantine", outcome.quarantine);
  }

  async end(): Promise<ChunkOutcome> {
    const told = { tallied: this.tallying.end(), refused: this.#refusals.counts() };
    return { tables: await this.rows.end(), ...told };
  }
}

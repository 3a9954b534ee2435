import { countsMain, countsParts, type Grading, verdictBits } from "../events/attempts";
import { type EventReading, readMessage, toOutcome, toRawRow } from "../events/outcomes";
import { type EventReaders, type GroupOutcome, readersOf } from "../events/readers";
import type { Origin } from "../tables/tables";
import { type ChunkOutcome, type ChunkPlan, Gathering } from "./chunk";
import { FactsWriter, type PackedMessages, PackedReader } from "./chunk-wire";

/** A chunk whose events are read; what is left is to be told what becomes of each. */
export interface ReadChunk {
  /** Of each event, in the order of the messages; see FactsWriter. */
  readonly facts: Uint8Array;
  /** `verdicts`: one for each of the facts. */
  readonly end: (verdicts: Uint8Array) => Promise<ChunkOutcome>;
}

/**
 * Reads messages as far as it goes without knowing what came before: beside other chunks, in whatever order. The rows of
 * all events are written, as nearly all land; those of the others are taken out again once that is told. Of an event
 * nothing else is held: what is not as usual is read a second time.
 */
export function readChunk(packed: PackedMessages, plan: ChunkPlan): ReadChunk {
  const chunk = new Chunk(packed, plan);
  for (let index = 0; index < chunk.length; index++) chunk.read(index);
  return { facts: chunk.facts(), end: (verdicts) => chunk.end(verdicts) };
}

/** The rows of one table, as events have given them. */
interface RowEnds {
  readonly table: string;
  /** For each event: how many rows there are behind it. */
  readonly ends: number[];
}

/**
 * A chunk under way. What is done for each message or event is a method of its own, which V8 compiles once: a loop that
 * all of them are within is compiled anew in each chunk.
 */
class Chunk {
  readonly #plan: ChunkPlan;
  readonly #readers: EventReaders;
  readonly #messages: PackedReader;
  readonly #gathering: Gathering;
  readonly #facts: FactsWriter;
  /** By message: how many events it has, and whether there is more to tell of it than rows. */
  readonly #eventCounts: Uint32Array;
  readonly #isSpecial: Uint8Array;
  readonly #rowEnds: readonly RowEnds[];
  /** The events whose messages have ended. */
  #ended = 0;

  constructor(packed: PackedMessages, plan: ChunkPlan) {
    const { model } = plan;
    this.#plan = plan;
    this.#readers = readersOf(model.contract);
    this.#messages = new PackedReader(packed);
    this.#gathering = new Gathering(plan);
    this.#facts = new FactsWriter(this.length);
    this.#eventCounts = new Uint32Array(this.length);
    this.#isSpecial = new Uint8Array(this.length);
    this.#rowEnds = model.eventTables.map((table) => ({ table, ends: [] }));
  }

  get length(): number {
    return this.#messages.length;
  }

  facts(): Uint8Array {
    return this.#facts.end();
  }

  read(index: number): void {
    const message = this.#messages.at(index);
    const { text, failures, events } = readMessage(message, this.#readers);
    this.#gathering.addRaw(toRawRow(message, text));
    for (let at = 0; at < events.length; at++) this.#readEvent(events[at] as EventReading, message);
    this.#eventCounts[index] = events.length;
    this.#isSpecial[index] = failures.length > 0 || events.some(saysMore) ? 1 : 0;
  }

  #readEvent(event: EventReading, origin: Origin): void {
    this.#facts.add(event.facts);
    if (event.main.kind === "rows") this.#gathering.addRows(event.main.rows);
    if (event.parts.kind === "rows") this.#gathering.addRows(event.parts.rows);
    for (const { table, ends } of this.#rowEnds) ends.push(this.#gathering.rows.rowCount(table));
    this.#gathering.tallying.addRead(event, origin);
  }

  end(verdicts: Uint8Array): Promise<ChunkOutcome> {
    for (let index = 0; index < this.length; index++) this.#end(index, verdicts);
    this.#takeOut(verdicts);
    return this.#gathering.end();
  }

  #end(index: number, verdicts: Uint8Array): void {
    const count = this.#eventCounts[index] as number;
    const start = this.#ended;
    this.#ended += count;
    if (!this.#isSpecial[index] && isPlain(verdicts, start, this.#ended))
      this.#gathering.tallying.addPlain(count, this.#readers.isOneEach);
    else this.#endSpecial(index, verdicts.subarray(start, this.#ended));
  }

  #endSpecial(index: number, verdicts: Uint8Array): void {
    const message = this.#messages.at(index);
    const readers = this.#readers;
    const { text, failures, events } = readMessage(message, readers);
    const outcome = toOutcome(message, { failures, events, verdicts, readers, textOf: () => text });
    this.#gathering.count({ ...outcome, rows: {}, unknown: [] }, message); // those are told already
  }

  /** Takes out the rows of what does not count. */
  #takeOut(verdicts: Uint8Array): void {
    if (isPlain(verdicts, 0, verdicts.length)) return;
    const { rows, tallying } = this.#gathering;
    for (const { table, ends } of this.#rowEnds) {
      const goes = new Uint8Array(ends.at(-1) ?? 0);
      const counts = this.#plan.model.partTables.includes(table) ? countsParts : countsMain;
      for (let event = 0; event < verdicts.length; event++)
        if (!counts(verdicts[event] as number)) goes.fill(1, ends[event - 1] ?? 0, ends[event]);
      if (!goes.includes(1)) continue;
      rows.drop(table, goes);
      tallying.drop(table, goes);
    }
  }
}

/** Whether those events do what they would do by themselves. */
function isPlain(verdicts: Uint8Array, start: number, end: number): boolean {
  for (let event = start; event < end; event++) if (verdicts[event] !== verdictBits.parts) return false;
  return true;
}

/** Whether there is more to tell of an event than rows. */
function saysMore({ main, parts }: EventReading): boolean {
  return hasMore(main) || hasMore(parts);
}

function hasMore(group: Grading | GroupOutcome): boolean {
  return group.kind === "refused" || (group.kind === "rows" && group.warnings.length > 0);
}

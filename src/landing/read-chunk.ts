import { countsMain, countsParts, verdictBits } from "../events/attempts";
import { type EventReading, readMessage, toOutcome, toRawRow } from "../events/outcomes";
import { type EventReaders, readersOf } from "../events/readers";
import type { LakeModel } from "../tables/lake-model";
import { type ChunkOutcome, type ChunkPlan, type Gathering, startGathering } from "./chunk";
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
  const { model, isReplay } = plan;
  const readers = readersOf(model.contract);
  const messages = new PackedReader(packed);
  const gathering = startGathering(plan);
  const { rows, tallying } = gathering;
  const facts = new FactsWriter(messages.length);
  const held: Held = {
    messages,
    eventCounts: new Uint32Array(messages.length),
    isSpecial: new Uint8Array(messages.length),
    rowEnds: new Map(model.eventTables.map((table) => [table, []])),
  };
  for (let index = 0; index < messages.length; index++) {
    const message = messages.at(index);
    const { text, failures, events } = readMessage(message, readers);
    if (!isReplay) rows.append("raw_data", [toRawRow(message, text)]);
    for (const event of events) {
      facts.add(event.facts);
      for (const { rows: own } of landing(event))
        for (const table in own) rows.append(table, own[table] ?? []);
      for (const [table, ends] of held.rowEnds) ends.push(rows.rowCount(table));
      tallying.addRead(event, message);
    }
    held.eventCounts[index] = events.length;
    held.isSpecial[index] = failures.length > 0 || events.some(saysMore) ? 1 : 0;
  }
  return {
    facts: facts.end(),
    end: (verdicts) => endChunk(verdicts, { ...held, model, readers, gathering }),
  };
}

/** What is held of a chunk until it is judged. */
interface Held {
  readonly messages: PackedReader;
  /** By message: how many events it has, and whether there is more to tell of it than rows. */
  readonly eventCounts: Uint32Array;
  readonly isSpecial: Uint8Array;
  /** By table, for each event: how many rows there are behind it. */
  readonly rowEnds: ReadonlyMap<string, number[]>;
}

interface Ending extends Held {
  readonly model: LakeModel;
  readonly readers: EventReaders;
  readonly gathering: Gathering;
}

/** What lands of an event where nothing came before it. */
function landing({ main, parts }: EventReading) {
  return [main, parts].filter((group) => group.kind === "rows");
}

function saysMore(event: EventReading): boolean {
  const isRefused = event.main.kind === "refused" || event.parts.kind === "refused";
  return isRefused || landing(event).some(({ warnings }) => warnings.length > 0);
}

function endChunk(verdicts: Uint8Array, ending: Ending): Promise<ChunkOutcome> {
  const { messages, eventCounts, isSpecial, readers, gathering } = ending;
  let at = 0;
  for (const [index, count] of eventCounts.entries()) {
    const own = verdicts.subarray(at, at + count);
    at += count;
    if (!isSpecial[index] && own.every((verdict) => verdict === verdictBits.parts)) {
      gathering.tallying.addPlain(count, readers.isOneEach);
      continue;
    }
    const message = messages.at(index);
    const { text, failures, events } = readMessage(message, readers);
    const outcome = toOutcome(message, { failures, events, verdicts: own, readers, textOf: () => text });
    gathering.count({ ...outcome, rows: {}, unknown: [] }, message); // those are told already
  }
  takeOut(verdicts, ending);
  return gathering.end();
}

/** Takes out the rows of what does not count. */
function takeOut(verdicts: Uint8Array, { rowEnds, model, gathering }: Ending): void {
  if (verdicts.every((verdict) => verdict === verdictBits.parts)) return;
  for (const [table, ends] of rowEnds) {
    const counts = model.partTables.includes(table) ? countsParts : countsMain;
    const goes = new Uint8Array(ends.at(-1) ?? 0);
    for (const [event, verdict] of verdicts.entries())
      if (!counts(verdict)) goes.fill(1, ends[event - 1] ?? 0, ends[event]);
    if (!goes.includes(1)) continue;
    gathering.rows.drop(table, goes);
    gathering.tallying.drop(table, goes);
  }
}

import type { Failure, Warning } from "../contract/failures";
import { countsLatest } from "../contract/model";
import { joinPaths } from "../contract/paths";
import type { UnknownValues } from "../contract/unknown";
import type { HeaderRow, Origin, QuarantineRow, RawRow } from "../tables/tables";
import {
  type Decision,
  type Delivery,
  type DeliveryFacts,
  judgeFirst,
  readDelivery,
  toDecision,
  unknownExam,
} from "./attempts";
import { decodeText, toBase64 } from "./decode";
import type { ExamIndex } from "./exam-index";
import { recallBefore } from "./firsts";
import { judgeLatest, readMarked } from "./latest";
import type { EventReaders, Refusal } from "./readers";

/** What the landing needs of a Kafka message; timestamp in ms UTC, null for none. */
export interface TopicMessage extends Origin {
  readonly topic: string;
  readonly timestamp: number | bigint | null;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly { readonly key: string; readonly value: Buffer | null }[];
}

/** How many events came to what. A message that can't be decoded is one that is quarantined. */
export interface EventCounts {
  graded: number;
  duplicates: number;
  quarantined: number;
}

/** All rows that one message adds to the tables. */
export interface Outcome extends EventsOutcome {
  readonly raw: RawRow;
}

/** What the events of a message come to. */
export interface EventsOutcome {
  readonly counts: Readonly<EventCounts>;
  /** Whether the message is one event by its contract, so that messages are what is counted. */
  readonly isOneEach: boolean;
  /** By table of the contract; without those that get none. */
  readonly rows: Readonly<Record<string, readonly object[]>>;
  /** What landed and is counted for, by the contract's rules of severity warning. */
  readonly warnings: readonly Warning[];
  /** A row for each table that refused an event; refusals by parts of events alone leave the counts as they are. */
  readonly quarantine: readonly QuarantineRow[];
  /** Events that are refused since a delivery in another partition, with other contents, was graded. */
  readonly crossing: number;
  /** Events that come after a delivery in a higher partition: they count before that one. */
  readonly late: number;
  /** Events that should count in place of the one that landed, where the latest does. */
  readonly later: number;
  /** Of each event that has some: the paths that the contract does not know, with what stands there. */
  readonly unknown: readonly UnknownValues[];
}

/** What decides messages, one after another. */
export interface Deciding extends Judging {
  readonly readers: EventReaders;
}

/** What is known of all deliveries before. */
export interface Judging {
  /** What is known of each exam ID; grows. */
  readonly exams: ExamIndex;
  /** Which deliveries count, where all are known. */
  readonly firsts?: ExamIndex | undefined;
}

/** What a message holds by itself, whatever came before it. */
export interface MessageReading {
  /** null for a tombstone and for bytes that are not UTF-8. */
  readonly text: string | null;
  /** Why there are no events. */
  readonly failures: readonly Failure[];
  readonly events: readonly EventReading[];
}

/** An event of a message: where it stands in the value ("" for the value itself), and what the contract does not know. */
export interface EventReading extends Delivery {
  readonly path: string;
  readonly unknown: UnknownValues;
}

/**
 * Decides which rows a message adds, and keeps the state of its events' identities in the index. Messages must come in the
 * order of their offsets. Never throws on a message's contents. Of the deliveries in several partitions the first to come
 * counts or, with `firsts`, the one in the lowest partition.
 */
export function decideMessage(message: TopicMessage, deciding: Deciding): Outcome {
  const { readers } = deciding;
  const { text, failures, events } = readMessage(message, readers);
  const isByOrder = countsLatest(readers.contract);
  const verdicts = events.map(({ facts }) => judge(facts, isByOrder, deciding));
  const textOf = () => text;
  const outcome = toOutcome(message, { failures, events, verdicts, readers, textOf });
  return Object.assign(outcome, { raw: toRawRow(message, text) });
}

/** Reads a message's events; needs nothing of the messages before. Never throws on a message's contents. */
export function readMessage(
  message: Origin & Pick<TopicMessage, "value">,
  readers: EventReaders,
): MessageReading {
  const decoded = readers.decode(message.value);
  const { text } = decoded;
  if (!decoded.ok) return { text, failures: decoded.failures, events: [] };
  const { partition, offset } = message;
  const read = countsLatest(readers.contract) ? readMarked : readDelivery;
  const events: EventReading[] = [];
  for (let eventIndex = 0; eventIndex < decoded.events.length; eventIndex++) {
    const event = decoded.events[eventIndex];
    const delivery = read({ event, hash: decoded.hash }, { partition, offset, eventIndex }, readers);
    const { identity, main, parts, facts } = delivery;
    const path = decoded.paths[eventIndex] ?? "";
    events.push({ identity, main, parts, facts, path, unknown: readers.findUnknown(event) });
  }
  return { text, failures: [], events };
}

/**
 * Judges a delivery by what the index knows, which learns of it; `isByOrder`: whether the latest counts. An event without a
 * sound identity is nobody's: it leaves no state.
 */
export function judge(facts: DeliveryFacts, isByOrder: boolean, { exams, firsts }: Judging): number {
  const { idHash, partition } = facts;
  if (idHash === null) return judgeFirst(unknownExam, facts).verdict;
  const known = exams.get(idHash);
  const first = firsts?.get(idHash);
  const before = first && !isByOrder ? recallBefore(first, known, partition) : known;
  const judged = isByOrder ? judgeLatest(known, facts, first) : judgeFirst(before, facts, known);
  if (judged.state !== known) exams.set(idHash, judged.state);
  return judged.verdict;
}

/** A message that is read and judged. */
export interface JudgedMessage extends Omit<MessageReading, "text"> {
  /** One for each of its events. */
  readonly verdicts: ArrayLike<number>;
  readonly readers: EventReaders;
  /** Its text, which only what is quarantined asks for. */
  readonly textOf: () => string | null;
}

/** Makes of a message's events what they add to the tables. */
export function toOutcome(message: TopicMessage, judged: JudgedMessage): EventsOutcome {
  const { failures, events, verdicts, readers, textOf } = judged;
  const gathered = createGathered();
  if (failures.length > 0) {
    gathered.counts.quarantined++;
    gathered.refusals.set("events", [...failures]);
  }
  for (const [index, event] of events.entries())
    gather(gathered, toDecision(verdicts[index] ?? 0, event, readers), event);
  const { counts, rows, warnings, refusals, crossing, late, later, unknown } = gathered;
  const quarantine: QuarantineRow[] = [];
  for (const [table, own] of refusals)
    quarantine.push(toQuarantineRow(message, textOf(), { table, failures: own }));
  return { counts, rows, warnings, crossing, late, later, unknown, isOneEach: readers.isOneEach, quarantine };
}

/** What the events of a message come to, so far. */
interface Gathered {
  readonly counts: EventCounts;
  readonly rows: Record<string, readonly object[]>;
  readonly refusals: Map<string, Failure[]>;
  warnings: readonly Warning[];
  crossing: number;
  late: number;
  later: number;
  readonly unknown: UnknownValues[];
}

function createGathered(): Gathered {
  const counts = { graded: 0, duplicates: 0, quarantined: 0 };
  const none = { warnings: [], crossing: 0, late: 0, later: 0 };
  return { counts, rows: {}, refusals: new Map(), unknown: [], ...none };
}

function gather(to: Gathered, decision: Decision, { path, unknown }: EventReading): void {
  const { grading, parts, isCrossing, isLate, isLater } = decision;
  to.counts[countName[grading.kind]]++;
  if (isCrossing) to.crossing++;
  if (isLate) to.late++;
  if (isLater) to.later++;
  for (const group of [grading, parts]) {
    if (group.kind === "refused") for (const one of group.refusals) refuse(to.refusals, one, path);
    if (group.kind !== "rows") continue;
    for (const table in group.rows) {
      const [before, rows] = [to.rows[table], group.rows[table] ?? []];
      to.rows[table] = before ? [...before, ...rows] : rows;
    }
    if (group.warnings.length > 0) to.warnings = [...to.warnings, ...group.warnings];
  }
  if (unknown.size > 0) to.unknown.push(unknown);
}

const countName = { rows: "graded", duplicate: "duplicates", refused: "quarantined" } as const;

/** Of a table there is one row, whatever number of the message's events it refuses; their paths tell them apart. */
function refuse(refusals: Map<string, Failure[]>, { table, failures }: Refusal, at: string): void {
  const own =
    at === "" ? failures : failures.map((failure) => ({ ...failure, path: joinPaths(at, failure.path) }));
  const before = refusals.get(table);
  if (before) before.push(...own);
  else refusals.set(table, [...own]);
}

/** The row of raw_data. */
export function toRawRow(message: TopicMessage, text: string | null): RawRow {
  const key = decodeText(message.key);
  return {
    topic: message.topic,
    partition: message.partition,
    offset: message.offset,
    timestamp: message.timestamp,
    key,
    key_base64: toBase64(key, message.key),
    value: text,
    value_base64: toBase64(text, message.value),
    headers: message.headers.map(toHeaderRow),
  };
}

function toHeaderRow({ key, value: bytes }: TopicMessage["headers"][number]): HeaderRow {
  const value = decodeText(bytes);
  return { key, value, value_base64: toBase64(value, bytes) };
}

function toQuarantineRow(
  message: TopicMessage,
  text: string | null,
  refusal: Pick<QuarantineRow, "table" | "failures">,
): QuarantineRow {
  const { topic, partition, offset, timestamp, value } = message;
  const value_base64 = toBase64(text, value);
  return { topic, partition, offset, timestamp, ...refusal, value: text, value_base64 };
}

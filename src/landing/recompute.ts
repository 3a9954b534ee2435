import { ServiceError } from "../base/errors";
import { canonicalJson } from "../base/json";
import { type Contract, countsLatest } from "../contract/model";
import { createExamIndex, type ExamIndex } from "../events/exam-index";
import { noteFirst } from "../events/firsts";
import { decideMessage, type Outcome, type TopicMessage } from "../events/outcomes";
import { type EventReaders, readersOf } from "../events/readers";
import type { LakeState } from "../lake/commit-file";
import { readKeptContract } from "../lake/contract-file";
import { type Lake, listParts, readLastCommit } from "../lake/lake";
import { isInOrder } from "../lake/settled";
import { readRowGroups } from "../parquet/read";
import { type LakeModel, tableIn } from "../tables/lake-model";
import type { Origin, RowOf, TableName } from "../tables/tables";
import { readRawMessages } from "./raw-messages";

/** The tables whose rows each come from one message, in the order in which they are told. */
export function messageTables({ eventTables }: LakeModel): string[] {
  return [...eventTables, "quarantine"];
}

/** The rows of a table, a row group at a time, in the order they were landed; an error names the file. */
export async function* readParts<N extends TableName>(
  lake: Lake,
  table: N,
): AsyncGenerator<{ readonly path: string; readonly rows: readonly RowOf<N>[] }> {
  yield* readEachPart(lake, table, async function* (bytes, path) {
    for await (const rows of readRowGroups(bytes, tableIn(lake.model, table))) yield { path, rows };
  });
}

/** Reads the parts of a table one after another; an error names the file. */
export async function* readEachPart<T>(
  lake: Lake,
  table: TableName,
  read: (bytes: Buffer, path: string) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  for (const { path } of await listParts(lake, table)) {
    const bytes = await lake.hdfs.read(path);
    try {
      yield* read(bytes, path);
    } catch (cause) {
      throw toPartError(table, path, cause);
    }
  }
}

/** What reading a part came to, with its file. */
export function toPartError(table: string, path: string, cause: unknown): unknown {
  if (!(cause instanceof ServiceError)) return cause;
  const advice = "something else wrote to this lake: put the file back, or land anew into another LAKE_DIR";
  return new ServiceError(`hdfs ${path}: expected a part of ${table}, received ${cause.message}; ${advice}`, {
    cause,
  });
}

/** By which contract each message is decided: one after another, each from its offsets on. */
export interface Contracts {
  readonly readersFor: (message: Origin) => EventReaders;
  /** By partition, the offset up to which all deliveries were known when those of `latest` were chosen; absent for none. */
  readonly chosenUpTo?: LakeState["offsets"] | undefined;
  /** Whether deliveries are decided in another order than the one in which they came. */
  readonly isReordered: boolean;
}

/** One contract for all messages; `state`: whether they came in their order. */
export function byOne(contract: Contract, state?: LakeState): Contracts {
  const readers = readersOf(contract);
  const isByOrder = countsLatest(contract);
  const isReordered = isByOrder ? state?.chosenUpTo !== undefined : !(state && isInOrder(state));
  return { readersFor: () => readers, isReordered, chosenUpTo: isByOrder ? state?.chosenUpTo : undefined };
}

/** What a replay decides by: of deliveries the lowest partition's first counts, or the latest of all. */
export function choosing({ contract }: LakeModel, state: LakeState): Contracts {
  const isByOrder = countsLatest(contract);
  const contracts = byOne(contract, state);
  return isByOrder ? { ...contracts, isReordered: true, chosenUpTo: undefined } : contracts;
}

/** The contracts that a lake's messages were landed by: each that it took on its way has the messages from there on. */
export async function contractsOf(lake: Lake, state: LakeState): Promise<Contracts> {
  const last = byOne(lake.model.contract, state);
  if (!state.taken) return last;
  const stretches: { readonly upTo: LakeState["offsets"]; readonly readers: EventReaders }[] = [];
  for (const { contract, upTo } of state.taken)
    stretches.push({ upTo, readers: readersOf(await readKeptContract(lake, { contract })) });
  const isWithin = (upTo: LakeState["offsets"], { partition, offset }: Origin) =>
    offset < BigInt(upTo[partition] ?? 0);
  return {
    ...last,
    readersFor: (message) =>
      stretches.find(({ upTo }) => isWithin(upTo, message))?.readers ?? last.readersFor(message),
  };
}

/**
 * Decides anew what each message of raw_data adds to the tables, as if they had come by partition, then offset; yields
 * them in the order they were landed. Default: all by the lake's contract.
 */
export async function* recomputeOutcomes(lake: Lake, contracts?: Contracts): AsyncGenerator<Outcome> {
  for await (const outcomes of recomputeGroups(lake, contracts)) yield* outcomes;
}

/** The same, some thousand messages at a time, each decided when its turn comes. */
export async function* recomputeGroups(
  lake: Lake,
  contracts?: Contracts,
  read: ReadMessages = readMessages,
): AsyncGenerator<Iterable<Outcome>> {
  const exams = createExamIndex();
  const by = contracts ?? byOne(lake.model.contract, (await readLastCommit(lake))?.state);
  const firsts = await readFirsts(lake, by, { read });
  const { chosenUpTo } = by;
  const decide = (message: TopicMessage): Outcome => {
    const isKnown = !chosenUpTo || message.offset < BigInt(chosenUpTo[message.partition] ?? 0);
    const readers = by.readersFor(message);
    const outcome = decideMessage(message, { readers, exams, firsts: isKnown ? firsts : undefined });
    return readers.contract === lake.model.contract ? outcome : withColumns(outcome, lake.model);
  };
  for await (const messages of read(lake)) yield each(messages, decide);
}

function* each<T, U>(items: Iterable<T>, make: (item: T) => U): Generator<U> {
  for (const item of items) yield make(item);
}

/** The rows of a contract before, with null in the columns that it did not have. */
function withColumns(outcome: Outcome, { tables }: LakeModel): Outcome {
  const rows = Object.entries(outcome.rows).map(([table, own]) => {
    const none = Object.fromEntries((tables[table]?.columns ?? []).map(({ name }) => [name, null]));
    return [table, own.map((row) => ({ ...none, ...row }))] as const;
  });
  return { ...outcome, rows: Object.fromEntries(rows) };
}

/** Reads which deliveries count, for all of raw_data that they are chosen from; undefined where its own order says so. */
export async function readFirsts(
  lake: Lake,
  { isReordered, readersFor, chosenUpTo }: Contracts,
  {
    signal,
    read = readMessages,
  }: { readonly signal?: AbortSignal | undefined; readonly read?: ReadMessages } = {},
): Promise<ExamIndex | undefined> {
  if (!isReordered) return undefined;
  const firsts = createExamIndex();
  for await (const messages of read(lake)) {
    signal?.throwIfAborted();
    for (const message of messages) {
      const isKnown = !chosenUpTo || message.offset < BigInt(chosenUpTo[message.partition] ?? 0);
      if (isKnown) noteFirst(message, firsts, readersFor(message));
    }
  }
  return firsts;
}

/** Reads the messages that raw_data holds, as Kafka gave them; some thousands at a time. */
export type ReadMessages = (lake: Lake) => AsyncGenerator<Iterable<TopicMessage>>;

/** Reads them in this thread. */
export async function* readMessages(lake: Lake): AsyncGenerator<readonly TopicMessage[]> {
  yield* readEachPart(lake, "raw_data", (bytes) => readRawMessages(bytes, lake.model));
}

/** The rows that a message adds to one table. */
export function rowsFor({ rows, quarantine }: Outcome, table: string): readonly object[] {
  return table === "quarantine" ? quarantine : (rows[table] ?? []);
}

/** A message's place within its topic; a row that does not say it is told by its contents. */
export function keyOf(row: object): string {
  const { partition, offset } = row as Partial<Origin>;
  return typeof offset === "bigint" ? `${partition}@${offset}` : canonicalJson(row);
}

import { ServiceError } from "../base/errors";
import { toBytes } from "../events/decode";
import { createExamIndex, type ExamIndex } from "../events/exam-index";
import { noteFirst } from "../events/firsts";
import type { GradeValues } from "../events/grades";
import { decideOutcome, type Outcome, type TopicMessage } from "../events/outcomes";
import type { Schema } from "../events/schema";
import { type Lake, listParts, readLastCommit } from "../lake/lake";
import { isInOrder } from "../lake/settled";
import { readRowGroups } from "../parquet/read";
import { type Origin, type RawRow, type RowOf, type TableName, tables } from "../tables/tables";

/** The tables whose rows each come from one message. */
export type MessageTable = "questions_pool_data" | "grades_ID" | "quarantine";

/** The rows of a table, a row group at a time, in the order they were landed; an error names the file. */
export async function* readParts<N extends TableName>(
  lake: Lake,
  table: N,
): AsyncGenerator<{ readonly path: string; readonly rows: readonly RowOf<N>[] }> {
  for (const { path } of await listParts(lake, table)) {
    const bytes = await lake.hdfs.read(path);
    try {
      for await (const rows of readRowGroups(bytes, tables[table])) yield { path, rows };
    } catch (cause) {
      if (!(cause instanceof ServiceError)) throw cause;
      const advice =
        "something else wrote to this lake: put the file back, or land anew into another LAKE_DIR";
      throw new ServiceError(
        `hdfs ${path}: expected a part of ${table}, received ${cause.message}; ${advice}`,
        { cause },
      );
    }
  }
}

/**
 * Decides anew what each message of raw_data adds to the tables, as if they had come by partition, then offset; yields
 * them in the order they were landed.
 */
export async function* recomputeOutcomes(lake: Lake, schema?: Schema<GradeValues>): AsyncGenerator<Outcome> {
  const exams = createExamIndex();
  const firsts = await readFirsts(lake, schema);
  for await (const messages of readMessages(lake)) {
    for (const message of messages) yield decideOutcome(message, exams, schema, firsts);
  }
}

/** Reads which deliveries count, for all of raw_data; undefined where its own order says so. */
export async function readFirsts(
  lake: Lake,
  schema?: Schema<GradeValues>,
  signal?: AbortSignal,
): Promise<ExamIndex | undefined> {
  const last = await readLastCommit(lake);
  if (last && isInOrder(last.state)) return undefined;
  const firsts = createExamIndex();
  for await (const messages of readMessages(lake)) {
    signal?.throwIfAborted();
    for (const message of messages) noteFirst(message, firsts, schema);
  }
  return firsts;
}

/** The messages that raw_data holds, as Kafka gave them; some thousands at a time. */
export async function* readMessages(lake: Lake): AsyncGenerator<readonly TopicMessage[]> {
  for await (const { rows } of readParts(lake, "raw_data")) yield rows.map(toTopicMessage);
}

function toTopicMessage({ topic, partition, offset, timestamp, ...row }: RawRow): TopicMessage {
  return {
    topic,
    partition,
    offset,
    timestamp,
    key: toBytes(row.key, row.key_base64),
    value: toBytes(row.value, row.value_base64),
    headers: row.headers.map(({ key, value, value_base64 }) => ({
      key,
      value: toBytes(value, value_base64),
    })),
  };
}

/** The rows that a message adds to one table. */
export function rowsFor<N extends MessageTable>(outcome: Outcome, table: N): readonly RowOf<N>[];
export function rowsFor({ questions, grade, quarantine }: Outcome, table: MessageTable): readonly Origin[] {
  if (table === "grades_ID") return grade ? [grade] : [];
  return table === "quarantine" ? quarantine : questions;
}

/** A message's place within its topic. */
export function keyOf({ partition, offset }: Origin): string {
  return `${partition}@${offset}`;
}

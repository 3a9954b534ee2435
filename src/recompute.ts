import { ServiceError } from "./errors";
import { createExamIndex } from "./exam-index";
import { type Lake, listParts } from "./lake";
import { decideOutcome, type Outcome } from "./outcomes";
import { readParquet } from "./parquet";
import { type Origin, type RawRow, type RowOf, type TableName, tables } from "./tables";

/** The tables whose rows each come from one message. */
export type MessageTable = "questions_pool_data" | "grades_ID" | "quarantine";

/** The rows of a table, a file at a time, in the order they were landed; an error names the file. */
export async function* readParts<N extends TableName>(
  lake: Lake,
  table: N,
): AsyncGenerator<{ readonly path: string; readonly rows: readonly RowOf<N>[] }> {
  for (const { path } of await listParts(lake, table)) {
    const bytes = await lake.hdfs.read(path);
    const rows = await readParquet(bytes, tables[table]).catch((cause: Error) => {
      const advice =
        "something else wrote to this lake: put the file back, or land anew into another LAKE_DIR";
      throw new ServiceError(
        `hdfs ${path}: expected a part of ${table}, received ${cause.message}; ${advice}`,
        {
          cause,
        },
      );
    });
    yield { path, rows };
  }
}

/** Decides anew what each message of raw_data adds to the tables, in the order they were landed. */
export async function* recomputeOutcomes(lake: Lake): AsyncGenerator<Outcome> {
  const exams = createExamIndex();
  const undecodable = await readUndecodable(lake);
  for await (const { rows } of readParts(lake, "raw_data")) {
    for (const row of rows) yield decideOutcome(toMessage(row, undecodable), exams);
  }
}

/** The rows that a message adds to one table. */
export function rowsFor<N extends MessageTable>(outcome: Outcome, table: N): readonly RowOf<N>[];
export function rowsFor({ questions, grade, quarantine }: Outcome, table: MessageTable): readonly Origin[] {
  if (table === "grades_ID") return grade ? [grade] : [];
  return table === "quarantine" ? quarantine : questions;
}

/** The bytes that raw_data can't hold, by partition and offset: those that are not UTF-8 stand in quarantine. */
async function readUndecodable(lake: Lake): Promise<Map<string, Buffer>> {
  const bytes = new Map<string, Buffer>();
  for await (const { rows } of readParts(lake, "quarantine")) {
    for (const row of rows) {
      if (row.value_base64 !== null) bytes.set(keyOf(row), Buffer.from(row.value_base64, "base64"));
    }
  }
  return bytes;
}

function toMessage(row: RawRow, undecodable: ReadonlyMap<string, Buffer>) {
  const value = row.value === null ? (undecodable.get(keyOf(row)) ?? null) : Buffer.from(row.value);
  return { ...row, key: row.key === null ? null : Buffer.from(row.key), value };
}

/** A message's place within its topic. */
export function keyOf({ partition, offset }: Origin): string {
  return `${partition}@${offset}`;
}

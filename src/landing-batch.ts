import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type CommittedFile, type Counts, type LakeState, toPartNumber } from "./commits";
import { addScore, type CourseSums, toCourseRow } from "./courses";
import type { ExamIndex } from "./exam-index";
import type { GradeRecord } from "./grades";
import type { Lake } from "./lake";
import { decideOutcome, fingerprintSchemas, type Outcome } from "./outcomes";
import { createTableFile, type ParquetFile } from "./parquet";
import { maxTimestampMs } from "./parquet-values";
import type { Schema } from "./schema";
import type { MessageBatch } from "./stream";
import { type RowOf, type TableName, tables } from "./tables";

/** Messages on their way into one commit: their rows in local files, their sums in memory. */
export interface LandingBatch {
  readonly messageCount: () => number;
  /** Whether it passes any offset: also those of transaction markers, which hold no message. */
  readonly hasAdvanced: () => boolean;
  /** Bytes of the messages' values. */
  readonly valueBytes: () => number;
  /** Adds the messages of one partition, in the order of their offsets. */
  readonly add: (messages: MessageBatch) => Promise<void>;
  /** Writes the batch's files under `_tmp` and says what the lake is once they count. */
  readonly stage: () => Promise<StagedBatch>;
  /** Removes the local files of a batch that is not to be staged. */
  readonly discard: () => Promise<void>;
}

/** Files that are written out of sight. */
export interface StagedBatch {
  readonly state: LakeState;
  /** The files as the commit with this number is to publish them. */
  readonly toFiles: (number: number) => CommittedFile[];
}

/** What a batch builds on. */
export interface BatchPlan {
  readonly lake: Lake;
  /** The lander; names the folder under `_tmp`. */
  readonly run: string;
  readonly state: LakeState;
  readonly exams: ExamIndex;
  /** Local folder for the files before they are uploaded. */
  readonly spool: string;
  /** The schema that grades are held to; default the project's. */
  readonly schema?: Schema<GradeRecord> | undefined;
  /** Whether raw_data is left as it is, since the messages come from there. */
  readonly isReplay?: boolean;
}

type LandedTable = Exclude<TableName, "course_ID">;

/** Starts a batch. The exam index changes as messages are added: a batch that fails ends the landing. */
export function openBatch(plan: BatchPlan): LandingBatch {
  const { topic } = plan.state;
  // names of this batch alone: what a commit is to publish must not be written over by what is staged for the next
  const tag = randomBytes(4).toString("hex");
  const files = new Map<TableName, ParquetFile<TableName>>();
  const counts = { consumed: 0, graded: 0, duplicates: 0, quarantined: 0 };
  const offsets: Record<string, string> = { ...plan.state.offsets };
  const courses: Record<string, CourseSums> = Object.assign(Object.create(null), plan.state.courses);
  let valueBytes = 0;

  async function append<N extends TableName>(table: N, rows: readonly RowOf<N>[]): Promise<void> {
    const file = files.get(table) ?? (await createTableFile(join(plan.spool, `${table}.parquet`), table));
    files.set(table, file as ParquetFile<TableName>);
    await file.append(rows);
  }

  async function add(batch: MessageBatch): Promise<void> {
    const outcomes = batch.messages.map((message) => {
      valueBytes += message.value?.length ?? 0;
      const timestamp = toStorableMs(message.timestamp);
      return decideOutcome(
        { ...message, timestamp, topic, partition: batch.partition },
        plan.exams,
        plan.schema,
      );
    });
    for (const outcome of outcomes) count(outcome);
    offsets[batch.partition] = batch.nextOffset.toString();
    const rows: { readonly [N in LandedTable]: readonly RowOf<N>[] } = {
      raw_data: outcomes.map((outcome) => outcome.raw),
      questions_pool_data: outcomes.flatMap((outcome) => outcome.questions),
      grades_ID: outcomes.flatMap((outcome) => outcome.grade ?? []),
      quarantine: outcomes.flatMap((outcome) => outcome.quarantine),
    };
    for (const table of Object.keys(rows) as LandedTable[]) {
      if (plan.isReplay && table === "raw_data") continue;
      if (rows[table].length > 0) await append(table, rows[table]);
    }
  }

  function count({ kind, grade }: Outcome): void {
    counts.consumed++;
    counts[kind === "duplicate" ? "duplicates" : kind]++;
    if (grade) courses[grade.exam_name] = addScore(courses[grade.exam_name], grade.score, grade.started_at);
  }

  async function stage() {
    await addMissingTables();
    const courseRows = Object.entries(courses).map(([name, sums]) => toCourseRow(name, sums));
    await append(
      "course_ID",
      courseRows.sort((a, b) => (a.exam_name < b.exam_name ? -1 : 1)),
    );
    const staged: StagedFile[] = [];
    for (const [table, file] of files) staged.push(await upload(table, await file.close()));
    staged.push(await uploadIndex());
    const rowCounts = { ...plan.state.rowCounts };
    for (const { table, rowCount } of staged) {
      if (table !== "index") rowCounts[table] = rowCount + (table === "course_ID" ? 0 : rowCounts[table]);
    }
    const isFirst = plan.state.counts.consumed === 0;
    const schema = isFirst ? fingerprintSchemas(plan.schema) : plan.state.schema;
    const state: LakeState = {
      ...plan.state,
      offsets,
      counts: addCounts(plan.state.counts, counts),
      rowCounts,
      courses,
      ...(schema ? { schema } : {}),
    };
    return {
      state,
      toFiles: (number: number) => staged.map((file) => ({ ...file, path: toPath(file.table, number) })),
    };
  }

  /** All tables exist from the first commit: one without rows is one file without rows. */
  async function addMissingTables(): Promise<void> {
    if (plan.isReplay || plan.state.rowCounts.raw_data > 0) return;
    for (const table of Object.keys(tables) as TableName[]) {
      const parts = await plan.lake.hdfs.list(plan.lake.at(table));
      if (parts.length === 0) await append(table, []);
    }
  }

  async function upload(table: TableName, file: { rowCount: number; bytes: number }): Promise<StagedFile> {
    const staged = `_tmp/${plan.run}/${table}-${tag}.parquet`;
    await plan.lake.hdfs.write(plan.lake.at(staged), { file: join(plan.spool, `${table}.parquet`) });
    return { table, staged, rowCount: file.rowCount, bytes: file.bytes };
  }

  async function uploadIndex(): Promise<StagedFile> {
    const changes = plan.exams.changes();
    const staged = `_tmp/${plan.run}/index-${tag}`;
    await plan.lake.hdfs.write(plan.lake.at(staged), changes);
    return { table: "index", staged, rowCount: 0, bytes: changes.length };
  }

  return {
    messageCount: () => counts.consumed,
    hasAdvanced: () =>
      Object.keys(offsets).some((partition) => offsets[partition] !== plan.state.offsets[partition]),
    valueBytes: () => valueBytes,
    add,
    stage,
    discard: async () => {
      for (const file of files.values()) await file.discard();
    },
  };
}

type StagedFile = Omit<CommittedFile, "path"> & { readonly table: TableName | "index" };

/** Final path of a file, relative to the lake: its name sorts by the number of its commit. */
function toPath(table: TableName | "index", number: number): string {
  if (table === "index") return `_index/${toPartNumber(number)}`;
  return `${table}/part-${toPartNumber(table === "course_ID" ? 0 : number)}.parquet`;
}

/** A producer may stamp a message with any 64-bit number; readers know times up to 275,760 years from 1970. */
function toStorableMs(timestamp: bigint): bigint {
  const most = BigInt(maxTimestampMs);
  if (timestamp > most) return most;
  return timestamp < -most ? -most : timestamp;
}

function addCounts(a: Counts, b: Counts): Counts {
  return {
    consumed: a.consumed + b.consumed,
    graded: a.graded + b.graded,
    duplicates: a.duplicates + b.duplicates,
    quarantined: a.quarantined + b.quarantined,
  };
}

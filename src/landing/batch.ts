import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ExamIndex } from "../events/exam-index";
import type { MessageBatch } from "../kafka/message";
import { openStaging } from "../lake/access";
import type { LakeState } from "../lake/commit-file";
import type { Gap } from "../lake/gaps";
import type { Lake } from "../lake/lake";
import { type StagedFile, stageEntries, stageFile } from "../lake/staging";
import { maxTimestampMs } from "../parquet/values";
import { createMergedFile, type MergedFile } from "../parquet/write";
import { tableIn, tableNames } from "../tables/lake-model";
import type { ChunkOutcome } from "./chunk";
import type { MessagePacker } from "./chunk-wire";
import type { Decider } from "./decider";
import type { Refusals } from "./refusals";
import { createTally, type Tally } from "./tally";

/** A chunk ends with the message that brings it to so many, or its values to so many bytes. */
const chunkMessages = 5_000;
const chunkBytes = 8 * 2 ** 20;

/** A batch to which nothing is added any more: its rows lie in local files. */
export interface EndedBatch {
  /** What the lake is once they count. */
  readonly state: LakeState;
  /** Writes the batch's files under `_tmp`, out of sight; the local ones go. */
  readonly stage: () => Promise<readonly StagedFile[]>;
}

/** What a batch builds on. */
export interface BatchPlan {
  readonly lake: Lake;
  /** The lander; names the folder under `_tmp`. */
  readonly run: string;
  readonly state: LakeState;
  readonly exams: ExamIndex;
  /** What decides the messages. */
  readonly decider: Decider;
  /** Which deliveries count, where the messages come in another order than that of partitions, then offsets. */
  readonly firsts?: ExamIndex | undefined;
  /** Local folder for the files before they are uploaded. */
  readonly spool: string;
  /** Counts what is refused, over all batches of a run. */
  readonly refusals?: Refusals | undefined;
  /** Whether raw_data is left as it is, since the messages come from there. */
  readonly isReplay?: boolean | undefined;
}

/** A table's local file once it is written to its end. */
interface ClosedFile {
  readonly table: string;
  readonly rowCount: number;
  readonly bytes: number;
}

/**
 * Messages on their way into one commit: their rows in local files, their sums in memory. The exam index changes as
 * messages are added, so a batch that fails ends the landing.
 */
export class LandingBatch {
  readonly #plan: BatchPlan;
  /** In the names of this batch's files alone: what a commit places must not be written over by the next one. */
  readonly #tag = randomBytes(4).toString("hex");
  readonly #files = new Map<string, MergedFile>();
  readonly #tally: Tally;
  /** Messages that no chunk holds yet. */
  #gathered: MessagePacker | undefined;
  /** Chunks that are being decided, in the order of their messages. */
  readonly #underWay: Promise<ChunkOutcome>[] = [];
  #messageCount = 0;
  #valueBytes = 0;

  constructor(plan: BatchPlan) {
    const { lake, run, state, exams, decider, firsts, spool, refusals, isReplay } = plan;
    this.#plan = { lake, run, state, exams, decider, firsts, spool, refusals, isReplay }; // not the batch before it
    this.#tally = createTally(plan.state, plan.lake.model);
  }

  /** What the lake is before it. */
  get before(): LakeState {
    return this.#plan.state;
  }

  messageCount(): number {
    return this.#messageCount;
  }

  /** Bytes of the messages' values. */
  valueBytes(): number {
    return this.#valueBytes;
  }

  /** Whether it passes any offset: also those of transaction markers, which hold no message. */
  hasAdvanced(): boolean {
    return this.#tally.hasAdvanced();
  }

  /** Passes offsets that are gone; the commit keeps them on record. */
  skip(gap: Gap): void {
    this.#tally.skip(gap);
  }

  /** Has partitions that nothing has been landed of begin at their earliest offsets; the commit keeps them on record. */
  begin(ranges: readonly { readonly partition: number; readonly low: bigint }[]): void {
    for (const { partition, low } of ranges) this.#tally.begin(partition, low);
  }

  /** By partition: the offset that is to come next. */
  offsets(): LakeState["offsets"] {
    return this.#tally.offsets();
  }

  /** Adds the messages of one partition, in the order of their offsets. */
  async add({ partition, nextOffset, messages }: MessageBatch): Promise<void> {
    const { topic } = this.#plan.state;
    for (const { timestamp, offset, key, value, headers } of messages) {
      const gathered = this.#gathered ?? this.#plan.decider.pack();
      this.#gathered = gathered;
      gathered.add({ topic, partition, offset, timestamp: toStorableMs(timestamp), key, value, headers });
      this.#valueBytes += value?.length ?? 0;
      this.#messageCount++;
      if (gathered.length >= chunkMessages || gathered.valueBytes >= chunkBytes) await this.#send();
    }
    this.#tally.moveTo(partition, nextOffset);
  }

  /** Has what is gathered decided; waits where that is far behind. */
  async #send(): Promise<void> {
    const { decider, exams, firsts, isReplay = false } = this.#plan;
    const gathered = this.#gathered;
    if (!gathered) return;
    this.#gathered = undefined;
    const deciding = decider.decide(gathered.end(), { exams, firsts, isReplay });
    deciding.catch(() => undefined); // thrown once its turn comes
    this.#underWay.push(deciding);
    while (this.#underWay.length > decider.chunksAhead()) await this.#takeNext();
  }

  /** What a chunk comes to is told, written and forgotten together. */
  async #takeNext(): Promise<void> {
    const outcome = await this.#underWay.shift();
    if (!outcome) return;
    const { tables, tallied, refused } = outcome;
    this.#tally.merge(tallied);
    this.#plan.refusals?.merge(refused);
    for (const [table, part] of Object.entries(tables)) {
      const file = await this.#begin(table);
      await ("file" in part ? file.appendGroups(part.file) : file.append(part.rows));
    }
  }

  /** Writes the batch's local files to their ends, and marks in the index what it has learnt so far. */
  async end(): Promise<EndedBatch> {
    await this.#send();
    while (this.#underWay.length > 0) await this.#takeNext();
    await this.#addMissingTables();
    for (const [table, rows] of Object.entries(this.#tally.summaryRows())) {
      await this.#begin(table);
      await this.#append(table, rows);
    }
    const closing = [...this.#files].map(async ([table, file]) => ({ table, ...(await file.close()) }));
    const closed = await Promise.all(closing);
    const { exams } = this.#plan;
    const learnt = exams.changes();
    exams.mark();
    const state = this.#tally.toState(closed);
    return { state, stage: () => this.#uploadAll(closed, learnt) };
  }

  /** A commit waits for the slowest of its uploads alone. */
  async #uploadAll(closed: readonly ClosedFile[], learnt: Buffer): Promise<StagedFile[]> {
    const files = await Promise.all([...closed.map((file) => this.#upload(file)), this.#uploadIndex(learnt)]);
    for (const { table } of closed) await rm(this.#pathOf(table), { force: true });
    return files;
  }

  /** Removes the local files of a batch that is not to be staged. */
  async discard(): Promise<void> {
    for (const file of this.#files.values()) await file.discard();
  }

  async #append(table: string, rows: readonly object[]): Promise<void> {
    if (rows.length > 0) await (await this.#begin(table)).append(rows);
  }

  async #begin(table: string): Promise<MergedFile> {
    const create = () => createMergedFile(this.#pathOf(table), tableIn(this.#plan.lake.model, table));
    const file = this.#files.get(table) ?? (await create());
    this.#files.set(table, file);
    return file;
  }

  /** All tables exist from the first commit: one without rows is one file without rows. */
  async #addMissingTables(): Promise<void> {
    const { lake, state, isReplay } = this.#plan;
    if (isReplay) return;
    const isFirst = (state.rowCounts.raw_data ?? 0) === 0;
    for (const table of tableNames(lake.model).filter(
      (name) => isFirst || state.rowCounts[name] === undefined,
    )) {
      const parts = await lake.hdfs.list(lake.at(table));
      if (parts.length === 0) await this.#begin(table);
    }
  }

  async #upload(file: ClosedFile): Promise<StagedFile> {
    const { lake, run } = this.#plan;
    const { table } = file;
    const folder = await openStaging(lake, table, `_tmp/${run}/${table}`);
    const staged = `${folder.path}/${table}-${this.#tag}.parquet`;
    return stageFile(lake, { ...file, path: this.#pathOf(table), staged, mode: folder.mode });
  }

  async #uploadIndex(learnt: Buffer): Promise<StagedFile> {
    const { lake, run } = this.#plan;
    const folder = await openStaging(lake, "_index", `_tmp/${run}/_index`);
    return stageEntries(lake, `${folder.path}/index-${this.#tag}`, learnt, folder.mode);
  }

  /** The local file of a table; the next batch may be under way while those of the one before are uploaded. */
  #pathOf(table: string): string {
    return join(this.#plan.spool, `${table}-${this.#tag}.parquet`);
  }
}

const mostMs = BigInt(maxTimestampMs);

/** A producer may stamp a message with any 64-bit number; readers know times up to 275,760 years from 1970. */
function toStorableMs(timestamp: bigint | null): bigint | null {
  if (timestamp === null) return null;
  if (timestamp > mostMs) return mostMs;
  return timestamp < -mostMs ? -mostMs : timestamp;
}

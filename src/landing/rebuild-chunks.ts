import type { ExamIndex } from "../events/exam-index";
import type { TopicMessage } from "../events/outcomes";
import type { MessageBatch } from "../kafka/message";
import type { PartFile } from "../lake/catalogue";
import { type LakeState, toPartNumber } from "../lake/commit-file";
import type { StagedFile } from "../lake/staging";
import { type EndedBatch, LandingBatch } from "./batch";
import { isFull } from "./batch-size";
import type { Landing } from "./hold";
import { Refusals } from "./refusals";

/** What is staged of rebuilt tables. */
export interface Rebuilt {
  readonly exams: ExamIndex;
  readonly summaries: readonly StagedFile[];
  /** By table, in the order of the messages. */
  readonly parts: Readonly<Record<string, PartFile[]>>;
}

export interface ChunksPlan extends Pick<Rebuilt, "exams" | "parts"> {
  readonly firsts: ExamIndex | undefined;
  readonly state: LakeState;
}

/** Decides messages anew, a chunk at a time; its files go up while the next one is decided. */
export class Chunks {
  readonly #landing: Landing;
  readonly #plan: ChunksPlan;
  readonly #refusals = new Refusals();
  #batch: LandingBatch;
  #placing: Promise<void> = Promise.resolve();
  #number = 0;
  /** Of the last chunk that is placed. */
  summaries: Rebuilt["summaries"] = [];

  constructor(landing: Landing, plan: ChunksPlan) {
    this.#landing = landing;
    this.#plan = plan;
    this.#batch = this.#open(plan.state);
  }

  /** What the lake is by the chunks that have ended. */
  get state(): LakeState {
    return this.#batch.before;
  }

  messageCount(): number {
    return this.state.counts.consumed + this.#batch.messageCount();
  }

  async add(messages: readonly TopicMessage[]): Promise<void> {
    for (const batch of toBatches(messages)) await this.#batch.add(batch);
    if (isFull(this.#batch)) await this.#endChunk();
  }

  /** Waits until all is placed; there is one chunk at least. */
  async end(): Promise<void> {
    if (this.#number === 0 || this.#batch.messageCount() > 0) await this.#endChunk();
    await this.#placing;
  }

  /** Ends what is under way, and removes the local files of a chunk that is not to be staged. */
  async close(): Promise<void> {
    await this.#placing.catch(() => undefined);
    await this.#batch.discard();
  }

  #open(state: LakeState): LandingBatch {
    const { exams, firsts } = this.#plan;
    return new LandingBatch({
      ...this.#landing,
      exams,
      firsts,
      refusals: this.#refusals,
      state,
      isReplay: true,
    });
  }

  async #endChunk(): Promise<void> {
    await this.#placing;
    const ended = await this.#batch.end();
    this.#batch = this.#open(ended.state);
    this.#placing = this.#place(ended, ++this.#number);
    this.#placing.catch(() => undefined); // thrown once it is waited for
  }

  async #place(ended: EndedBatch, number: number): Promise<void> {
    const { parts } = this.#plan;
    this.summaries = await placeChunk(this.#landing, { files: await ended.stage(), number, parts });
  }
}

/** Neighbours of one partition, as a consumer would have brought them. */
function* toBatches(messages: readonly TopicMessage[]): Generator<MessageBatch> {
  for (let start = 0; start < messages.length; ) {
    const first = messages[start] as TopicMessage;
    let end = start;
    while (messages[end]?.partition === first.partition) end++;
    const run = messages.slice(start, end).map(toMessage);
    yield {
      partition: first.partition,
      firstOffset: first.offset,
      nextOffset: (run.at(-1)?.offset ?? 0n) + 1n,
      messages: run,
    };
    start = end;
  }
}

function toMessage({ timestamp, ...message }: TopicMessage): MessageBatch["messages"][number] {
  return { ...message, timestamp: timestamp === null ? null : BigInt(timestamp) };
}

interface Chunk {
  readonly files: readonly StagedFile[];
  readonly number: number;
  readonly parts: Rebuilt["parts"];
}

/** Moves a chunk's files into the staged directories and notes them; returns those of summaries, which stay where they are. */
async function placeChunk(
  { lake, run, last }: Landing,
  { files, number, parts }: Chunk,
): Promise<Rebuilt["summaries"]> {
  const base = `${toPartNumber(last.number)}-${String(number).padStart(6, "0")}`;
  for (const file of files) {
    const { table, bytes } = file;
    if (table === "raw_data" || lake.model.summaries.includes(table)) continue;
    const directory = table === "index" ? "_index" : table;
    const name = table === "index" ? base : `part-${base}.parquet`;
    await lake.hdfs.rename(lake.at(file.staged), lake.at(`_tmp/${run}/new-${directory}/${name}`));
    parts[table]?.push({ path: `${table}/${name}`, bytes });
  }
  return files.filter(({ table }) => lake.model.summaries.includes(table));
}

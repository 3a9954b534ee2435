import { availableParallelism } from "node:os";
import { ServiceError, UserActivityError } from "../base/errors";
import { countsLatest } from "../contract/model";
import type { DeliveryFacts } from "../events/attempts";
import { type Judging, judge } from "../events/outcomes";
import type { LakeModel } from "../tables/lake-model";
import { type ChunkOutcome, type ChunkPlan, decideChunk } from "./chunk";
import { MessagePacker, type PackedMessages, PackedReader } from "./chunk-wire";
import { ChunkThread, type EndedChunk } from "./threads";

/** Decides chunks of messages, in the order of the calls, one behind another or in several threads: the same rows. */
export interface Decider {
  /**
   * What a chunk comes to. Its messages are judged behind those of the calls before, by an index that is to be left alone
   * meanwhile. Throws ServiceError, and then for all that come behind, too.
   */
  decide(messages: PackedMessages, by: DecideBy): Promise<ChunkOutcome>;
  /** Begins to pack the messages of a chunk, where there is some in the memory of one that is decided. */
  pack(): MessagePacker;
  /** How many chunks may be under way before one is to be waited for. */
  chunksAhead(): number;
  /** Whether threads decide, so that this one is free meanwhile. */
  isBeside(): boolean;
  /** Says how many messages are to come: where that is worth it, threads are started. */
  expect(messages: number): void;
  /** Ends the threads, whatever they are at. */
  close(): Promise<void>;
}

/** What a chunk is decided by, beside the lake's tables. */
export interface DecideBy extends Judging, Pick<ChunkPlan, "isReplay"> {}

export interface DeciderOptions {
  /**
   * So many threads beside the one that calls; 0 for none. Default: where many messages are expected, one for each core,
   * four at most.
   */
  readonly threads?: number | undefined;
}

/** Below that, threads take longer to get going than they save. */
const leastMessages = 50_000;
const mostThreads = 4;

/** Creates a decider; it starts no thread before there is something to decide. */
export function createDecider(model: LakeModel, { threads }: DeciderOptions = {}): Decider {
  let started: ChunkThread[] = [];
  let next = 0;
  /** Those of chunks that are decided: new memory of that size has V8 look through the heap time and again. */
  const memories: ArrayBuffer[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  /** Begins work once what was begun before is done. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done;
    done.catch(() => undefined); // thrown to whoever waits for it
    return done;
  };
  const decideHere = async (packed: PackedMessages, { isReplay, ...judging }: DecideBy) => {
    const messages = new PackedReader(packed).all();
    const decide = async () => [decideChunk(messages, { model, isReplay }, judging)];
    const [outcome] = await inTurn(decide); // its end is not waited for
    return { outcome: await (outcome as Promise<ChunkOutcome>), memory: packed.bytes.buffer };
  };
  const decideBeside = async (thread: ChunkThread, packed: PackedMessages, by: DecideBy) => {
    const reading = thread.read(packed, by);
    reading.catch(() => undefined);
    const verdicts = await inTurn(async () => judgeAll(await reading, model, by));
    return thread.end(verdicts);
  };
  const start = (length: number) => {
    if (started.length === 0) started = Array.from({ length }, () => new ChunkThread(model.contract));
  };
  return {
    pack: () => new MessagePacker(memories.pop()),
    decide: async (packed, by) => {
      if (threads !== undefined) start(threads);
      const thread = started[next++ % started.length];
      try {
        const ended: EndedChunk = await (thread ? decideBeside(thread, packed, by) : decideHere(packed, by));
        memories.push(ended.memory);
        return ended.outcome;
      } catch (error) {
        throw explain(error);
      }
    },
    chunksAhead: () => (started.length === 0 ? 1 : 2 * started.length),
    isBeside: () => (threads ?? started.length) > 0,
    expect: (messages) => {
      if (threads === undefined && messages >= leastMessages) start(coreThreads());
    },
    close: async () => {
      await Promise.all(started.map((thread) => thread.close()));
    },
  };
}

function judgeAll(facts: readonly DeliveryFacts[], { contract }: LakeModel, judging: Judging): Uint8Array {
  const isByOrder = countsLatest(contract);
  const verdicts = new Uint8Array(facts.length);
  for (let index = 0; index < facts.length; index++)
    verdicts[index] = judge(facts[index] as DeliveryFacts, isByOrder, judging);
  return verdicts;
}

function coreThreads(): number {
  const cores = availableParallelism();
  return cores === 1 ? 0 : Math.min(cores, mostThreads);
}

/** As many threads as work beside a main one that works as well. */
export function spareCores(): number {
  return Math.min(availableParallelism() - 1, mostThreads);
}

function explain(cause: unknown): Error {
  if (cause instanceof UserActivityError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause); // parquetjs-lite throws strings
  return new ServiceError(`the rows of a batch can't be written: ${reason}`, { cause });
}

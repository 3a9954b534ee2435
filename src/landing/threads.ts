import { join } from "node:path";
import { type TransferListItem, Worker } from "node:worker_threads";
import { ServiceError } from "../base/errors";
import type { Contract } from "../contract/model";
import type { DeliveryFacts } from "../events/attempts";
import type { BagSums } from "./bags";
import type { ChunkOutcome, ChunkPlan } from "./chunk";
import { type PackedMessages, unpackFacts } from "./chunk-wire";

/**
 * What a thread is told: messages to read, what becomes of the events that it has read, a file whose rows to sum up, to hand
 * over the messages of a file of raw_data, and without a file more of the last one, in memory that is free again.
 */
export type ToThread =
  | { readonly kind: "sum"; readonly table: string; readonly file: Uint8Array }
  | { readonly kind: "messages"; readonly file?: Uint8Array; readonly memory?: ArrayBuffer | undefined }
  | { readonly kind: "read"; readonly packed: PackedMessages; readonly isReplay: boolean }
  | { readonly kind: "judged"; readonly verdicts: Uint8Array };

/** What it answers to each, in the order in which it was told. */
export type FromThread =
  | { readonly kind: "facts"; readonly facts: Uint8Array }
  | { readonly kind: "ended"; readonly chunk: EndedChunk }
  | { readonly kind: "sums"; readonly sums: BagSums }
  | { readonly kind: "messages"; readonly packed: PackedMessages | undefined }
  | Unread
  | { readonly kind: "failure"; readonly message: string };

/** A chunk that is decided, and the memory that its messages were packed in. */
export interface EndedChunk {
  readonly outcome: ChunkOutcome;
  readonly memory: ArrayBuffer;
}

/** A file that can't be read: what was asked for it, and why. */
interface Unread {
  readonly kind: "unread";
  readonly of: "sum" | "messages";
  readonly message: string;
  readonly isService: boolean;
}

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** As much as Node 20 takes by itself: later ones take more, and are hardly faster by it. */
const usualYoungMb = 48;

/** A thread that reads chunks and makes of them what they come to. */
export class ChunkThread {
  readonly #worker: Worker;
  readonly #facts: Waiting<readonly DeliveryFacts[]>[] = [];
  readonly #ended: Waiting<EndedChunk>[] = [];
  readonly #sums: Waiting<BagSums>[] = [];
  readonly #messages: Waiting<PackedMessages | undefined>[] = [];
  #failure: Error | undefined;

  /** Starts it, to decide by a contract. `youngMb`: of its memory, so much for what is new. */
  constructor(contract: Contract, { youngMb = usualYoungMb }: { readonly youngMb?: number } = {}) {
    const resourceLimits = { maxYoungGenerationSizeMb: youngMb };
    this.#worker = new Worker(join(__dirname, "thread-program.js"), { workerData: contract, resourceLimits });
    this.#worker.on("message", (message: FromThread) => this.#take(message));
    this.#worker.on("error", (error: Error) => this.#fail(toThreadError(error)));
    this.#worker.on("exit", (code) =>
      this.#fail(new ServiceError(`${ended} (exit code ${code}); ${advice}`)),
    );
  }

  /** Has it read messages, whose memory it takes over. */
  read(packed: PackedMessages, { isReplay }: Pick<ChunkPlan, "isReplay">): Promise<readonly DeliveryFacts[]> {
    return this.#ask(this.#facts, { kind: "read", packed, isReplay }, [packed.bytes.buffer]);
  }

  /** Has it end the chunk that it has read first of those that are not ended. */
  end(verdicts: Uint8Array): Promise<EndedChunk> {
    return this.#ask(this.#ended, { kind: "judged", verdicts });
  }

  /** Has it sum up the rows of a table's file, whose bytes it takes over. Throws ServiceError for what is no such file. */
  sum(table: string, file: Uint8Array): Promise<BagSums> {
    const own = new Uint8Array(file); // which may share its memory with others
    return this.#ask(this.#sums, { kind: "sum", table, file: own }, [own.buffer]);
  }

  /**
   * Has it read the messages of a file of raw_data, whose bytes it takes over, a row group at a time and one ahead; each is
   * to be done with when the next is asked for. Throws ServiceError for what is no such file.
   */
  async *messages(file: Uint8Array): AsyncGenerator<PackedMessages> {
    const own = new Uint8Array(file);
    const more = (memory?: ArrayBuffer) => {
      const asked = this.#ask(this.#messages, { kind: "messages", memory }, memory ? [memory] : []);
      asked.catch(() => undefined); // thrown once its turn comes
      return asked;
    };
    let packed = await this.#ask(this.#messages, { kind: "messages", file: own }, [own.buffer]);
    let next = more();
    while (packed) {
      yield packed;
      const { buffer } = packed.bytes;
      packed = await next;
      next = more(buffer);
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask<T>(to: Waiting<T>[], message: ToThread, transfer: readonly TransferListItem[] = []): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      to.push({ resolve, reject });
      this.#worker.postMessage(message, transfer);
    });
  }

  #take(message: FromThread): void {
    if (message.kind === "facts") this.#facts.shift()?.resolve(unpackFacts(message.facts));
    else if (message.kind === "ended") this.#ended.shift()?.resolve(message.chunk);
    else if (message.kind === "sums") this.#sums.shift()?.resolve(message.sums);
    else if (message.kind === "messages") this.#messages.shift()?.resolve(message.packed);
    else if (message.kind === "unread")
      (message.of === "sum" ? this.#sums : this.#messages)
        .shift()
        ?.reject(new (message.isService ? ServiceError : Error)(message.message));
    else this.#fail(new Error(message.message));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const asked of [this.#facts, this.#ended, this.#sums, this.#messages])
      for (const waiting of asked.splice(0)) waiting.reject(this.#failure);
  }
}

const ended = "a thread that decides messages has ended";
const advice =
  "what is not committed does not count, the next landing goes on from there; try it with fewer threads";

function toThreadError(cause: Error): ServiceError {
  const isFull = (cause as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
  const reason = isFull ? "it had no memory left" : cause.message;
  return new ServiceError(`${ended}: ${reason}; ${advice}`, { cause });
}

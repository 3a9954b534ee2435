import { parentPort, type TransferListItem, workerData } from "node:worker_threads";
import { ServiceError } from "../base/errors";
import type { Contract } from "../contract/model";
import { readStoredGroups } from "../parquet/read";
import { modelOf, tableIn } from "../tables/lake-model";
import { createBag } from "./bags";
import { MessagePacker } from "./chunk-wire";
import { readRawMessages } from "./raw-messages";
import { type ReadChunk, readChunk } from "./read-chunk";
import type { FromThread, ToThread } from "./threads";

const model = modelOf(workerData as Contract);
const port = parentPort;

/** Chunks that wait for their turn; one at a time is read and not yet ended. */
const waiting: Extract<ToThread, { kind: "read" }>[] = [];
let reading: (ReadChunk & { readonly memory: ArrayBuffer }) | undefined;

function tell(message: FromThread, transfer: readonly TransferListItem[] = []): void {
  port?.postMessage(message, transfer);
}

/** The next chunk is not begun before the one at hand is judged, so that the rows of one alone are held. */
function readNext(): void {
  const next = reading ? undefined : waiting.shift();
  if (!next) return;
  const { packed, isReplay } = next;
  reading = { ...readChunk(packed, { model, isReplay }), memory: packed.bytes.buffer };
  const { facts } = reading;
  tell({ kind: "facts", facts }, [facts.buffer as ArrayBuffer]);
}

/** Chunks are told in the order in which they were read: a small one may be ready before the large one before it. */
let told: Promise<void> = Promise.resolve();

function endChunk(verdicts: Uint8Array): Promise<void> {
  const ended = reading;
  const ending = ended?.end(verdicts);
  ending?.catch(() => undefined); // thrown once its turn comes
  reading = undefined;
  setImmediate(() => attempt(readNext)); // while pages are compressed beside
  told = told.then(async () => {
    const outcome = await ending;
    if (!outcome || !ended) return;
    const files = Object.values(outcome.tables).flatMap((part) =>
      "file" in part ? [part.file.buffer as ArrayBuffer] : [],
    );
    const { memory } = ended;
    tell({ kind: "ended", chunk: { outcome, memory } }, [...files, memory]);
  });
  return told;
}

type OfFile = Extract<ToThread, { kind: "sum" | "messages" }>;

/** Files are read one after another. One that can't be read is told, and the next one is. */
let filed: Promise<void> = Promise.resolve();

async function readFile(message: OfFile): Promise<void> {
  try {
    await (message.kind === "sum" ? sumUp(message) : handOver(message));
  } catch (error) {
    const isService = error instanceof ServiceError;
    tell({ kind: "unread", of: message.kind, message: messageOf(error), isService });
  }
}

async function sumUp({ table, file }: Extract<OfFile, { kind: "sum" }>): Promise<void> {
  const bag = createBag(tableIn(model, table));
  for await (const rows of readStoredGroups(file, tableIn(model, table)))
    for (const row of rows) bag.add(row);
  tell({ kind: "sums", sums: { count: bag.count, sums: bag.sums } });
}

/** What is left of the file whose messages were asked for last. */
let handing: ReturnType<typeof readRawMessages> | undefined;

/** Nothing behind the last: more may be asked for before another file is. */
async function handOver({ file, memory }: Extract<OfFile, { kind: "messages" }>): Promise<void> {
  if (file) handing = readRawMessages(file, model);
  const next = await handing?.next();
  if (!next || next.done) return tell({ kind: "messages", packed: undefined });
  const packer = new MessagePacker(memory);
  for (const message of next.value) packer.add(message);
  const packed = packer.end();
  tell({ kind: "messages", packed }, [packed.bytes.buffer]);
}

function take(message: ToThread): void | Promise<void> {
  if (message.kind === "judged") return endChunk(message.verdicts);
  if (message.kind === "sum" || message.kind === "messages") {
    filed = filed.then(() => readFile(message));
    return filed;
  }
  waiting.push(message);
  return readNext();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What fails is told, and ends the work: nothing is decided behind it. */
async function attempt(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    tell({ kind: "failure", message: messageOf(error) });
  }
}

port?.on("message", (message: ToThread) => void attempt(() => take(message)));

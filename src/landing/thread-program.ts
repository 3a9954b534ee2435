import { parentPort, type TransferListItem, workerData } from "node:worker_threads";
import type { Contract } from "../contract/model";
import { modelOf } from "../tables/lake-model";
import { prepareChunks } from "./chunk";
import { type ReadChunk, readChunk } from "./read-chunk";
import type { FromThread, ToThread } from "./threads";

const model = modelOf(workerData as Contract);
const port = parentPort;

/** Chunks that wait for their turn; one at a time is read and not yet ended. */
const waiting: Extract<ToThread, { kind: "read" }>[] = [];
let reading: ReadChunk | undefined;

function tell(message: FromThread, transfer: readonly TransferListItem[] = []): void {
  port?.postMessage(message, transfer);
}

/** The next chunk is not begun before the one at hand is judged, so that the rows of one alone are held. */
function readNext(): void {
  const next = reading ? undefined : waiting.shift();
  if (!next) return;
  reading = readChunk(next.packed, { model, isReplay: next.isReplay });
  const { facts } = reading;
  tell({ kind: "facts", facts }, [facts.buffer as ArrayBuffer]);
}

async function endChunk(verdicts: Uint8Array): Promise<void> {
  const ending = reading?.end(verdicts);
  reading = undefined;
  setImmediate(() => attempt(readNext)); // while pages are compressed beside
  const outcome = await ending;
  if (!outcome) return;
  const files = Object.values(outcome.tables).flatMap((part) =>
    "file" in part ? [part.file.buffer as ArrayBuffer] : [],
  );
  tell({ kind: "outcome", outcome }, files);
}

/** What fails is told, and ends the landing: nothing is decided behind it. */
async function attempt(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    tell({ kind: "failure", message, stack: stack ?? "" });
  }
}

void prepareChunks().then(() => {
  port?.on("message", (message: ToThread) => {
    if (message.kind === "read") waiting.push(message);
    void attempt(() => (message.kind === "read" ? readNext() : endChunk(message.verdicts)));
  });
});

import type { EachBatchPayload } from "kafkajs";
import type { Progress, Run } from "./consumer-run";
import { type Message, toMessage } from "./message";

/** Hands over what of a fetched batch is asked for, while the broker is told that the consumer lives. */
export async function deliver(run: Run, { batch, heartbeat }: EachBatchPayload): Promise<void> {
  const one = run.progress.find(({ partition }) => partition === batch.partition);
  if (!one) return;
  const beat = setInterval(() => heartbeat().catch(() => {}), 1000);
  try {
    while (run.handling) await run.handling; // markers that are being passed
    const nextOffset = upToEnd(one, BigInt(batch.lastOffset()) + 1n);
    if (nextOffset <= one.seen) return;
    const isWanted = ({ offset }: Message) => offset >= one.seen && offset < nextOffset;
    await handOver(run, one, nextOffset, batch.messages.map(toMessage).filter(isWanted));
  } finally {
    clearInterval(beat);
  }
}

/** Moves over offsets that hold no message to read: markers, and messages of aborted transactions. */
export async function passMarkers(run: Run, partition: number, next: bigint): Promise<void> {
  const one = run.progress.find((each) => each.partition === partition);
  if (!one || run.isEnded) return;
  const seen = upToEnd(one, next);
  if (seen <= one.seen) return;
  one.seen = seen;
  while (run.handling) await run.handling;
  if (one.seen > one.delivered) await handOver(run, one, one.seen, []);
}

/** Calls the handler, which must be idle, and moves the partition's progress on when it is done. */
async function handOver(
  run: Run,
  one: Progress,
  nextOffset: bigint,
  messages: readonly Message[],
): Promise<void> {
  if (run.isEnded) return;
  const { partition, delivered: firstOffset } = one;
  const call = async () => run.handle({ partition, firstOffset, nextOffset, messages });
  const onDone = () => {
    one.delivered = nextOffset;
    if (one.seen < nextOffset) one.seen = nextOffset;
  };
  const onFailed = (error: unknown) => {
    run.failure = { kind: "failed", error };
    run.end(run.failure);
  };
  run.handling = call().then(onDone, onFailed);
  await run.handling;
  run.handling = undefined;
  run.quiet = { answers: 0, offsets: 0 };
  if (one.delivered === one.end) finishPartition(run, one);
}

function finishPartition(run: Run, { partition }: Progress): void {
  if (run.progress.every(({ delivered, end }) => delivered === end)) run.end({ kind: "done" });
  if (run.isEnded) return;
  try {
    run.consumer.pause([{ topic: run.config.topic, partitions: [partition] }]);
  } catch {
    // it has just crashed and is about to say so
  }
}

function upToEnd({ end }: Progress, offset: bigint): bigint {
  return end !== undefined && end < offset ? end : offset;
}

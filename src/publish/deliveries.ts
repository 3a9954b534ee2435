import type { KafkaConfig } from "../base/config";
import { consumeRange } from "../kafka/consume";
import { readHeader } from "../kafka/message";
import { readSettledOffsets } from "../kafka/open-transactions";
import type { SourceSummary } from "./source";

/** Headers that say where a message came from. */
export const originHeaders = {
  /** sha256 of the file's bytes, in hexadecimal. */
  file: "file_sha256",
  /** The record's 0-based index in the file, in decimal. */
  index: "record_index",
  /** The file's name, without its folders. */
  name: "file_name",
  /** The line of the file that the record begins in, from 1. */
  line: "record_line",
  /** "1", and one more for every time that the file was published again on purpose. */
  delivery: "delivery",
} as const;

/** One delivery of a file: which of its records the topic holds (1) or not (0), by index. */
export interface FileDelivery {
  readonly number: number;
  readonly held: Uint8Array;
}

/** Finds the deliveries of a file in its topic, by number. Throws where an open transaction hides what the topic holds. */
export async function readDeliveries(
  config: KafkaConfig,
  source: SourceSummary,
  signal: AbortSignal | undefined,
): Promise<Map<number, FileDelivery>> {
  const deliveries = new Map<number, FileDelivery>();
  const to = new Map(
    (await readSettledOffsets(config, { signal })).map(({ partition, high }) => [partition, high]),
  );
  await consumeRange(config, { from: new Map(), to, ...(signal ? { signal } : {}) }, ({ messages }) => {
    for (const { headers } of messages) {
      if (readHeader(headers, originHeaders.file) !== source.sha256) continue;
      const index = Number(readHeader(headers, originHeaders.index));
      const number = Number(readHeader(headers, originHeaders.delivery)) || 1;
      const delivery = deliveries.get(number) ?? { number, held: new Uint8Array(source.recordCount) };
      deliveries.set(number, delivery);
      delivery.held[index] = 1; // an index that is none, such as NaN, is not kept
    }
  });
  return deliveries;
}

/** Decides what to send: what no delivery holds; with `again`, a delivery more, or what one that was cut still lacks. */
export function chooseDelivery(
  deliveries: Map<number, FileDelivery>,
  source: SourceSummary,
  again: boolean,
): FileDelivery {
  const last = Math.max(1, ...deliveries.keys());
  if (again) {
    const held = deliveries.get(last)?.held;
    const isCut = last > 1 && held?.includes(0);
    return isCut && held
      ? { number: last, held }
      : { number: last + 1, held: new Uint8Array(source.recordCount) };
  }
  const all = [...deliveries.values()];
  const held = Uint8Array.from({ length: source.recordCount }, (_, index) =>
    all.some((one) => one.held[index] === 1) ? 1 : 0,
  );
  return { number: 1, held };
}

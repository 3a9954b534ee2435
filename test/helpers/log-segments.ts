import { closeSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { KafkaConfig } from "user-activity/dist/base/config";
import { servicesDir } from "user-activity/dist/base/paths";
import { compressions } from "user-activity/dist/kafka/compression";

/** A batch of messages as the embedded broker keeps it. */
export interface StoredBatch {
  /** The file that holds it, and where in it the batch begins. */
  readonly path: string;
  readonly position: number;
  readonly offset: bigint;
  readonly bytes: number;
  /** By name; undefined where Kafka has none for it. */
  readonly compression: string | undefined;
}

/** Reads a partition's batches from the embedded broker's own files. */
export function listBatches({ topic }: KafkaConfig, partition = 0): StoredBatch[] {
  const folder = join(servicesDir, "kafka", "data", `${topic}-${partition}`);
  const names = readdirSync(folder).filter((name) => name.endsWith(".log"));
  return names.sort().flatMap((name) => splitSegment(join(folder, name)));
}

function splitSegment(path: string): StoredBatch[] {
  const segment = readFileSync(path);
  const batches: StoredBatch[] = [];
  for (let position = 0; position + 61 <= segment.length; ) {
    const bytes = 12 + segment.readInt32BE(position + 8);
    const compression = compressions[segment.readInt16BE(position + 21) & 7];
    batches.push({ path, position, offset: segment.readBigInt64BE(position), bytes, compression });
    position += bytes;
  }
  return batches;
}

/** Overwrites bytes of a batch where it lies; the broker hands them out as they are. */
export function overwrite({ path, position }: StoredBatch, at: number, bytes: Buffer): void {
  const file = openSync(path, "r+");
  writeSync(file, bytes, 0, bytes.length, position + at);
  closeSync(file);
}

import type { KafkaConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { UnreadableBatch } from "./fetch-response";

/** A partition that can't be read on from an offset; what stands before it was handed over. */
export class UnreadableError extends ServiceError {
  override readonly name = "ServiceError";

  constructor(
    { topic }: KafkaConfig,
    readonly partition: number,
    /** Of the first message in the batch that can't be read. */
    readonly offset: bigint,
    received: string,
  ) {
    const where = `kafka topic "${topic}", partition ${partition}`;
    const advice = "what stands before it can; have these messages sent anew, with gzip, snappy, lz4 or zstd";
    super(`${where}: expected a batch that can be read at offset ${offset}, received ${received}; ${advice}`);
  }
}

/** The unreadable batch that a consumer has ended by; undefined where it is another error. */
export function findUnreadable(config: KafkaConfig, error: unknown): UnreadableError | undefined {
  if (error instanceof UnreadableBatch) {
    return new UnreadableError(config, error.partition, error.offset, error.received);
  }
  return error instanceof Error && error.cause ? findUnreadable(config, error.cause) : undefined;
}

/** Resolves to the error where the work ends by an unreadable batch, so that what came before can be kept; others are thrown. */
export async function catchUnreadable(work: Promise<void>): Promise<UnreadableError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof UnreadableError) return error;
    throw error;
  }
}

/** What kafkajs decodes of one partition in a fetch response, as far as transactions go. */
export interface FetchedPartition {
  abortedTransactions: { readonly producerId: string; readonly firstOffset: string }[];
  readonly messages: FetchedMessage[];
}

/** A message as kafkajs decodes it, with what its batch says. */
export interface FetchedMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  isControlRecord: boolean;
  readonly batchContext?: { readonly producerId: string; readonly inTransaction: boolean };
}

/**
 * Marks the messages of aborted transactions for passing over (as control records are), by the rule of Kafka's own
 * consumer, and empties the broker's list. kafkajs 2.2.4 takes that list as sorted by first offset, and brokers send it
 * in the order of the transactions' ends, so that of those that overlap aborted messages would come through.
 */
export function markAborted(partition: FetchedPartition): void {
  const waiting = partition.abortedTransactions.map(({ producerId, firstOffset }) => ({
    producerId,
    firstOffset: BigInt(firstOffset),
  }));
  if (waiting.length === 0) return;
  waiting.sort((a, b) => Number(a.firstOffset - b.firstOffset));
  const aborted = new Set<string>();
  for (const message of partition.messages) {
    const offset = BigInt(message.offset);
    for (let next = waiting[0]; next && next.firstOffset <= offset; next = waiting[0]) {
      aborted.add(next.producerId);
      waiting.shift();
    }
    const { producerId, inTransaction } = message.batchContext ?? {};
    if (!producerId || !inTransaction) continue;
    if (isAbortMarker(message)) aborted.delete(producerId);
    else if (aborted.has(producerId)) message.isControlRecord = true;
  }
  partition.abortedTransactions = [];
}

/** A control record's key is its version and type, 16 bits each; type 0 means abort. */
function isAbortMarker({ isControlRecord, key }: FetchedMessage): boolean {
  return isControlRecord && key !== null && key.length >= 4 && key.readInt16BE(2) === 0;
}

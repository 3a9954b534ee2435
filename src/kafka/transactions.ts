/** What kafkajs decodes of one partition in a fetch response, as far as transactions go. */
export interface FetchedPartition {
  abortedTransactions: { readonly producerId: string; readonly firstOffset: string }[];
  readonly messages: FetchedMessage[];
}

interface FetchedMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  isControlRecord: boolean;
  readonly batchContext?: { readonly producerId: string; readonly inTransaction: boolean };
}

interface FetchResponse {
  decode(bytes: Buffer): Promise<{ readonly responses: readonly { partitions: FetchedPartition[] }[] }>;
  isFiltering?: true;
}

/**
 * Mends what kafkajs 2.2.4 does for read_committed: it takes the broker's list of aborted transactions as sorted by
 * their first offset, and brokers send it in the order of their ends, so that of transactions that overlap aborted
 * messages come through. Here they are marked for passing over (as control records are), and the list is emptied.
 * Fetch version 11 is the one that brokers since Kafka 2.3 agree on.
 */
export function installAbortedFilter(): void {
  const response = require("kafkajs/src/protocol/requests/fetch/v11/response") as FetchResponse;
  if (response.isFiltering) return;
  const { decode } = response;
  response.isFiltering = true;
  response.decode = async (bytes) => {
    const decoded = await decode(bytes);
    for (const { partitions } of decoded.responses) partitions.forEach(markAborted);
    return decoded;
  };
}

/** Marks the messages of aborted transactions, by the rule of Kafka's own consumer. */
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

import type { Broker, Cluster } from "./cluster";
import { askBroker, noTags, type WireReader, writeInt32, writeInt64, writeList, writeText } from "./wire";

/** A transaction that is neither committed nor aborted yet. */
export interface OpenTransaction {
  readonly producerId: string;
  /** null where the brokers don't tell: they are older than 3.0, or this user may not describe it. */
  readonly transactionalId: string | null;
  /** When it began (ISO 8601, UTC); null likewise. */
  readonly since: string | null;
}

interface Producer {
  readonly producerId: bigint;
  /** -1 where it has no transaction open here. */
  readonly firstOffset: bigint;
}

/**
 * Asks the brokers for the transactions that are open in these partitions, the first to begin there before the others:
 * the requests of KIP-664, which kafkajs 2.2.4 does not have.
 */
export async function describeOpen(
  cluster: Cluster,
  topic: string,
  partitions: readonly number[],
): Promise<Map<number, OpenTransaction[]>> {
  await cluster.addTargetTopic(topic);
  const open = new Map<number, Producer[]>();
  for (const [nodeId, led] of Object.entries(cluster.findLeaderForPartitions(topic, partitions))) {
    for (const [partition, producers] of await describeProducers(
      await cluster.findBroker({ nodeId }),
      topic,
      led,
    ))
      open.set(partition, producers);
  }
  const ids = [...new Set([...open.values()].flat().map(({ producerId }) => producerId))];
  const named = await describeTransactions(cluster, ids);
  const toOpen = ({ producerId }: Producer): OpenTransaction =>
    named.get(producerId) ?? { producerId: `${producerId}`, transactionalId: null, since: null };
  return new Map([...open].map(([partition, producers]) => [partition, producers.map(toOpen)]));
}

/** DescribeProducers: who writes to these partitions, as their leader knows it. */
async function describeProducers(
  broker: Broker,
  topic: string,
  partitions: readonly number[],
): Promise<readonly (readonly [number, Producer[]])[]> {
  const body = [
    writeList([Buffer.concat([writeText(topic), writeList(partitions.map(writeInt32)), noTags])]),
  ];
  const question = { apiKey: 61, apiName: "DescribeProducers", body };
  return (await askBroker(broker, question, readProducers)) ?? [];
}

function readProducers(reader: WireReader): (readonly [number, Producer[]])[] {
  reader.int32(); // throttled by, in ms
  const topics = reader.structures(() => {
    reader.text();
    return reader.structures(() => {
      const partition = reader.int32();
      reader.int16(); // an error: no producers then
      reader.text();
      const producers = reader.structures(() => readProducer(reader));
      return [partition, producers.filter(({ firstOffset }) => firstOffset >= 0n).sort(byOffset)] as const;
    });
  });
  return topics.flat();
}

const byOffset = (a: Producer, b: Producer) => Number(a.firstOffset - b.firstOffset);

function readProducer(reader: WireReader): Producer {
  const producerId = reader.int64();
  reader.int32(); // its epoch
  reader.int32(); // its last sequence number
  reader.int64(); // when it wrote last
  reader.int32(); // its coordinator's epoch
  return { producerId, firstOffset: reader.int64() };
}

/** Names the transactions of producers, of which each broker knows those that it coordinates. */
async function describeTransactions(
  cluster: Cluster,
  producerIds: readonly bigint[],
): Promise<Map<bigint, OpenTransaction>> {
  const found = new Map<bigint, OpenTransaction>();
  for (const { nodeId } of producerIds.length > 0 ? (await cluster.metadata()).brokers : []) {
    const broker = await cluster.findBroker({ nodeId });
    const body = [writeList([]), writeList(producerIds.map(writeInt64))];
    const ids = await askBroker(broker, { apiKey: 66, apiName: "ListTransactions", body }, readIds);
    if (!ids || ids.length === 0) continue;
    const question = { apiKey: 65, apiName: "DescribeTransactions", body: [writeList(ids.map(writeText))] };
    for (const one of (await askBroker(broker, question, readTransactions)) ?? [])
      found.set(BigInt(one.producerId), one);
  }
  return found;
}

function readIds(reader: WireReader): string[] {
  reader.int32(); // throttled by, in ms
  reader.int16(); // an error: none then
  reader.list(() => reader.text()); // states that it does not know
  return reader.structures(() => {
    const transactionalId = reader.text() ?? "";
    reader.int64(); // the producer's id
    reader.text(); // its state
    return transactionalId;
  });
}

function readTransactions(reader: WireReader): OpenTransaction[] {
  reader.int32(); // throttled by, in ms
  const all = reader.structures(() => {
    const error = reader.int16();
    const transactionalId = reader.text();
    reader.text(); // its state
    reader.int32(); // its timeout
    const sinceMs = Number(reader.int64());
    const producerId = `${reader.int64()}`;
    reader.int16(); // the producer's epoch
    reader.structures(() => [reader.text(), reader.list(() => reader.int32())]);
    const since = sinceMs < 0 ? null : new Date(sinceMs).toISOString();
    return { error, one: { producerId, transactionalId, since } };
  });
  return all.filter(({ error }) => error === 0).map(({ one }) => one);
}

import type { Kafka } from "kafkajs";

/** A broker as kafkajs keeps it, as far as it is used here. */
export interface Broker {
  /** Which versions of each request it takes, by the request's number; null before it was asked. */
  readonly versions: Readonly<
    Record<number, { readonly minVersion: number; readonly maxVersion: number }>
  > | null;
  readonly connectionPool: { send<T>(exchange: Exchange<T>): Promise<T> };
  metadata(topics: readonly string[]): Promise<unknown>;
}

/** A request of the protocol with the reader of its answer. */
export interface Exchange<T> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    /** An encoder of kafkajs's with the bytes behind the header. */
    encode(): Promise<object>;
  };
  readonly response: { decode(bytes: Buffer): Promise<T>; parse(decoded: T): Promise<T> };
}

/** kafkajs's view of a whole cluster, which its admin client stands on. */
export interface Cluster {
  /** 0 reads uncommitted, 1 committed messages. */
  isolationLevel: 0 | 1;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  metadata(): Promise<ClusterMetadata>;
  addTargetTopic(topic: string): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  /** By the id of the leading broker. */
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, number[]>;
  findBroker(node: { readonly nodeId: string | number }): Promise<Broker>;
  fetchTopicsOffset(topics: readonly OffsetsQuery[]): Promise<readonly OffsetsAnswer[]>;
}

interface ClusterMetadata {
  readonly brokers: readonly { readonly nodeId: number }[];
  readonly topicMetadata: readonly { readonly topic: string }[];
}

interface OffsetsQuery {
  readonly topic: string;
  readonly fromBeginning: boolean;
  readonly partitions: readonly { readonly partition: number }[];
}

interface OffsetsAnswer {
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
}

type CreateCluster = (options: { readonly allowAutoTopicCreation: boolean }) => Cluster;

/**
 * Runs `work` with what kafkajs 2.2.4's admin client is made of, for questions that the admin client does not ask: where
 * a partition ends whatever is committed, and requests that kafkajs does not know.
 */
export async function withCluster<T>(kafka: Kafka, work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === "private:Kafka:createCluster",
  );
  const create = symbol && (kafka as unknown as Record<symbol, CreateCluster>)[symbol];
  if (!create) throw new Error("kafkajs: expected version 2.2.4, received another one");
  const cluster = create({ allowAutoTopicCreation: false });
  try {
    await cluster.connect();
    return await work(cluster);
  } finally {
    await cluster.disconnect();
  }
}

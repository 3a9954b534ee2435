import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Message as OutgoingMessage } from "kafkajs";
import type { KafkaConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { interruptible } from "../base/kernel";
import type { Contract } from "../contract/model";
import { shippedContract } from "../contract/shipped";
import { examIdOf } from "../events/decode";
import { textOfIdentity } from "../events/identity";
import { readersOf } from "../events/readers";
import { askKafka } from "../kafka/client";
import { loadKafkajs } from "../kafka/kafkajs";
import { ensureTopic } from "../kafka/topics";
import { chooseDelivery, type FileDelivery, originHeaders, readDeliveries } from "./deliveries";
import { withFileLock } from "./file-lock";
import { createPace } from "./pace";
import { send, withProducer } from "./producer";
import { inspectSource, readRecords, type SourceRecord, type SourceSummary } from "./source";

export interface PublishOptions {
  readonly config: KafkaConfig;
  /** Says where in a record the identity is that messages are keyed by; default the shipped one. */
  readonly contract?: Contract;
  /** Stands for the file in errors and in the report; default its path. */
  readonly name?: string;
  /** Publishes every record once more, as a delivery of its own; one that was cut is completed. Default false. */
  readonly again?: boolean;
  /** At most so many messages a second, in requests of a tenth of a second each; default: as fast as Kafka takes them. */
  readonly perSecond?: number | undefined;
  /** Called before anything is sent, with what may be wrong with the first record. */
  readonly onHint?: (hint: string) => void;
  /** Called at the start and after each request. */
  readonly onProgress?: (progress: PublishProgress) => void;
  /** Called once where the same file is being published to the topic from here already, which is waited for. */
  readonly onWait?: (() => void) | undefined;
  /** Ends the publishing between two requests, with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface PublishProgress {
  /** Records sent by this run so far. */
  readonly published: number;
  /** Records that this run has to send. */
  readonly total: number;
}

export interface PublishReport {
  readonly path: string;
  readonly sha256: string;
  /** Records in the file. */
  readonly records: number;
  /** Records sent by this run. */
  readonly published: number;
  /** Records that this run left out, as the topic held them. */
  readonly alreadyThere: number;
  readonly topic: string;
  /** Length of the file. */
  readonly bytes: number;
  readonly ms: number;
}

/** A request is kept below this many bytes (a broker's usual limit is 1 MiB a batch) and messages. */
const REQUEST_BYTES = 900_000;
const REQUEST_MESSAGES = 2000;
/** What a message takes beside its key and value, about: Kafka's own fields and our headers, but for the file's name. */
const OVERHEAD_BYTES = 180;

/**
 * Publishes a data file's records in their order: value = the record's bytes, key = its user_exam_id. A broken file is
 * refused before anything is sent. What the topic already holds of this very file (by its headers) is left out, so that
 * a second run adds nothing and a run that was cut is completed; of two at once on one machine, one waits. Throws a
 * ServiceError that names file, topic or record.
 */
export function publishFile(path: string, options: PublishOptions): Promise<PublishReport> {
  return interruptible(options, (interrupted) => publishRecords(path, interrupted));
}

async function publishRecords(path: string, options: PublishOptions): Promise<PublishReport> {
  const startedMs = performance.now();
  const { config, signal, name = path, contract } = options;
  const source = await inspectSource(path, name, contract);
  if (source.hint !== undefined) options.onHint?.(source.hint);
  signal?.throwIfAborted();
  const place = { topic: config.topic, sha256: source.sha256 };
  const total = await withFileLock(place, () => publishMissing(path, source, options), options);
  return {
    path: name,
    sha256: source.sha256,
    records: source.recordCount,
    published: total,
    alreadyThere: source.recordCount - total,
    topic: config.topic,
    bytes: source.bytes,
    ms: Math.round(performance.now() - startedMs),
  };
}

/** Publishes what the topic does not hold of the file, and returns how many records that were. */
async function publishMissing(path: string, source: SourceSummary, options: PublishOptions): Promise<number> {
  const { config, signal, name = path, again = false, perSecond = Infinity } = options;
  const partitions = await ensureTopic(config);
  const limit = await readMessageLimit(config);
  const overhead = OVERHEAD_BYTES + Buffer.byteLength(basename(name));
  refuseOversized(name, source, { topic: config.topic, limit, overhead });
  const delivery = chooseDelivery(await readDeliveries(config, source, signal), source, again);
  const total = delivery.held.reduce((sum, isHeld) => sum - isHeld, source.recordCount);
  const progress = (published: number) => options.onProgress?.({ published, total });
  progress(0);
  if (total > 0) {
    const toKey = keyReader(options.contract);
    const plan = { name, source, delivery, partitions, limit, overhead, perSecond, toKey };
    const requests = prepareRequests(path, plan);
    await sendRequests(config, requests, { perSecond, signal, onSent: progress });
  }
  return total;
}

interface Sending {
  readonly perSecond: number;
  readonly signal: AbortSignal | undefined;
  /** Told after each request how many messages this run has sent. */
  readonly onSent: (count: number) => void;
}

/** Sends one request after another, in the pace that is asked for. */
async function sendRequests(
  config: KafkaConfig,
  requests: AsyncIterable<OutgoingMessage[]>,
  { perSecond, signal, onSent }: Sending,
): Promise<void> {
  await withProducer(config, async (producer) => {
    const pace = createPace(perSecond, signal);
    let sent = 0;
    for await (const messages of requests) {
      await pace(sent);
      signal?.throwIfAborted();
      await send(producer, config, messages);
      sent += messages.length;
      onSent(sent);
    }
  });
}

/** The key of a message of the shipped contract: its exam ID, as the landing reads it. */
export function toKey(value: unknown): string | null {
  return examIdOf(value) ?? null;
}

/** Reads the key of a record's message: the identity of its first event, as the landing reads it. */
function keyReader(contract: Contract = shippedContract): (record: SourceRecord) => string | null {
  if (contract === shippedContract) return ({ value }) => toKey(value);
  const { decode, readIdentity } = readersOf(contract);
  return ({ bytes }) => {
    const decoded = decode(bytes);
    const identity = decoded.ok ? readIdentity(decoded.events[0]) : undefined;
    return identity === undefined ? null : textOfIdentity(identity);
  };
}

/** The topic's limit on a batch in bytes; undefined where the cluster does not tell. */
async function readMessageLimit(config: KafkaConfig): Promise<number | undefined> {
  const query = {
    type: loadKafkajs().ConfigResourceTypes.TOPIC,
    name: config.topic,
    configNames: ["max.message.bytes"],
  };
  const found = await askKafka(config, `reading the limits of topic "${config.topic}"`, (admin) =>
    admin.describeConfigs({ resources: [query], includeSynonyms: false }).catch(() => undefined),
  );
  const value = found?.resources[0]?.configEntries[0]?.configValue;
  return value ? Number(value) : undefined;
}

function refuseOversized(
  path: string,
  { largest }: SourceSummary,
  { topic, limit = Infinity, overhead }: { topic: string; limit: number | undefined; overhead: number },
): void {
  if (!largest || largest.bytes + overhead <= limit) return;
  const expected = `expected less than the ${limit} bytes (max.message.bytes) of topic "${topic}"`;
  const advice = "raise that limit, or leave the record out";
  throw new ServiceError(
    `${path}: record ${largest.index}: ${expected}, received ${largest.bytes} and headers; ${advice}`,
  );
}

interface PublishPlan {
  readonly name: string;
  readonly source: SourceSummary;
  readonly delivery: FileDelivery;
  readonly partitions: number;
  readonly limit: number | undefined;
  /** Bytes that a message takes beside its value, about. */
  readonly overhead: number;
  readonly perSecond: number;
  readonly toKey: (record: SourceRecord) => string | null;
}

/** Reads the file again and gathers what is still to be sent; the last request waits until the file is seen unchanged. */
async function* prepareRequests(path: string, plan: PublishPlan): AsyncGenerator<OutgoingMessage[]> {
  const mostBytes = Math.min(REQUEST_BYTES, (plan.limit ?? REQUEST_BYTES) * 0.9);
  const mostMessages = Math.min(REQUEST_MESSAGES, Math.max(1, Math.round(plan.perSecond / 10)));
  const hash = createHash("sha256");
  let messages: OutgoingMessage[] = [];
  let bytes = 0;
  for await (const record of readRecords(path, { name: plan.name, onBytes: (chunk) => hash.update(chunk) })) {
    if (plan.delivery.held[record.index]) continue;
    const size = record.bytes.length + plan.overhead;
    if (messages.length > 0 && (bytes + size > mostBytes || messages.length === mostMessages)) {
      yield messages;
      [messages, bytes] = [[], 0];
    }
    messages.push(toMessage(record, plan));
    bytes += size;
  }
  if (hash.digest("hex") !== plan.source.sha256) {
    throw new ServiceError(
      `${plan.name}: expected the file to stay as it is, received other bytes while publishing; run it again`,
    );
  }
  if (messages.length > 0) yield messages;
}

function toMessage(
  record: SourceRecord,
  { name, source, delivery, partitions, toKey: keyOf }: PublishPlan,
): OutgoingMessage {
  const { index, line, bytes } = record;
  const key = keyOf(record);
  const headers = {
    [originHeaders.file]: source.sha256,
    [originHeaders.index]: String(index),
    [originHeaders.name]: basename(name),
    [originHeaders.line]: String(line),
    [originHeaders.delivery]: String(delivery.number),
  };
  // without a key the partitioner would choose anew at each retry, past the broker's check for doubles
  return { key, value: bytes, headers, ...(key === null ? { partition: index % partitions } : {}) };
}

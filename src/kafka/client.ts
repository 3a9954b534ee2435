import { setTimeout as sleep } from "node:timers/promises";
import type { Admin, KafkaConfig as ClientConfig, Kafka, KafkaJSError, LogEntry } from "kafkajs";
import type { KafkaConfig } from "../base/config";
import { ServiceError, UserActivityError } from "../base/errors";
import { type RetryPolicy, withRetries } from "../base/retry";
import { findAdvertised, openSocket, toSeeds } from "./addresses";
import { type Cluster, withCluster } from "./cluster";
import { installCodecs } from "./compression";
import { installFetchDecoder } from "./fetch-response";
import { loadKafkajs } from "./kafkajs";
import { installQueueMend } from "./request-queue";
import { adviseRights } from "./rights";
import { adviseSecurity, isTurnedAway, securityOptions, unlessTurnedAway } from "./security";

/** A kafkajs client for the configured brokers. Its logger keeps quiet: errors reach the caller as exceptions. */
export function openKafka(config: KafkaConfig, options: Partial<ClientConfig> = {}): Kafka {
  installCodecs();
  installFetchDecoder();
  installQueueMend();
  const { Kafka: Client, logLevel } = loadKafkajs();
  return new Client({
    clientId: "user-activity",
    brokers: toSeeds(config.brokers),
    socketFactory: openSocket,
    connectionTimeout: 3000,
    logLevel: logLevel.ERROR,
    logCreator: () => logError,
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 5000 },
    ...securityOptions(config),
    ...options,
  } as ClientConfig);
}

/** Runs `work` with a connected admin client and disconnects it, whatever happens. */
export async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/**
 * Asks the brokers something through an admin client; what goes wrong is thrown as toKafkaError words it. A broker that
 * says "not yet" is asked again for about three seconds, and where a policy is given, one that is gone by that policy.
 */
export async function askKafka<T>(
  config: KafkaConfig,
  doing: string,
  work: (admin: Admin) => Promise<T>,
  retry?: RetryPolicy,
): Promise<T> {
  return ask(config, doing, (kafka) => withAdmin(kafka, work), retry);
}

/** The same for what the admin client does not ask. */
export async function askCluster<T>(
  config: KafkaConfig,
  doing: string,
  work: (cluster: Cluster) => Promise<T>,
  retry?: RetryPolicy,
): Promise<T> {
  return ask(config, doing, (kafka) => withCluster(kafka, work), retry);
}

async function ask<T>(
  config: KafkaConfig,
  doing: string,
  work: (kafka: Kafka) => Promise<T>,
  retry: RetryPolicy | undefined,
): Promise<T> {
  const once = () => unlessTurnedAway(() => untilReady(() => work(openKafka(config, askingOptions))));
  return withRetries(
    () => once().catch((error) => Promise.reject(toKafkaError(error, config, doing))),
    retry,
  );
}

/** What is asked is small: a broker that accepts and never answers is one that is gone, after 40 s. */
const askingOptions = {
  requestTimeout: 10_000,
  retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 5000 },
};

/**
 * Does the work again for about three seconds where a broker says "not yet", as it does while it loads what it
 * coordinates and while a new topic's partitions find their leaders.
 */
export async function untilReady<T>(work: () => Promise<T>): Promise<T> {
  for (let waitMs = 50; ; waitMs *= 2) {
    try {
      return await work();
    } catch (error) {
      if (!isNotYet(error) || waitMs > 1600) throw error;
      await sleep(waitMs);
    }
  }
}

/** Whether it is a broker's answer that another try may change. */
export function isNotYet(error: unknown): boolean {
  const { name, retriable } = (error ?? {}) as { name?: string; retriable?: boolean };
  return name === "KafkaJSProtocolError" && retriable === true;
}

/** The id of the cluster behind the brokers; undefined where none answers within about a second. */
export async function readKafkaClusterId(config: KafkaConfig): Promise<string | undefined> {
  const kafka = openKafka(config, {
    connectionTimeout: 1000,
    requestTimeout: 2000,
    retry: { retries: 0 },
  });
  try {
    return (await withAdmin(kafka, (admin) => admin.describeCluster())).clusterId;
  } catch {
    return undefined;
  }
}

/** Says of an error from kafkajs where it came from and what to do; one of ours is returned as it is. */
export function toKafkaError(error: unknown, config: KafkaConfig, doing: string): Error {
  if (error instanceof UserActivityError) return error;
  const { message } = error as Error;
  const where = `kafka ${config.brokers.join(",")}`;
  const advice =
    adviseRights(error, config, doing) ??
    adviseSecurity(error, config) ??
    (isUnreachable(error) ? adviceFor(error, config) : "");
  return new ServiceError(`${where}: ${doing}: ${message.trim()}${advice && `; ${advice}`}`, {
    cause: error,
    isPassing: mayPass(error),
  });
}

/**
 * Whether kafkajs held what was first for worth another try, before it gave up; but it takes a wrong certificate or a
 * host that has no address for a broken connection, too.
 */
function mayPass(error: unknown): boolean {
  const { retriable, cause, code, message } = error as Partial<KafkaJSError & { code: string }>;
  if (isTurnedAway(error)) return false;
  if (/CERT|SIGNATURE|ISSUER|ALTNAME|SSL|TLS|EPROTO|ENOTFOUND/.test(`${code} ${message}`)) return false;
  if (cause !== undefined) return mayPass(cause);
  return retriable === true || message === "Broker not connected";
}

function isUnreachable(error: unknown): boolean {
  const { message, cause } = error as Error;
  const isOne =
    /ECONNREFUSED|ECONNRESET|EPIPE|Connection (error|timeout)|ENOTFOUND|EAI_AGAIN|closed|timed out|Not connected/i;
  return isOne.test(message) || (cause instanceof Error && isUnreachable(cause));
}

function adviceFor(error: unknown, config: KafkaConfig): string {
  const advertised = findAdvertised(error, config);
  if (advertised !== undefined) {
    return `"${advertised}" is what a broker advertises (advertised.listeners), not one of KAFKA_BROKERS: have it advertise an address that is reachable from here`;
  }
  return config.external
    ? "is the broker that KAFKA_BROKERS names up and reachable from here?"
    : 'start it with "npx user-activity services start"';
}

/** Errors that kafkajs retries by itself are not worth a line; USER_ACTIVITY_DEBUG=1 prints all. */
function logError(entry: LogEntry): void {
  if (process.env.USER_ACTIVITY_DEBUG) process.stderr.write(`kafkajs: ${entry.log.message}\n`);
}

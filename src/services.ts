import { join } from "node:path";
import { readConfig } from "./config";
import { ServiceError } from "./errors";
import { findHdfs, startHdfs, stopHdfs } from "./hdfs-server";
import { findKafka, kafkaPlace, startKafka } from "./kafka-server";
import { localDir } from "./paths";
import { stopProcess, withLock } from "./processes";

/** running: embedded and answering; stopped: embedded and not; external: named by the environment, never started here. */
export type ServiceState = "running" | "stopped" | "external";

export interface ServicesStatus {
  /** `brokers` is valid as KAFKA_BROKERS. */
  readonly kafka: { readonly state: ServiceState; readonly brokers: string; readonly logs?: string };
  /** `webhdfsUrl` is valid as WEBHDFS_URL. */
  readonly hdfs: { readonly state: ServiceState; readonly webhdfsUrl: string; readonly logs?: string };
}

export type ServiceName = "kafka" | "hdfs";

const stateDir = join(localDir, "services");

/** Asks both services whether they are there; takes at most a few seconds and starts nothing. */
export async function readServices(): Promise<ServicesStatus> {
  const { kafka, hdfs } = readConfig();
  const [isKafkaUp, isHdfsUp] = await Promise.all([
    kafka.external ? false : findKafka().then(Boolean),
    hdfs.external ? false : findHdfs().then(Boolean),
  ]);
  const state = (external: boolean, up: boolean): ServiceState =>
    external ? "external" : up ? "running" : "stopped";
  return {
    kafka: {
      state: state(kafka.external, isKafkaUp),
      brokers: kafka.brokers.join(","),
      ...(kafka.external ? {} : { logs: join(kafkaPlace.directory, "kafka.log") }),
    },
    hdfs: {
      state: state(hdfs.external, isHdfsUp),
      webhdfsUrl: hdfs.url,
      ...(hdfs.external ? {} : { logs: join(stateDir, "hdfs", "{namenode,datanode}.log") }),
    },
  };
}

/** The services as they are, for a notebook that needs them; throws where one is stopped and says how to start it. */
export async function checkServices(): Promise<ServicesStatus> {
  const status = await readServices();
  const stopped = [status.kafka, status.hdfs].filter(({ state }) => state === "stopped");
  if (stopped.length === 0) return status;
  throw new ServiceError(
    'services: not running; in a terminal: "npx user-activity services start", then run this cell again',
  );
}

/**
 * Starts what is embedded and not running, Kafka and HDFS at once, and waits until both answer.
 * Returns the names of those it started, for stopServices. If one fails to start, or the signal aborts, those started
 * with it are stopped.
 */
export async function startServices(
  needed: readonly ServiceName[] = ["kafka", "hdfs"],
  signal?: AbortSignal,
): Promise<ServiceName[]> {
  return withLock(stateDir, async () => {
    const before = await readServices();
    const missing = needed.filter((name) => before[name].state === "stopped");
    const outcomes = await Promise.allSettled(
      missing.map((name) => (name === "kafka" ? restartKafka(signal) : restartHdfs(signal))),
    );
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") continue;
      await stopEach(missing);
      throw outcome.reason;
    }
    return missing;
  });
}

/** Stops the embedded services gracefully (at most 30 s each, then they are ended); external ones are left alone. */
export async function stopServices(names: readonly ServiceName[] = ["kafka", "hdfs"]): Promise<void> {
  await withLock(stateDir, () => stopEach(names));
}

/** Runs `work` with the services up: starts those that are missing and stops the same ones afterwards. */
export async function withServices<T>(
  needed: readonly ServiceName[],
  work: () => Promise<T>,
  options: { onStart?: (missing: readonly ServiceName[]) => void; signal?: AbortSignal } = {},
): Promise<T> {
  const status = await readServices();
  const missing = needed.filter((name) => status[name].state === "stopped");
  if (missing.length === 0) return work();
  options.onStart?.(missing);
  const started = await startServices(missing, options.signal);
  try {
    return await work();
  } finally {
    await stopServices(started);
  }
}

async function stopEach(names: readonly ServiceName[]): Promise<void> {
  await Promise.all(names.map((name) => (name === "kafka" ? stopProcess(kafkaPlace) : stopHdfs())));
}

async function restartKafka(signal?: AbortSignal): Promise<void> {
  await stopProcess(kafkaPlace); // one that runs and does not answer
  await startKafka(signal);
}

async function restartHdfs(signal?: AbortSignal): Promise<void> {
  await stopHdfs();
  await startHdfs(signal);
}

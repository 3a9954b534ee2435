import { existsSync } from "node:fs";
import { join } from "node:path";
import { listUrls, readConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { prepareFolder } from "../base/folders";
import { withLock } from "../base/locks";
import { servicesDir } from "../base/paths";
import { awaitHdfs, dataNodePlace, findHdfs, nameNodePlace, startHdfs, stopHdfs } from "./hdfs";
import { PortTakenError } from "./java";
import { awaitKafka, findKafka, kafkaPlace, startKafka } from "./kafka";
import { endWithUs, outliveUs, stopProcess } from "./processes";

/** running: embedded and answering; stopped: embedded and not; external: named by the environment, never started here. */
export type ServiceState = "running" | "stopped" | "external";

export interface ServicesStatus {
  /** `brokers` is valid as KAFKA_BROKERS. */
  readonly kafka: { readonly state: ServiceState; readonly brokers: string; readonly logs?: string };
  /** `webhdfsUrl` is valid as WEBHDFS_URL. */
  readonly hdfs: { readonly state: ServiceState; readonly webhdfsUrl: string; readonly logs?: string };
}

export type ServiceName = "kafka" | "hdfs";

/** Free bytes needed: HDFS writes nothing where less than a block (128 MiB) and what the NameNode reserves is left. */
export const neededBytes = 256 * 2 ** 20;

const servers = {
  kafka: { places: [kafkaPlace], find: findKafka, wait: awaitKafka, start: startKafka },
  hdfs: { places: [nameNodePlace, dataNodePlace], find: findHdfs, wait: awaitHdfs, start: startHdfs },
} as const;

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
      webhdfsUrl: listUrls(hdfs).join(","),
      ...(hdfs.external ? {} : { logs: join(servicesDir, "hdfs", "{namenode,datanode}.log") }),
    },
  };
}

/**
 * The services as they are, for a notebook that needs these (by default both); throws where one of them is stopped and
 * says how to start it.
 */
export async function checkServices(
  needed: readonly ServiceName[] = ["kafka", "hdfs"],
): Promise<ServicesStatus> {
  const status = await readServices();
  const stopped = needed.filter((name) => status[name].state === "stopped");
  if (stopped.length === 0) return status;
  throw new ServiceError(
    `services: ${stopped.join(" and ")} not running; in a terminal: "npx user-activity services start", then run this cell again`,
  );
}

/**
 * Starts what is embedded and not running, Kafka and HDFS at once, and waits until both answer. One that runs already
 * and does not answer yet is waited for, and started again if it never does.
 * Returns the names of those it started, for stopServices. If one fails to start, or the signal aborts, those started
 * with it are stopped.
 */
export async function startServices(
  needed: readonly ServiceName[] = ["kafka", "hdfs"],
  signal?: AbortSignal,
): Promise<ServiceName[]> {
  const { kafka, hdfs } = readConfig();
  const embedded = needed.filter((name) => !{ kafka, hdfs }[name].external);
  if (embedded.length === 0) return [];
  const work = () => startEach(embedded, signal);
  const started = await withLock(servicesDir, work, { signal });
  for (const place of started.flatMap((name) => servers[name].places)) outliveUs(place);
  return started;
}

/** Stops the embedded services gracefully (at most 30 s each, then they are ended); external ones are left alone. */
export async function stopServices(names: readonly ServiceName[] = ["kafka", "hdfs"]): Promise<void> {
  if (existsSync(servicesDir)) await withLock(servicesDir, () => stopEach(names));
}

/**
 * Runs `work` with the services up: starts those that are missing and stops the same ones afterwards, even where this
 * process exits before.
 */
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
  stopOnExit(started);
  try {
    return await work();
  } finally {
    await stopServices(started);
  }
}

/** Has the services asked to end when this process exits, should it not come to stopServices. */
export function stopOnExit(names: readonly ServiceName[]): void {
  for (const place of names.flatMap((name) => servers[name].places)) endWithUs(place);
}

/** Starts those that don't run; where one can't be started, the others are not waited for. */
async function startEach(names: readonly ServiceName[], signal?: AbortSignal): Promise<ServiceName[]> {
  const failed = new AbortController();
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const outcomes = await Promise.all(
    names.map(async (name) => {
      try {
        return (await startOne(name, either)) ? [name] : [];
      } catch (error) {
        failed.abort(error);
        return [name];
      }
    }),
  );
  const started = outcomes.flat();
  if (!failed.signal.aborted) return started;
  await stopEach(started);
  throw failed.signal.reason;
}

/** Whether it had to be started. */
async function startOne(name: ServiceName, signal: AbortSignal): Promise<boolean> {
  const { find, wait, start } = servers[name];
  if ((await find()) || (await wait(signal))) return false;
  prepareFolder(servicesDir, neededBytes);
  for (let tries = 3; ; tries--) {
    await stopEach([name]); // what runs and does not answer
    signal.throwIfAborted();
    try {
      await start(signal);
      return true;
    } catch (error) {
      if (tries === 1 || !(error instanceof PortTakenError)) throw error;
    }
  }
}

async function stopEach(names: readonly ServiceName[]): Promise<void> {
  await Promise.all(names.map((name) => (name === "kafka" ? stopProcess(kafkaPlace) : stopHdfs())));
}

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../base/config";
import { emptyFolder, prepareFolder } from "../base/folders";
import { projectPath, servicesDir } from "../base/paths";
import { readKafkaClusterId } from "../kafka/client";
import { formatStorage, javaCommand, readProperties, waitFor, waitUntilReady } from "./java";
import { choosePorts, findProcess, type ProcessRecord, type ProcessSpec, startProcess } from "./processes";

/** Where the embedded broker keeps its configuration, its log and its data. */
export const kafkaPlace = { directory: join(servicesDir, "kafka"), name: "kafka" };

/** The port of clients, unless it is taken. */
export const kafkaPorts = { broker: 9092 } as const;

const { directory } = kafkaPlace;
const metaPath = join(directory, "data", "meta.properties");
const configPath = join(directory, "server.properties");

/** The embedded broker, if it runs and answers with the cluster id on record; one that is slow is asked three times. */
export async function findKafka(): Promise<ProcessRecord | undefined> {
  for (let tries = 3; tries > 0; tries--) {
    const record = findProcess(kafkaPlace);
    if (!record) return undefined;
    if (await isKafkaReady(record)) return record;
  }
  return undefined;
}

/** Whether a broker that runs already and does not answer yet comes to answer. */
export async function awaitKafka(signal?: AbortSignal): Promise<boolean> {
  const record = findProcess(kafkaPlace);
  return record !== undefined && waitFor([{ place: kafkaPlace, record }], () => isKafkaReady(record), signal);
}

/** Starts the embedded broker on its data and waits until it answers; its port is 9092 unless that is taken. */
export async function startKafka(signal?: AbortSignal): Promise<ProcessRecord> {
  prepareFolder(directory);
  const ports = await choosePorts({ ...kafkaPorts, controller: 0 });
  writeServerConfig(ports);
  emptyFolder(join(directory, "tmp"));
  if (!existsSync(metaPath)) {
    const clusterId = makeClusterId();
    const main = [
      "kafka.tools.StorageTool",
      "format",
      "--ignore-formatted",
      "-t",
      clusterId,
      "-c",
      configPath,
    ];
    await formatStorage(kafkaProcess(main, clusterId, ports), () => existsSync(metaPath), signal);
  }
  const record = startProcess(kafkaProcess(["kafka.Kafka", configPath], readClusterId(), ports));
  await waitUntilReady([{ place: kafkaPlace, record }], () => isKafkaReady(record), signal);
  return record;
}

async function isKafkaReady(record: ProcessRecord): Promise<boolean> {
  const { kafka } = readConfig({});
  const brokers = [`127.0.0.1:${record.ports.broker}`];
  return (await readKafkaClusterId({ ...kafka, brokers })) === record.clusterId;
}

function kafkaProcess(main: string[], clusterId: string, ports: Record<string, number>): ProcessSpec {
  const logging = `-Dlog4j2.configurationFile=${projectPath("local", "services", "kafka", "log4j2.properties")}`;
  return {
    ...kafkaPlace,
    ...javaCommand(kafkaPlace, { service: "kafka", folders: [], logging, main }),
    clusterId,
    ports,
  };
}

/** The settings of the embedded broker: the fixed ones of local/services/kafka and this start's addresses and folder. */
export function kafkaSettings(ports: {
  readonly broker: number;
  readonly controller: number;
}): Record<string, string> {
  const listener = `PLAINTEXT://127.0.0.1:${ports.broker}`;
  return {
    ...readProperties(projectPath("local", "services", "kafka", "server.properties")),
    listeners: `${listener},CONTROLLER://127.0.0.1:${ports.controller}`,
    "advertised.listeners": listener,
    "controller.quorum.voters": `1@127.0.0.1:${ports.controller}`,
    "log.dirs": "data", // from the folder it runs in: in an absolute path a comma or an umlaut would be misread
  };
}

function writeServerConfig(ports: { broker: number; controller: number }): void {
  const lines = Object.entries(kafkaSettings(ports)).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(configPath, lines.join(""));
}

/** 16 random bytes as Kafka writes them; it would take one that begins with "-" for an option. */
function makeClusterId(): string {
  const clusterId = randomBytes(16).toString("base64url");
  return clusterId.startsWith("-") ? makeClusterId() : clusterId;
}

function readClusterId(): string {
  return /^cluster\.id=(.+)$/m.exec(readFileSync(metaPath, "utf8"))?.[1] ?? "";
}

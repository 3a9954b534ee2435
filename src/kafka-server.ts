import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { readConfig } from "./config";
import { classPath, findJava, waitUntilReady } from "./java";
import { readKafkaClusterId } from "./kafka";
import { localDir, projectPath } from "./paths";
import { choosePort, findProcess, type ProcessRecord, startProcess } from "./processes";

const run = promisify(execFile);

/** Where the embedded broker keeps its configuration, its log and its data. */
export const kafkaPlace = { directory: join(localDir, "services", "kafka"), name: "kafka" };

/** The embedded broker, if it runs and answers with the cluster id on record. */
export async function findKafka(): Promise<ProcessRecord | undefined> {
  const record = findProcess(kafkaPlace);
  return record && (await isKafkaReady(record)) ? record : undefined;
}

/** Starts the embedded broker on its data and waits until it answers; its port is 9092 unless that is taken. */
export async function startKafka(signal?: AbortSignal): Promise<ProcessRecord> {
  const clusterId = readOrMakeClusterId();
  const ports = { broker: await choosePort(9092), controller: await choosePort(0) };
  const configPath = writeServerConfig(ports);
  const java = javaCommand();
  if (!existsSync(join(kafkaPlace.directory, "data", "meta.properties"))) {
    const format = [
      "kafka.tools.StorageTool",
      "format",
      "--ignore-formatted",
      "-t",
      clusterId,
      "-c",
      configPath,
    ];
    await run(java.command, [...java.args, ...format]);
  }
  const args = [...java.args, "kafka.Kafka", configPath];
  const record = startProcess({ ...kafkaPlace, command: java.command, args, clusterId, ports });
  await waitUntilReady(kafkaPlace, record, { isReady: () => isKafkaReady(record), signal });
  return record;
}

async function isKafkaReady(record: ProcessRecord): Promise<boolean> {
  const { kafka } = readConfig({});
  const brokers = [`127.0.0.1:${record.ports.broker}`];
  return (await readKafkaClusterId({ ...kafka, brokers })) === record.clusterId;
}

function javaCommand(): { command: string; args: string[] } {
  const log = join(kafkaPlace.directory, "kafka.log");
  const args = [
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
    `-Dservice.log=${log}`,
    `-Dlog4j2.configurationFile=${projectPath("local", "kafka", "log4j2.properties")}`,
    "-cp",
    classPath("kafka"),
  ];
  return { command: findJava(), args };
}

function writeServerConfig(ports: { broker: number; controller: number }): string {
  const fixed = readFileSync(projectPath("local", "kafka", "server.properties"), "utf8");
  const listener = `PLAINTEXT://127.0.0.1:${ports.broker}`;
  const added = [
    `listeners=${listener},CONTROLLER://127.0.0.1:${ports.controller}`,
    `advertised.listeners=${listener}`,
    `controller.quorum.voters=1@127.0.0.1:${ports.controller}`,
    `log.dirs=${join(kafkaPlace.directory, "data")}`,
  ];
  const path = join(kafkaPlace.directory, "server.properties");
  writeFileSync(path, `${fixed}\n${added.join("\n")}\n`);
  return path;
}

function readOrMakeClusterId(): string {
  const path = join(kafkaPlace.directory, "cluster-id");
  mkdirSync(kafkaPlace.directory, { recursive: true });
  if (!existsSync(path)) writeFileSync(path, randomBytes(16).toString("base64url"));
  return readFileSync(path, "utf8");
}

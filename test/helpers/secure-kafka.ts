import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "user-activity/dist/base/config";
import { projectPath } from "user-activity/dist/base/paths";
import { readKafkaClusterId } from "user-activity/dist/kafka/client";
import { formatStorage, javaCommand, waitUntilReady } from "user-activity/dist/services/java";
import {
  choosePorts,
  type ProcessSpec,
  startProcess,
  stopProcess,
} from "user-activity/dist/services/processes";
import type { Certificates } from "./certificates";

/**
 * Kafka's security protocols, one more listener that knows SCRAM-SHA-512 alone, one that asks for client certificates, and
 * one that advertises an address where nobody is.
 */
const listeners = {
  PLAINTEXT: "PLAINTEXT",
  SSL: "SSL",
  SASL_PLAINTEXT: "SASL_PLAINTEXT",
  SASL_SSL: "SASL_SSL",
  SCRAM_ONLY: "SASL_PLAINTEXT",
  MUTUAL: "SSL",
  ASTRAY: "PLAINTEXT",
} as const;

type Listener = keyof typeof listeners;

/** As KAFKA_SECURITY_PROTOCOL names it. */
export type Protocol = (typeof listeners)[Listener];

export interface SecureKafka {
  readonly pid: number;
  /** host:port by listener. */
  readonly brokers: Readonly<Record<Listener, string>>;
  readonly stop: () => Promise<void>;
}

const clusterId = "c2VjdXJlLWthZmthLXRlc3Q";

/**
 * A broker of one test file's own with a listener for each security protocol, where SASL takes this one user by PLAIN,
 * SCRAM-SHA-256 and SCRAM-SHA-512. All is allowed but what a test denies; who comes without a login may do everything. Its data and log are below `folder`.
 */
export async function startSecureKafka(
  folder: string,
  certificates: Certificates,
  user: { readonly name: string; readonly password: string },
): Promise<SecureKafka> {
  const place = { directory: join(folder, "secure-kafka"), name: "kafka" };
  const configPath = join(place.directory, "server.properties");
  const names = ["CONTROLLER", ...Object.keys(listeners)];
  const ports = await choosePorts(Object.fromEntries(names.map((name) => [name, 0])));
  mkdirSync(join(place.directory, "tmp"), { recursive: true });
  writeFileSync(configPath, describeServer(ports, certificates, user));
  const logging = `-Dlog4j2.configurationFile=${projectPath("local", "services", "kafka", "log4j2.properties")}`;
  const toSpec = (...main: string[]): ProcessSpec => {
    const command = javaCommand(place, { service: "kafka", folders: [], logging, main });
    return { ...place, ...command, clusterId, ports };
  };
  const credentials = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => {
    return ["--add-scram", `${mechanism}=[name=${user.name},password="${user.password}"]`];
  });
  const format = ["kafka.tools.StorageTool", "format", "-t", clusterId, "-c", configPath, ...credentials];
  const metaPath = join(place.directory, "data", "meta.properties");
  await formatStorage(toSpec(...format), () => existsSync(metaPath));
  const record = startProcess(toSpec("kafka.Kafka", configPath));
  const brokers = Object.fromEntries(
    Object.keys(listeners).map((name) => [name, `127.0.0.1:${ports[name]}`]),
  ) as Record<Listener, string>;
  const { kafka } = readConfig({});
  const isReady = async () =>
    (await readKafkaClusterId({ ...kafka, brokers: [brokers.PLAINTEXT] })) === clusterId;
  await waitUntilReady([{ place, record }], isReady);
  return { pid: record.pid, brokers, stop: () => stopProcess(place) };
}

/** As a file of properties has it, which is no UTF-8. */
const toEscape = (text: string) => `\\u${text.charCodeAt(0).toString(16).padStart(4, "0")}`;

function describeServer(
  ports: Readonly<Record<string, number>>,
  { caPath, pemPath }: Certificates,
  user: { readonly name: string; readonly password: string },
): string {
  const fixed = readFileSync(projectPath("local", "services", "kafka", "server.properties"), "utf8")
    .split("\n")
    .filter((line) => !line.startsWith("listener.security.protocol.map="));
  const all = { CONTROLLER: "PLAINTEXT", ...listeners };
  const addresses = Object.keys(all).map((name) => `${name}://127.0.0.1:${ports[name]}`);
  const scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
  const quoted = JSON.stringify(user.password)
    .replaceAll("\\", "\\\\")
    .replaceAll(/[^ -~]/g, toEscape);
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user.name}=${quoted};`;
  const jaas = (name: string) => [
    `listener.name.${name}.plain.sasl.jaas.config=${plain}`,
    `listener.name.${name}.scram-sha-256.sasl.jaas.config=${scram}`,
    `listener.name.${name}.scram-sha-512.sasl.jaas.config=${scram}`,
  ];
  return [
    ...fixed,
    `listeners=${addresses.join(",")}`,
    `advertised.listeners=${addresses
      .slice(1)
      .join(",")
      .replace(/(ASTRAY:[^,]*:)\d+/, "$11")}`,
    "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found=true",
    "super.users=User:ANONYMOUS",
    `listener.security.protocol.map=${Object.entries(all)
      .map((pair) => pair.join(":"))
      .join(",")}`,
    `controller.quorum.voters=1@127.0.0.1:${ports.CONTROLLER}`,
    "log.dirs=data",
    "ssl.keystore.type=PEM",
    `ssl.keystore.location=${pemPath}`,
    "ssl.truststore.type=PEM",
    `ssl.truststore.location=${caPath}`,
    "listener.name.mutual.ssl.client.auth=required",
    "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    ...["sasl_plaintext", "sasl_ssl"].flatMap(jaas),
    "listener.name.scram_only.sasl.enabled.mechanisms=SCRAM-SHA-512",
    `listener.name.scram_only.scram-sha-512.sasl.jaas.config=${scram}`,
    "",
  ].join("\n");
}

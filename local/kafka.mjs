// @ts-check
// Kafka's own command line tools: node local/kafka.mjs kafka-topics --list
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { localDir, setupOrExit } from "./setup/setup.mjs";

/** @type {Record<string, string>} */
const mainClasses = {
  "kafka-topics": "org.apache.kafka.tools.TopicCommand",
  "kafka-get-offsets": "org.apache.kafka.tools.GetOffsetShell",
  "kafka-console-producer": "org.apache.kafka.tools.ConsoleProducer",
  "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
  "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
};

/** The version of a jar in its lock's toml. @param {string} name @param {string} artifact */
function versionOf(name, artifact) {
  const toml = readFileSync(new URL(`services/${name}/jgo.toml`, import.meta.url), "utf8");
  return toml.split(`org.apache.kafka:${artifact}:`)[1]?.split("!")[0] ?? "another version";
}

const help = `node local/kafka.mjs TOOL [ARGUMENT ...]

Kafka's own command line tools on the Kafka that holds the topic: the embedded one, or that of KAFKA_BROKERS. They are
downloaded at their first use; --bootstrap-server is added where it isn't given.

  kafka-topics            topics: --list, --describe, --create, --delete
  kafka-get-offsets       the end of each partition; --time earliest for its beginning
  kafka-console-producer  publishes each line of stdin as a message
  kafka-console-consumer  prints messages
  kafka-consumer-groups   which offsets a group has read: --list, --describe --group NAME

They are of Kafka ${versionOf("kafka-tools", "kafka-tools")}, the embedded broker of ${versionOf("kafka", "kafka_2.13")}: where the two differ, Maven Central has no tools of the broker's version, and
these speak its protocol.

"TOOL --help" has all its options. For a cluster with TLS or logins: --command-config FILE, as Kafka's manual says.
`;

const [tool = "--help", ...args] = process.argv.slice(2);
const mainClass = mainClasses[tool];
if (mainClass) process.exitCode = await run(mainClass).catch((error) => fail(error.message, 1));
else if (tool === "--help") process.stdout.write(help);
else
  process.exitCode = fail(
    `expected ${Object.keys(mainClasses).join(", ")}, received "${tool}"; try --help`,
    2,
  );

/**
 * Runs a class of Kafka's on the terminal.
 * @param {string} mainClass
 * @returns {Promise<number>} its exit code
 */
async function run(mainClass) {
  await setupOrExit({ kafkaTools: true });
  const { readConfig, withoutSecrets } = await import("user-activity/dist/base/config.js");
  const { prepareFolder } = await import("user-activity/dist/base/folders.js");
  const { javaCommand } = await import("user-activity/dist/services/java.js");
  const { readServices } = await import("user-activity/dist/services/services.js");
  const { state } = (await readServices()).kafka;
  if (state === "stopped")
    throw new Error('Kafka is not running; start it with "npx user-activity services start"');
  const server = ["--bootstrap-server", readConfig().kafka.brokers.join(",")];
  const main = [mainClass, ...(args.includes("--bootstrap-server") ? [] : server), ...args];
  const logging = `-Dlog4j2.configurationFile=${fileURLToPath(new URL("services/kafka-tools/log4j2.properties", import.meta.url))}`;
  const place = { directory: join(localDir, "kafka-tools"), name: "tools" };
  prepareFolder(join(place.directory, "tmp"));
  const java = javaCommand(place, { service: "kafka-tools", folders: [], logging, main });
  const env = withoutSecrets(process.env);
  return spawnSync(java.command, java.args, { stdio: "inherit", env }).status ?? 1;
}

/**
 * @param {string} message
 * @param {number} code
 */
function fail(message, code) {
  process.stderr.write(`kafka: ${message}\n`);
  return code;
}

import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Config, type HdfsConfig, type KafkaConfig, readAuthority } from "../base/config";
import { writeWhole } from "../base/folders";
import { localDir } from "../base/paths";
import { type Contract, countsLatest } from "../contract/model";
import { fingerprintContract } from "../events/fingerprint";
import { nameNodePlace } from "../services/hdfs";
import { planSpark, type SparkPlan } from "./plan";

/** What a run of Spark is asked to do; it goes to `spark/land.py` as JSON. */
export interface SparkJob {
  readonly plan: SparkPlan;
  readonly topic: string;
  /** Settings of Kafka's own client, and of Spark's source that reads with it. */
  readonly kafka: Readonly<Record<string, string>>;
  readonly source: Readonly<Record<string, string>>;
  /** Address or path of the lake's directory, as Hadoop takes it. */
  readonly lake: string;
  readonly master: string;
  readonly follow: boolean;
  /** Whether its end rebuilds the tables where other deliveries should count; where the latest does, that has to be asked for. */
  readonly settles: boolean;
  /** How often to look for new messages while following, as in "10 seconds". */
  readonly every: string;
  /** Offsets of a batch at the most. */
  readonly batch: number;
  /** The commands that executors run beside their tasks. */
  readonly commands: { readonly decide: string; readonly sum: string };
  /** Spark's own. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What a run may be told beside the configuration. */
export interface SparkOptions extends Pick<SparkJob, "lake" | "master" | "follow" | "every" | "batch"> {
  /** Whether its end takes what should count, where the latest does. */
  readonly replay?: boolean;
}

/** Where what belongs to runs is: their logs, and the contract for the executors. */
export const runDir: string = join(localDir, "spark-run");
const jarsDir = join(localDir, "jars", "spark");

/** Says what Spark is to do with a topic, by a contract. */
export function planJob(
  config: Config,
  contract: Contract,
  { replay = false, ...options }: SparkOptions,
): SparkJob {
  const kafka = kafkaSettings(config.kafka);
  return {
    ...options,
    settles: replay || !countsLatest(contract),
    plan: planSpark(contract),
    topic: config.kafka.topic,
    kafka,
    source: {
      ...Object.fromEntries(Object.entries(kafka).map(([name, value]) => [`kafka.${name}`, value])),
      subscribe: config.kafka.topic,
      startingOffsets: "earliest",
      includeHeaders: "true",
      maxOffsetsPerTrigger: `${options.batch}`,
    },
    lake: toHadoopPath(config.hdfs, options.lake),
    commands: planWorker(contract),
    settings: planSettings(options.master),
  };
}

/** Spark's settings, beside those of a cluster's own spark-defaults.conf. */
function planSettings(master: string): Record<string, string> {
  const jars = existsSync(jarsDir) ? readdirSync(jarsDir).filter((name) => name.endsWith(".jar")) : [];
  return {
    "spark.jars": jars.map((name) => join(jarsDir, name)).join(","),
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MILLIS", // else INT96
    "spark.sql.parquet.compression.codec": "zstd",
    ...(master.startsWith("local") ? localSettings : {}),
  };
}

/**
 * The rules as a program, which executors on this machine run where it lies. The contract's file is named by its contents too:
 * under the ID alone, a run by another contract of the same ID would change what this one decides by.
 */
function planWorker(contract: Contract): SparkJob["commands"] {
  mkdirSync(runDir, { recursive: true });
  const file = join(runDir, `contract-${contract.id}-${fingerprintContract(contract)}.json`);
  writeWhole(file, JSON.stringify(contract));
  const run = (kind: string) =>
    [process.execPath, join(__dirname, "worker.js"), kind, file].map(quoteForShell).join(" ");
  return { decide: run("decide"), sum: run("sum") };
}

function quoteForShell(text: string): string {
  return `"${text.replace(/["$`\\]/g, "\\$&")}"`;
}

/** For a run on one machine, which nobody is to reach; few tasks, as each costs a process of its own. */
const localSettings = {
  "spark.sql.shuffle.partitions": "4",
  "spark.ui.enabled": "false",
  "spark.driver.bindAddress": "127.0.0.1",
  "spark.driver.host": "127.0.0.1",
};

/** A path on the file system that Hadoop's configuration names, else by WebHDFS where that is all that is known. */
function toHadoopPath({ external, url }: HdfsConfig, path: string): string {
  if (!external || process.env.HADOOP_CONF_DIR) return path;
  return `${url.replace(/^http(s?):/, "$1webhdfs:")}${path}`;
}

/** What the processes of Spark have in their environment. */
export function sparkEnvironment({ hdfs }: Config): Record<string, string> {
  const conf = join(nameNodePlace.directory, "conf");
  return {
    HADOOP_USER_NAME: hdfs.user,
    ...(hdfs.external ? {} : { HADOOP_CONF_DIR: conf, SPARK_LOCAL_IP: "127.0.0.1" }),
  };
}

const loginModules = { plain: "plain.PlainLoginModule", scram: "scram.ScramLoginModule" } as const;

/** How Kafka's own client reaches the brokers, which the configuration says once for all clients. */
export function kafkaSettings({ brokers, ssl, caPath, sasl }: KafkaConfig): Record<string, string> {
  const protocol = `${sasl ? "SASL_" : ""}${ssl ? "SSL" : "PLAINTEXT"}`;
  const settings: Record<string, string> = {
    "bootstrap.servers": brokers.join(","),
    "isolation.level": "read_committed",
    "security.protocol": protocol,
  };
  if (ssl && readAuthority("KAFKA_SSL_CA", caPath) && caPath) {
    settings["ssl.truststore.type"] = "PEM";
    settings["ssl.truststore.location"] = caPath;
  }
  if (sasl) {
    const { mechanism, username, password } = sasl;
    const quote = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;
    const loginModule = loginModules[mechanism === "plain" ? "plain" : "scram"];
    settings["sasl.mechanism"] = mechanism.toUpperCase();
    settings["sasl.jaas.config"] =
      `org.apache.kafka.common.security.${loginModule} required username=${quote(username)} password=${quote(password)};`;
  }
  return settings;
}

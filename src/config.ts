import { existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "./errors";
import { localDir } from "./paths";

/** Where the topic is and how to reach it. */
export interface KafkaConfig {
  /** host:port of each broker, at least one. */
  readonly brokers: readonly string[];
  readonly topic: string;
  /** True where KAFKA_BROKERS names the brokers: then nothing is started or stopped here. */
  readonly external: boolean;
  readonly ssl: boolean;
  /** Path of a PEM file with the certificate authority to trust; undefined means the system's. */
  readonly caPath: string | undefined;
  readonly sasl: SaslConfig | undefined;
}

export interface SaslConfig {
  readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
  readonly username: string;
  readonly password: string;
}

/** Where the lake is and how to reach it. */
export interface HdfsConfig {
  /** The NameNode's HTTP address, without a slash at its end. */
  readonly url: string;
  readonly user: string;
  /** The HDFS directory that holds the tables, without a slash at its end. */
  readonly lakeDir: string;
  /** True where WEBHDFS_URL names the NameNode: then nothing is started or stopped here. */
  readonly external: boolean;
  readonly token: string | undefined;
  readonly caPath: string | undefined;
}

export interface Config {
  readonly kafka: KafkaConfig;
  readonly hdfs: HdfsConfig;
}

const text = z.string().trim().min(1);
const broker = text.regex(/^[^\s:/]+:\d{1,5}$/, "expected host:port, several separated by commas");
const environment = z.object({
  KAFKA_BROKERS: text
    .transform((list) => list.split(",").map((one) => one.trim()))
    .pipe(z.array(broker))
    .optional(),
  KAFKA_TOPIC: text
    .max(249)
    .regex(/^[\w.-]+$/, "expected letters, digits, '.', '_' and '-' only")
    .default("assessments"),
  KAFKA_SECURITY_PROTOCOL: z.enum(["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]).default("PLAINTEXT"),
  KAFKA_SASL_MECHANISM: z.enum(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]).default("PLAIN"),
  KAFKA_SASL_USERNAME: text.optional(),
  KAFKA_SASL_PASSWORD: text.optional(),
  KAFKA_SSL_CA: text.optional(),
  WEBHDFS_URL: text
    .regex(/^https?:\/\/[^\s/]+\/?$/, "expected http://host:port or https://host:port")
    .optional(),
  HDFS_USER: text.regex(/^[^\s/:&?#]+$/, "expected a user name").default(() => userInfo().username),
  HDFS_DELEGATION_TOKEN: text.optional(),
  WEBHDFS_CA: text.optional(),
  LAKE_DIR: text
    .regex(/^(\/[^/:\0]+)+\/?$/, "expected an absolute HDFS path below /, without ':'")
    .default("/user-activity"),
});

/** Reads the environment variables; an empty one counts as not set. Throws a UsageError that names the wrong one. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = environment.safeParse(set);
  if (!parsed.success) throw new UsageError(describeIssues(parsed.error, set));
  const values = parsed.data;
  return {
    kafka: {
      brokers: values.KAFKA_BROKERS ?? [`127.0.0.1:${recordedPort("kafka", "kafka", "broker") ?? 9092}`],
      topic: values.KAFKA_TOPIC,
      external: values.KAFKA_BROKERS !== undefined,
      ssl: values.KAFKA_SECURITY_PROTOCOL.endsWith("SSL"),
      caPath: values.KAFKA_SSL_CA,
      sasl: toSasl(values),
    },
    hdfs: {
      url: (
        values.WEBHDFS_URL ?? `http://127.0.0.1:${recordedPort("hdfs", "namenode", "http") ?? 9870}`
      ).replace(/\/$/, ""),
      user: values.HDFS_USER,
      lakeDir: values.LAKE_DIR.replace(/\/$/, ""),
      external: values.WEBHDFS_URL !== undefined,
      token: values.HDFS_DELEGATION_TOKEN,
      caPath: values.WEBHDFS_CA,
    },
  };
}

function toSasl(values: z.infer<typeof environment>): SaslConfig | undefined {
  if (!values.KAFKA_SECURITY_PROTOCOL.startsWith("SASL")) return undefined;
  const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = values;
  if (!username || !password) {
    throw new UsageError(
      "KAFKA_SECURITY_PROTOCOL: SASL needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD; set both",
    );
  }
  const mechanism = values.KAFKA_SASL_MECHANISM.toLowerCase() as SaslConfig["mechanism"];
  return { mechanism, username, password };
}

function describeIssues(error: z.ZodError, env: Record<string, string | undefined>): string {
  return error.issues
    .map((issue) => {
      const name = String(issue.path[0]);
      const received = /PASSWORD|TOKEN/.test(name)
        ? ""
        : `, received ${JSON.stringify(env[name]?.slice(0, 80))}`;
      return `${name}: ${issue.message}${received}`;
    })
    .join("\n");
}

/** The port that a service started here was given, which differs from the default where that was taken. */
function recordedPort(service: string, process: string, port: string): number | undefined {
  const path = join(localDir, "services", service, `${process}.json`);
  if (!existsSync(path)) return undefined;
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { ports: Record<string, number> }).ports[port];
  } catch {
    return undefined;
  }
}

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { defaults, readVariables, type Variables } from "./environment";
import { UsageError } from "./errors";
import { projectDir, projectPath } from "./paths";
import { recordedPort } from "./recorded-ports";

/** Where the topic is and how to reach it. */
export interface KafkaConfig {
  /** host:port of each broker, at least one; an IPv6 address in brackets. */
  readonly brokers: readonly string[];
  readonly topic: string;
  /** What the name of every consumer group begins with. */
  readonly group: string;
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
  /** Not enumerable where it comes from the environment: neither console.log nor JSON.stringify shows it. */
  readonly password: string;
}

/** Where the lake is and how to reach it. */
export interface HdfsConfig {
  /** The NameNode's HTTP address, without a slash at its end. */
  readonly url: string;
  /** Those of further NameNodes, one of all being the active one; default none. */
  readonly otherUrls?: readonly string[];
  readonly user: string;
  /** The HDFS directory that holds the tables, without a slash at its end. */
  readonly lakeDir: string;
  /** True where WEBHDFS_URL names the NameNode: then nothing is started or stopped here. */
  readonly external: boolean;
  /** Whether each version is written as Iceberg, too: "on", or what its paths are to begin with. */
  readonly iceberg?: string | undefined;
  /** A delegation token, which says whose it is; not enumerable where it comes from the environment. */
  readonly token: string | undefined;
  readonly caPath: string | undefined;
}

export interface Config {
  readonly kafka: KafkaConfig;
  readonly hdfs: HdfsConfig;
  /**
   * Absolute path of the file that notebooks publish: EVENTS_FILE, by default the shipped one. Null where topic or lake is
   * not the default one and EVENTS_FILE is not set: what is there is somebody's own, and nothing is added to it.
   */
  readonly eventsFile: string | null;
  /** Absolute path of the contract that CONTRACT names, by default the shipped one. */
  readonly contractFile: string;
}

/** Reads the environment variables; an empty one counts as not set. Throws a UsageError that names the wrong one. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const values = readVariables(env);
  checkProtocol(values);
  const [url = `http://127.0.0.1:${recordedPort("hdfs", "namenode", "http") ?? 9870}`, ...otherUrls] = (
    values.WEBHDFS_URL ?? []
  ).map((one) => one.replace(/\/$/, ""));
  return {
    kafka: {
      brokers: values.KAFKA_BROKERS ?? [`127.0.0.1:${recordedPort("kafka", "kafka", "broker") ?? 9092}`],
      topic: values.KAFKA_TOPIC,
      group: values.KAFKA_GROUP,
      external: values.KAFKA_BROKERS !== undefined,
      ssl: values.KAFKA_SECURITY_PROTOCOL.endsWith("SSL"),
      caPath: values.KAFKA_SSL_CA,
      sasl: toSasl(values),
    },
    hdfs: hide(
      {
        url,
        ...(otherUrls.length > 0 ? { otherUrls } : {}),
        user: values.HDFS_USER ?? loginName(),
        lakeDir: values.LAKE_DIR.replace(/\/$/, ""),
        external: values.WEBHDFS_URL !== undefined,
        ...(values.ICEBERG === "off" ? {} : { iceberg: values.ICEBERG }),
        token: values.HDFS_DELEGATION_TOKEN,
        caPath: values.WEBHDFS_CA,
      },
      "token",
    ),
    eventsFile: chooseEventsFile(values),
    contractFile: resolve(projectDir, values.CONTRACT),
  };
}

/** The addresses of all NameNodes that a configuration names. */
export function listUrls({ url, otherUrls = [] }: HdfsConfig): readonly string[] {
  return [url, ...otherUrls];
}

/** A relative path counts from the project's folder: kernels run in another one than the command line. */
function chooseEventsFile(values: Variables): string | null {
  const { EVENTS_FILE: file, KAFKA_TOPIC: topic, LAKE_DIR: lakeDir } = values;
  if (file !== undefined) return resolve(projectDir, file);
  const isShipped = topic === defaults.topic && lakeDir.replace(/\/$/, "") === defaults.lakeDir;
  return isShipped ? projectPath("data", "assessments.json") : null;
}

const secretNames = ["KAFKA_SASL_PASSWORD", "HDFS_DELEGATION_TOKEN"] as const;

/** The environment without passwords and tokens, for a program that needs none. */
export function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, ...Object.fromEntries(secretNames.map((name) => [name, undefined])) };
}

/** Keeps a secret usable and out of whatever prints the object: console.log, a notebook's output, JSON. */
function hide<T extends object>(object: T, key: keyof T): T {
  return Object.defineProperty(object, key, { enumerable: false });
}

/**
 * Reads the PEM file of a certificate authority that a variable names; undefined where it names none. Throws a UsageError
 * where the file can't be read or holds no certificate.
 */
export function readAuthority(
  variable: "KAFKA_SSL_CA" | "WEBHDFS_CA",
  path: string | undefined,
): string | undefined {
  if (path === undefined) return undefined;
  const expected = `${variable}: expected the path of a PEM file with a certificate`;
  try {
    const pem = readFileSync(path, "utf8");
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const received = /^E[A-Z]+$/.test(code ?? "") ? code : "something else";
    throw new UsageError(`${expected}, received ${received} from "${resolve(path)}"`, { cause });
  }
}

/** The embedded broker speaks PLAINTEXT, an authority is nothing without TLS, and SASL is nothing without a name and a password. */
function checkProtocol(values: Variables): void {
  const { KAFKA_BROKERS, KAFKA_SECURITY_PROTOCOL: protocol } = values;
  if (protocol !== "PLAINTEXT" && !KAFKA_BROKERS) {
    throw new UsageError(
      `KAFKA_SECURITY_PROTOCOL: expected PLAINTEXT for the embedded broker, received "${protocol}"; set KAFKA_BROKERS to the cluster that it is for`,
    );
  }
  if (KAFKA_BROKERS && values.KAFKA_SSL_CA && !protocol.endsWith("SSL")) {
    throw new UsageError(
      `KAFKA_SSL_CA: expected KAFKA_SECURITY_PROTOCOL SSL or SASL_SSL with it, received "${protocol}"; nothing would be encrypted`,
    );
  }
  if (values.WEBHDFS_CA && values.WEBHDFS_URL?.some((url) => url.startsWith("http:"))) {
    throw new UsageError(
      "WEBHDFS_CA: expected a WEBHDFS_URL of https:// with it, received one of http://; nothing would be encrypted",
    );
  }
  const missing = (["KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"] as const).filter((name) => !values[name]);
  if (protocol.startsWith("SASL") && missing.length > 0) {
    throw new UsageError(
      `KAFKA_SECURITY_PROTOCOL: expected ${missing.join(" and ")} with ${protocol}, received none; set both`,
    );
  }
}

function toSasl(values: Variables): SaslConfig | undefined {
  const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = values;
  if (!values.KAFKA_SECURITY_PROTOCOL.startsWith("SASL") || !username || !password) return undefined;
  const mechanism = values.KAFKA_SASL_MECHANISM.toLowerCase() as SaslConfig["mechanism"];
  return hide({ mechanism, username, password }, "password");
}

/** A container may run under a user id that has no name. */
function loginName(): string {
  try {
    return userInfo().username;
  } catch (cause) {
    throw new UsageError("HDFS_USER: expected a login name, received none from the system; set HDFS_USER", {
      cause,
    });
  }
}

import { existsSync } from "node:fs";
import { type Config, readConfig } from "../base/config";
import { projectPath } from "../base/paths";
import { type Check, type Finding, toFinding } from "./checks";

type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says: the variables that are read here, proxies and mirrors. */
export function environmentChecks(env: Environment = process.env): Check[] {
  return [
    { subject: "environment", examine: async () => describeVariables(env) },
    { subject: "proxies and mirrors", examine: async () => describeProxies(env) },
  ];
}

/** Variables that are read here; of the secret ones never a value is told. */
const ownNames = [
  "KAFKA_BROKERS",
  "KAFKA_TOPIC",
  "KAFKA_SECURITY_PROTOCOL",
  "KAFKA_SASL_MECHANISM",
  "KAFKA_SASL_USERNAME",
  "KAFKA_SASL_PASSWORD",
  "KAFKA_SSL_CA",
  "WEBHDFS_URL",
  "HDFS_USER",
  "HDFS_DELEGATION_TOKEN",
  "WEBHDFS_CA",
  "LAKE_DIR",
  "ICEBERG",
  "EVENTS_FILE",
  "CONTRACT",
  "JAVA_HOME",
  "PYTHON",
  "CHROMIUM",
  "M2_REPO",
  "JGO_CACHE_DIR",
  "USER_ACTIVITY_LOCAL_DIR",
  "USER_ACTIVITY_SERVICES_DIR",
  "USER_ACTIVITY_DEBUG",
];

/** Says which variables are set and whether they can be right. */
export function describeVariables(env: Environment): Finding {
  const set = ownNames.filter((name) => env[name]);
  const text =
    set.length === 0 ? "nothing set: defaults" : set.map((name) => tell(name, env[name])).join(" ");
  try {
    return (
      describeEventsFile(readConfig(env), text) ?? toFinding("environment", set.length ? "note" : "ok", text)
    );
  } catch (error) {
    return toFinding("environment", "missing", text, (error as Error).message);
  }
}

/** What notebooks will publish, where that is not what a reader may expect. */
function describeEventsFile({ kafka, eventsFile }: Config, text: string): Finding | undefined {
  if (eventsFile === null) {
    return toFinding("environment", "note", `${text}; no EVENTS_FILE: notebooks publish nothing`);
  }
  if (kafka.external && eventsFile === projectPath("data", "assessments.json")) {
    const words = `notebooks publish the shipped events into topic "${kafka.topic}"`;
    return toFinding("environment", "note", `${text}; ${words}`);
  }
  if (existsSync(eventsFile)) return undefined;
  return toFinding(
    "environment",
    "warning",
    text,
    `EVENTS_FILE: expected a file, received none at ${eventsFile}`,
  );
}

const proxyNames = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"];
const mirrorNames = [
  "npm_config_registry",
  "npm_config_proxy",
  "npm_config_https_proxy",
  "PIP_INDEX_URL",
  "PIP_EXTRA_INDEX_URL",
  "PIP_PROXY",
];

/**
 * Says which proxies and mirrors the environment names. Nothing here asks a proxy for the services, but Python's readers
 * (fsspec, requests) do where no_proxy does not name 127.0.0.1.
 */
export function describeProxies(env: Environment): Finding {
  const subject = "proxies and mirrors";
  const names = [...proxyNames.flatMap((name) => [name, name.toUpperCase()]), ...mirrorNames];
  const set = names.filter((name) => env[name]);
  if (set.length === 0) return toFinding(subject, "ok", "none in the environment");
  const text = set.map((name) => tell(name, env[name])).join(" ");
  const proxy = env.http_proxy || env.HTTP_PROXY || env.all_proxy || env.ALL_PROXY;
  if (!proxy || sparesLoopback(env.no_proxy || env.NO_PROXY || "")) return toFinding(subject, "note", text);
  const advice = "export NO_PROXY=127.0.0.1,localhost: else Python would ask the proxy for WebHDFS";
  return toFinding(subject, "warning", text, advice);
}

function sparesLoopback(list: string): boolean {
  return list.split(",").some((one) => /^(\*|127\.0\.0\.1|127\.0\.0\.0\/8)$/.test(one.trim()));
}

/** A variable and its value, but no password: neither a variable's nor an address's. */
function tell(name: string, value = ""): string {
  if (/PASSWORD|TOKEN/.test(name)) return `${name}=(set)`;
  const shown = value.replace(/[^\s/,]+@/g, "***@");
  return `${name}=${shown.length > 80 ? `${shown.slice(0, 80)}...` : shown}`;
}

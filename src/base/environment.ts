import * as v from "valibot";
import { describeBrokers, isBroker, splitBrokers } from "./brokers";
import { UsageError } from "./errors";

/** What topic and lake are called where no variable says so. */
export const defaults = { topic: "assessments", lakeDir: "/user-activity" } as const;

/** Text that a pattern holds to what is expected, in words. */
const text = (expected: string, pattern = /./) => v.pipe(v.string(), v.trim(), v.regex(pattern, expected));
const choice = <const T extends readonly string[]>(values: T) =>
  v.picklist(values, `one of ${values.join(", ")}`);

const environment = v.object({
  KAFKA_BROKERS: v.optional(
    v.pipe(
      v.string(),
      v.transform(splitBrokers),
      v.check(
        (brokers) => brokers.every(isBroker),
        ({ input }) => describeBrokers(input),
      ),
    ),
  ),
  KAFKA_TOPIC: v.optional(
    text(
      "at most 249 letters, digits, '.', '_' and '-', but neither '.' nor '..'",
      /^(?!\.{1,2}$)[\w.-]{1,249}$/,
    ),
    defaults.topic,
  ),
  KAFKA_GROUP: v.optional(
    text("at most 200 letters, digits, '.', '_' and '-'", /^[\w.-]{1,200}$/),
    "user-activity",
  ),
  KAFKA_SECURITY_PROTOCOL: v.optional(
    choice(["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]),
    "PLAINTEXT",
  ),
  KAFKA_SASL_MECHANISM: v.optional(choice(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]), "PLAIN"),
  KAFKA_SASL_USERNAME: v.optional(text("a user name")),
  KAFKA_SASL_PASSWORD: v.optional(v.string()), // with its spaces
  KAFKA_SSL_CA: v.optional(text("the path of a PEM file")),
  WEBHDFS_URL: v.optional(
    v.pipe(
      v.string(),
      v.transform((list) => list.split(",").map((one) => one.trim())),
      v.check(
        (urls) => urls.every(isWebAddress),
        "http://host:port or https://host:port, without user or path, several separated by commas",
      ),
    ),
  ),
  HDFS_USER: v.optional(text("a user name", /^[^\s/:&?#]+$/)),
  HDFS_DELEGATION_TOKEN: v.optional(text("a token")),
  WEBHDFS_CA: v.optional(text("the path of a PEM file")),
  LAKE_DIR: v.optional(
    text(
      "an absolute HDFS path below /, without ':', '//', '.' or '..'",
      /^(\/(?!\.{1,2}(\/|$))[^/:\p{Cc}\p{Cs}]+)+\/?$/u,
    ),
    defaults.lakeDir,
  ),
  ICEBERG: v.optional(
    text(
      "on, off, or what paths begin with, as in hdfs://namenode:8020",
      /^(on|off|[a-z]+:\/\/[^\s/@?#]+\/?)$/,
    ),
    "off",
  ),
  EVENTS_FILE: v.optional(text("the path of a file with events")),
  CONTRACT: v.optional(text("the path of a contract"), "data/assessments.odcs.yaml"),
});

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s/@?#]+\/?$/.test(text) && URL.canParse(text);
}

/** The environment variables that set where and how, each in the form that it must have. */
export type Variables = v.InferOutput<typeof environment>;

/** Parses the variables; an empty one counts as not set. Throws a UsageError with a line for each wrong one. */
export function readVariables(env: Readonly<Record<string, string | undefined>>): Variables {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = v.safeParse(environment, set);
  if (!parsed.success) throw new UsageError(describeIssues(parsed.issues, set));
  return parsed.output;
}

/** A line for each wrong variable; never a secret. */
function describeIssues(
  issues: readonly v.InferIssue<typeof environment>[],
  env: Record<string, string | undefined>,
): string {
  const messages = new Map(issues.map(({ path, message }) => [String(path?.[0]?.key), message]));
  return [...messages]
    .map(([name, expected]) => {
      const value = env[name] ?? "";
      const isSecret = /PASSWORD|TOKEN/.test(name) || /@/.test(value);
      const shown = value.length > 80 ? `${value.slice(0, 80)}...` : value;
      return `${name}: expected ${expected}, received ${isSecret ? "something else" : JSON.stringify(shown)}`;
    })
    .join("\n");
}

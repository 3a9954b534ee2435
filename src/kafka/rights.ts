import type { KafkaConfig } from "../base/config";

/** A right that a broker says is missing: the operation, and on what. */
interface Right {
  readonly operation: string;
  readonly resource: "topic" | "group" | "cluster";
}

const byTopic: readonly (readonly [RegExp, string])[] = [
  [/^publishing/, "Write"],
  [/^creating/, "Create"],
  [/^deleting/, "Delete"],
  [/^consuming/, "Read"],
];
const byGroup: readonly (readonly [RegExp, string])[] = [
  [/^reading/, "Describe"],
  [/^removing/, "Delete"],
];

/** Which right is missing, on what and to whom, with the command that grants it; undefined where it is another error. */
export function adviseRights(error: unknown, config: KafkaConfig, doing: string): string | undefined {
  const principal = `User:${config.sasl?.username ?? "ANONYMOUS"}`;
  const right = findRight(error, doing);
  if (!right) return isWithoutCoordinator(error) ? `may ${principal} ${groupRights(config)}?` : undefined;
  const { operation, resource } = right;
  const [name, place] = describeResource(resource, config);
  const add = `kafka-acls --add --allow-principal ${principal} --operation ${operation} ${place}`;
  return `${principal} lacks the right ${operation} on ${name}; have it granted (${add})`;
}

function describeResource(
  resource: Right["resource"],
  { topic, group }: KafkaConfig,
): readonly [string, string] {
  if (resource === "cluster") return ["the cluster", "--cluster"];
  if (resource === "topic") return [`topic "${topic}"`, `--topic ${topic}`];
  return [
    `the groups that begin with "${group}" (KAFKA_GROUP)`,
    `--group ${group} --resource-pattern-type prefixed`,
  ];
}

/** kafkajs says no more where a user may not describe a group. */
function isWithoutCoordinator(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "KafkaJSGroupCoordinatorNotFound" || isWithoutCoordinator(error.cause);
}

function groupRights(config: KafkaConfig): string {
  return `Describe and Read ${describeResource("group", config)[0]}`;
}

function findRight(error: unknown, doing: string): Right | undefined {
  const types = listTypes(error);
  const operationOf = (known: readonly (readonly [RegExp, string])[], otherwise: string) =>
    known.find(([pattern]) => pattern.test(doing))?.[1] ?? otherwise;
  if (types.includes("TOPIC_AUTHORIZATION_FAILED")) {
    return { operation: operationOf(byTopic, "Describe"), resource: "topic" };
  }
  if (types.includes("GROUP_AUTHORIZATION_FAILED")) {
    return { operation: operationOf(byGroup, "Read"), resource: "group" };
  }
  if (!types.includes("CLUSTER_AUTHORIZATION_FAILED")) return undefined;
  return { operation: /^creating/.test(doing) ? "Create" : "IdempotentWrite", resource: "cluster" };
}

/** The types of the brokers' answers in an error of kafkajs, its causes and what it gathers. */
function listTypes(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { type, errors = [] } = error as { readonly type?: string; readonly errors?: readonly unknown[] };
  return [...(type ? [type] : []), ...[error.cause, ...errors].flatMap(listTypes)];
}

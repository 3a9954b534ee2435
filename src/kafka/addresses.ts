import type { ISocketFactory } from "kafkajs";
import type { KafkaConfig } from "../base/config";

/**
 * The brokers' addresses as kafkajs 2.2.4 takes them: it holds what stands before the first colon for the host, so that
 * a name without colons stands for an IPv6 address until a socket is opened.
 */
export function toSeeds(brokers: readonly string[]): string[] {
  return brokers.map((broker) =>
    broker.replace(/^\[(.*)\]/, (_, host) => host.replaceAll(":", "_") + ending),
  );
}

const ending = ".ipv6";

function toHost(name: string): string {
  return name.endsWith(ending) ? name.slice(0, -ending.length).replaceAll("_", ":") : name;
}

/** Opens kafkajs's own kind of socket, to what the name of a seed stands for. */
export const openSocket: ISocketFactory = ({ host, ...rest }) => {
  const createFactory = require("kafkajs/src/network/socketFactory") as () => ISocketFactory;
  return createFactory()({ host: toHost(host), ...rest });
};

/**
 * The address that could not be reached where it is none of KAFKA_BROKERS, but one that a broker has advertised, as
 * host:port; undefined where it is another fault.
 */
export function findAdvertised(error: unknown, { brokers }: KafkaConfig): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { broker } = error as { readonly broker?: unknown };
  if (typeof broker === "string") return toSeeds(brokers).includes(broker) ? undefined : broker;
  return findAdvertised(error.cause, { brokers } as KafkaConfig);
}

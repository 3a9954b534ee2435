import { isIPv6 } from "node:net";

/** The addresses in a list that is separated by commas. */
export function splitBrokers(list: string): string[] {
  return list.split(",").map((one) => one.trim());
}

/** Whether it is host:port; an IPv6 address stands in brackets. */
export function isBroker(text: string): boolean {
  const [, host = "", digits] = /^(\[[^\]]+\]|[^\s:/[\]]+):(\d+)$/.exec(text) ?? [];
  const port = Number(digits);
  return port > 0 && port < 65_536 && (!host.startsWith("[") || isIPv6(host.slice(1, -1)));
}

/** What is expected of a list of brokers, in words; where a scheme stands in front, that it must not. */
export function describeBrokers(brokers: readonly string[]): string {
  const scheme = brokers.map((one) => /^[\w+.-]+:\/\//.exec(one)?.[0]).find((one) => one !== undefined);
  const without = scheme === undefined ? "" : `, without "${scheme}"`;
  return `host:port${without}, several separated by commas`;
}

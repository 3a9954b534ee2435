import { setTimeout as sleep } from "node:timers/promises";
import type { KafkaConfig as ClientConfig } from "kafkajs";
import { type KafkaConfig, readAuthority } from "../base/config";

/** What kafkajs needs to reach a secured broker: TLS with the authority to trust, SASL with the login. */
export function securityOptions({ ssl, caPath, sasl }: KafkaConfig): Pick<ClientConfig, "ssl" | "sasl"> {
  const ca = ssl && readAuthority("KAFKA_SSL_CA", caPath);
  return {
    ...(ssl ? { ssl: ca ? { ca: [ca] } : true } : {}),
    // a copy of its own, since kafkajs writes to it
    ...(sasl ? { sasl: { ...sasl, password: sasl.password } } : {}),
  } as ClientConfig;
}

/** What an error of kafkajs carries: of a socket its code, of a broker's answer its type. */
type Facts = Error & { readonly code?: string | number; readonly type?: string };

/** What to do by what came, the first that fits. The text it is matched with: name, code, type, message. */
const advices: readonly (readonly [RegExp, string])[] = [
  [
    /UNSUPPORTED_SASL_MECHANISM|mechanism is not supported/,
    "set KAFKA_SASL_MECHANISM to one that the broker takes",
  ],
  [
    /SASLAuthentication|SASL_AUTHENTICATION_FAILED/,
    "are KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD right, and meant for this KAFKA_SASL_MECHANISM?",
  ],
  [
    /ILLEGAL_SASL_STATE/,
    "the broker asks for no login here: set KAFKA_SECURITY_PROTOCOL to PLAINTEXT or SSL, or name its port for SASL in KAFKA_BROKERS",
  ],
  [/ALTNAME/, "name the broker in KAFKA_BROKERS as its certificate names it"],
  [/CERT_(HAS_EXPIRED|NOT_YET_VALID)/, "have the broker's certificate renewed, or this machine's clock set"],
  [
    /alert.*certificate/i,
    "the broker asks for a client certificate, which can't be given: name its port for SASL_SSL in KAFKA_BROKERS",
  ],
  [
    /\b(CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)|_CERT|SIGNATURE/,
    "set KAFKA_SSL_CA to the PEM file of the authority that signed the broker's certificate",
  ],
  [
    /before secure TLS connection|EPROTO|ERR_SSL/,
    "does the broker speak TLS on this port? If not, set KAFKA_SECURITY_PROTOCOL to PLAINTEXT or SASL_PLAINTEXT",
  ],
];

/** What to do where TLS or SASL stands in the way; undefined where an error of kafkajs is about something else. */
export function adviseSecurity(error: unknown, config: KafkaConfig): string | undefined {
  const causes = listCauses(error as Facts);
  const texts = causes.map(({ name, code, type, message }) => `${name} ${code} ${type} ${message}`);
  const found = advices.find(([pattern]) => texts.some((text) => pattern.test(text)));
  if (found) return found[1];
  const isClosed = causes.some(({ name }) => name === closed);
  if (!isClosed || !config.external || (config.ssl && config.sasl)) return undefined;
  return "is this a broker (KAFKA_BROKERS), and does it ask for TLS or a login? Then set KAFKA_SECURITY_PROTOCOL";
}

const closed = "KafkaJSConnectionClosedError";
const turnedAway = new WeakSet<Error>();

/**
 * Does the work, and once more where the broker closes the connection on it: one that does so again is not going down
 * (it would be gone by then), but asks for TLS or a login. Its error is then one of which isTurnedAway is true.
 */
export async function unlessTurnedAway<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as Error).name !== closed) throw error;
  }
  await sleep(500);
  return work().catch((error: Error) => {
    if (error.name === closed) turnedAway.add(error);
    throw error;
  });
}

/** Whether a broker closed one connection after another, so that no further one is worth a try. */
export function isTurnedAway(error: unknown): boolean {
  const { name, cause } = error as Error;
  const isTried = name === "KafkaJSNumberOfRetriesExceeded" && (cause as Error | undefined)?.name === closed;
  return isTried || turnedAway.has(error as Error);
}

function listCauses(error: Facts | undefined): Facts[] {
  return error instanceof Error ? [error, ...listCauses(error.cause as Facts | undefined)] : [];
}

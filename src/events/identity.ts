import { ExactNumber } from "../base/exact-numbers";
import { canonicalJson, isObject, ownValue } from "../base/json";
import { isWellFormed } from "../base/text";
import { quote } from "../contract/failures";
import type { Contract } from "../contract/model";
import { stepsOf } from "../contract/paths";
import { hashExamId } from "./decode";

/** Reads what tells an event from another, as text; undefined where it has nothing that could: then it is nobody's. */
export type ReadIdentity = (event: unknown) => string | undefined;

/**
 * Prepares the reading of a contract's identity: text that is not empty and well-formed, as it is, or a number or flag, as
 * its JSON behind a NUL. Messages are keyed by it, so that all deliveries share a partition: nothing else may read one.
 * Without an identity every event is its own.
 */
export function compileIdentity({ identity }: Contract): ReadIdentity {
  if (!identity) return () => undefined;
  const keys = stepsOf(identity.path).flatMap((step) => ("key" in step ? [step.key] : []));
  return (event) => {
    let value: unknown = event;
    for (const key of keys) value = isObject(value) ? ownValue(value, key) : undefined;
    if (typeof value === "string") return value !== "" && isWellFormed(value) ? value : undefined;
    const isScalar = typeof value === "number" || typeof value === "boolean" || value instanceof ExactNumber;
    return isScalar ? `\0${canonicalJson(value)}` : undefined;
  };
}

/** Hashes an identity to 16 bytes. */
export function hashIdentity(identity: string): Buffer {
  return hashExamId(identity);
}

/** An identity as a message's key: a number or flag as its JSON. */
export function textOfIdentity(identity: string): string {
  return identity.startsWith("\0") ? identity.slice(1) : identity;
}

/** An identity as a failure tells it. */
export function quoteIdentity(identity: string | undefined): string {
  return identity?.startsWith("\0") ? textOfIdentity(identity) : quote(identity);
}

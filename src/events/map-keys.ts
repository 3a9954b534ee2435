import type { JsonType, Seen } from "./seen";

/** So many keys that are seldom there are no columns. */
const manyKeys = 12;

/**
 * Whether an object's keys are data: they all are IDs, whatever stands there; or they look like some, or there are many
 * and each of them is seldom there, and what stands there is of one kind.
 */
export function areKeysData({ children, types }: Seen): boolean {
  const keys = [...children.keys()];
  const parts = [...children.values()];
  if (keys.every((key) => ids.some((form) => form.test(key)))) return true;
  if (keys.length < 2 || !areOfOneKind(parts)) return false;
  if (keys.every((key) => key.length >= idLength && /^(?=.*\d)\S+$/.test(key))) return true;
  const objects = types.object ?? 0;
  return keys.length >= manyKeys && parts.every((part) => countOf(part) < objects / 2);
}

/** Numbers, UUIDs, hashes with what follows them, days, addresses. */
const ids: readonly RegExp[] = [
  /^\d+$/,
  /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i,
  /^(?=\D*\d)[\da-f]{12,}(?:[_-]\d+)*$/i,
  /^\d{4}-\d\d-\d\d/,
  /^\S+@\S+$/,
  /^https?:/,
];

/** So long a key with digits in it looks like an ID. */
const idLength = 16;

function areOfOneKind(parts: readonly Seen[]): boolean {
  const kinds = new Set(
    parts.flatMap(({ types }) => Object.keys(types).map((type) => kindOf(type as JsonType))),
  );
  kinds.delete("null");
  return kinds.size === 1;
}

function kindOf(type: JsonType): string {
  return type === "integer" ? "number" : type;
}

function countOf({ types }: Seen): number {
  return Object.values(types).reduce((sum, count) => sum + count, 0);
}

import type { JsonType, Seen } from "./seen";

/** So many keys that are seldom there are no columns. */
const manyKeys = 12;

/**
 * Whether an object's keys are data: what its values are is the same under all of them, and its keys look like IDs, or
 * there are many and each of them is seldom there.
 */
export function areKeysData({ children, types }: Seen): boolean {
  const parts = [...children.values()];
  if (parts.length < 2 || !areOfOneKind(parts)) return false;
  if ([...children.keys()].every(isIdLike)) return true;
  const objects = types.object ?? 0;
  const shares = parts.map((part) => countOf(part) / objects);
  return parts.length >= manyKeys && shares.every((share) => share < 0.5);
}

const idLike: readonly RegExp[] = [
  /^\d+$/,
  /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i,
  /^(?=.*\d)[\da-f]{12,}$/i,
  /^\d{4}-\d\d-\d\d/,
  /^\S+@\S+$/,
  /^https?:/,
  /^(?=.*\d)\S{16,}$/,
];

/** Whether a key is a number, a UUID, a hash, a day, an address, or long with digits in it. */
function isIdLike(key: string): boolean {
  return idLike.some((form) => form.test(key));
}

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

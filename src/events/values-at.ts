import { isObject, ownValue } from "../base/json";
import { type Step, stepsOf } from "../contract/paths";

/** Finds the first value that an event has at a path such as `a[].b`; undefined where it has none. */
export function findValue(event: unknown, path: string): unknown {
  return findBelow(event, stepsOf(path));
}

function findBelow(value: unknown, [step, ...rest]: readonly Step[]): unknown {
  if (!step) return value;
  if ("key" in step) return isObject(value) ? findBelow(ownValue(value, step.key), rest) : undefined;
  const parts = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  for (const part of parts) {
    const found = findBelow(part, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

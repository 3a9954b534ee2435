import { ServiceError } from "../base/errors";
import { isObject } from "../base/json";
import { findEvents, isLineOfDocument, looksLikeEvent } from "../events/hints";

/** What compressed files begin with, in hexadecimal, and what unpacks them to stdout. */
const packings = [
  ["1f8b", "gzip", "gunzip -c"],
  ["28b52ffd", "zstd", "zstd -dc"],
  ["425a68", "bzip2", "bunzip2 -c"],
  ["fd377a585a00", "xz", "unxz -c"],
  ["504b0304", "zip", "unzip -p"],
] as const;

const listKeys = new Set(["data", "result", "results", "records", "items", "events", "rows"]);

/** Refuses a file that is compressed, by its first bytes, and says how to publish what it holds. */
export function refusePacked(head: Buffer, name: string): void {
  const start = head.toString("hex", 0, 6);
  for (const [magic, kind, unpack] of packings)
    if (start.startsWith(magic))
      throw new ServiceError(`${name}: expected JSON in UTF-8, received ${kind}; ${piped(unpack, name)}`);
}

/** What to do about a line that is no JSON by itself; undefined where it is no line of a document over several. */
export function adviseOnLine(text: string, name: string): string | undefined {
  if (!isLineOfDocument(text.trim())) return undefined;
  return `a file is one array, or one value a line: ${piped("jq -c .", name)}`;
}

/** Refuses a file whose one record is no event but holds a list of records, and says how to publish these. */
export function refuseWrapped(value: unknown, name: string, isArray: boolean): void {
  const list = findList(value);
  if (!list) return;
  const filter = /^[\w.]*\[\]$/.test(list.path) ? `${isArray ? ".[]" : ""}.${list.path}` : "..";
  const advice = filter === ".." ? "publish these, one a line" : piped(`jq -c '${filter}'`, name);
  const received = `a single one that holds a list of ${list.count} under ${list.path}`;
  throw new ServiceError(`${name}: expected records, received ${received}; ${advice}`);
}

function findList(value: unknown): { readonly path: string; readonly count: number } | undefined {
  const events = findEvents(value);
  if (events?.path.endsWith("[]") && !events.isText) return events;
  if (!isObject(value) || looksLikeEvent(value)) return undefined;
  for (const [key, list] of Object.entries(value)) {
    if (listKeys.has(key) && Array.isArray(list) && list.length > 0 && list.every(isObject))
      return { path: `${key}[]`, count: list.length };
  }
  return undefined;
}

/** A command whose output is published; stdin is what the user's own command writes. */
function piped(command: string, name: string): string {
  const file =
    name === stdinName ? "" : ` ${/^[\w./~-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`}`;
  return `${command}${file} | npx user-activity publish -`;
}

/** What stands for a file's name where the records come from stdin. */
export const stdinName = "stdin";

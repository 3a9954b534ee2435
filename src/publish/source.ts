import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { ServiceError } from "../base/errors";
import { findFile } from "../base/paths";
import { toVisible } from "../base/text";
import type { Contract } from "../contract/model";
import { shippedContract } from "../contract/shipped";
import { findHint } from "../events/hints";
import { adviseOnLine, refusePacked, refuseWrapped } from "./misfits";
import { countLines, type Element, isBlank, type Splitter, splitArray, splitLines } from "./splitter";

/** One record of a data file. */
export interface SourceRecord {
  /** 0-based position in the file; blank lines do not count. */
  readonly index: number;
  /** The line that it begins in, from 1. */
  readonly line: number;
  /** The record's own bytes as they stand in the file, without the whitespace around them. */
  readonly bytes: Buffer;
  readonly value: unknown;
}

/** What a whole data file holds. */
export interface SourceSummary {
  /** Of the file's bytes, byte order mark included; 64 hexadecimal digits. */
  readonly sha256: string;
  readonly recordCount: number;
  /** Length of the file. */
  readonly bytes: number;
  /** The longest record; undefined where there is none. */
  readonly largest: { readonly index: number; readonly bytes: number } | undefined;
  /** What may be wrong with the first record, so that landing would refuse it; absent where nothing is seen. */
  readonly hint?: string;
}

/**
 * Reads a data file, a JSON array or JSON lines (the first byte that is not blank decides: `[` means array), one
 * record at a time; holds no more than a chunk and a record. A byte order mark is skipped; `onBytes` sees every byte.
 * Throws a ServiceError for a file that is missing, empty, not UTF-8, not JSON, or cut.
 */
export async function* readRecords(
  path: string,
  { name = path, onBytes }: { readonly name?: string; readonly onBytes?: (bytes: Buffer) => void } = {},
): AsyncGenerator<SourceRecord> {
  yield* parseRecords(readChunks(path, onBytes), name);
}

/**
 * Reads a whole data file once, so that a broken one is refused before any of it is used; errors as readRecords, and
 * where its one record holds a list of records. `name` stands for the file in errors; of events of the shipped
 * contract it is known what may be wrong.
 */
export async function inspectSource(
  path: string,
  name = path,
  contract: Contract = shippedContract,
): Promise<SourceSummary> {
  const isShipped = contract.id === shippedContract.id;
  const hash = createHash("sha256");
  let bytes = 0;
  let recordCount = 0;
  let largest: SourceSummary["largest"];
  let first: { readonly record: SourceRecord; readonly hint: string | undefined } | undefined;
  let isArray = false;
  const onBytes = (chunk: Buffer) => {
    if (bytes === 0) isArray = /^\ufeff?\s*\[/.test(chunk.toString("utf8", 0, 1000));
    hash.update(chunk);
    bytes += chunk.length;
  };
  for await (const record of readRecords(path, { name, onBytes })) {
    first ??= { record, hint: isShipped ? findHint(record.bytes) : undefined };
    recordCount += 1;
    if (!largest || record.bytes.length > largest.bytes) {
      largest = { index: record.index, bytes: record.bytes.length };
    }
  }
  if (first && recordCount === 1 && isShipped) refuseWrapped(first.record.value, name, isArray);
  const hint = first?.hint === undefined ? {} : { hint: first.hint };
  return { sha256: hash.digest("hex"), recordCount, bytes, largest, ...hint };
}

/** Parses a data file that comes in chunks of any size; `name` stands for the file in errors. */
export async function* parseRecords(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  name: string,
): AsyncGenerator<SourceRecord> {
  let head: Buffer = Buffer.alloc(0);
  let splitter: Splitter | undefined;
  let index = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    if (!splitter) {
      head = Buffer.concat([head, chunk]);
      const start = head.length < 4 ? undefined : chooseSplitter(head, name);
      if (!start) continue;
      ({ splitter, rest } = start);
    }
    for (const element of splitter.push(rest)) yield toRecord(element, index++, name);
  }
  const start = splitter ? { splitter, rest: Buffer.alloc(0) } : chooseSplitter(head, name);
  if (!start)
    throw new ServiceError(`${name}: expected JSON records, received an empty file; check the path`);
  for (const element of start.splitter.push(start.rest)) yield toRecord(element, index++, name);
  for (const element of start.splitter.end()) yield toRecord(element, index++, name);
}

/** Decides by the file's first bytes; undefined as long as all of them are blank. */
function chooseSplitter(head: Buffer, name: string): { splitter: Splitter; rest: Buffer } | undefined {
  refusePacked(head, name);
  const isUtf16 = head.subarray(0, 4).includes(0) || /^(fffe|feff)/.test(head.toString("hex", 0, 2));
  if (isUtf16)
    throw new ServiceError(`${name}: expected UTF-8, received UTF-16 or binary data; save it as UTF-8`);
  const bomBytes = head.toString("hex", 0, 3) === "efbbbf" ? 3 : 0;
  const first = head.findIndex((byte, at) => at >= bomBytes && !isBlank(byte));
  if (first === -1) return undefined;
  return head[first] === 0x5b
    ? {
        splitter: splitArray(name, first + 1, 1 + countLines(head.subarray(0, first))),
        rest: head.subarray(first + 1),
      }
    : { splitter: splitLines(name), rest: head.subarray(bomBytes) };
}

function toRecord(element: Element, index: number, name: string): SourceRecord {
  const { bytes, line, place } = element;
  const where = `${name}: record ${index} at ${place}`;
  if (!isUtf8(bytes))
    throw new ServiceError(`${where}: expected UTF-8, received other bytes; save it as UTF-8`);
  const text = bytes.toString("utf8");
  try {
    return { index, line, bytes, value: JSON.parse(text) as unknown };
  } catch (cause) {
    const received = `${quote(text)}${element.isCut ? " at the end of the file" : ""}`;
    const reason = quote((cause as Error).message.replaceAll(/\s+/g, " "), (cut) => cut);
    const advice = element.isCut
      ? "is the file JSON, and complete?"
      : (adviseOnLine(text, name) ?? "a file is one array, or one value a line");
    throw new ServiceError(`${where}: expected JSON, received ${received} (${reason}); ${advice}`, { cause });
  }
}

/** Cuts what an error shows at 80 characters. */
function quote(text: string, show: (cut: string) => string = JSON.stringify): string {
  return toVisible(text.length > 80 ? `${show(text.slice(0, 80))}...` : show(text));
}

async function* readChunks(
  path: string,
  onBytes: (bytes: Buffer) => void = () => {},
): AsyncGenerator<Buffer> {
  const found = findFile(path);
  try {
    if (!(await stat(found)).isFile()) {
      throw new ServiceError(`${path}: expected a file, received a directory or device; name a JSON file`);
    }
    for await (const chunk of createReadStream(found, { highWaterMark: 256 * 1024 })) {
      onBytes(chunk as Buffer);
      yield chunk as Buffer;
    }
  } catch (error) {
    throw toSourceError(error, path);
  }
}

function toSourceError(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof ServiceError || code === undefined) return error;
  const received = code === "ENOENT" || code === "ENOTDIR" ? "no such file" : code;
  const advice = code === "EACCES" || code === "EPERM" ? "may this user read it?" : "check the path";
  return new ServiceError(`${path}: expected a readable file, received ${received}; ${advice}`, {
    cause: error,
  });
}

import { ServiceError } from "../base/errors";

/** One JSON value of a data file, not parsed yet. */
export interface Element {
  readonly bytes: Buffer;
  /** The line that it begins in, from 1. */
  readonly line: number;
  /** "byte 120" (0-based) in an array, "line 3" (from 1) in JSON lines. */
  readonly place: string;
  /** True for what stands after the last line break: it may be all there is of a longer line. */
  readonly isCut: boolean;
}

/** Takes a file's chunks in order and hands out the elements that are complete, each before it looks further. */
export interface Splitter {
  push(chunk: Buffer): Iterable<Element>;
  /** Takes the end of the file; throws where it comes too early. */
  end(): Iterable<Element>;
}

/** A record longer than this is a missing quote or bracket, not a record: 64 MiB. */
const RECORD_LIMIT = 64 * 1024 * 1024;

const [TAB, LINE_FEED, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Splits JSON lines; blank lines are passed over, the whitespace around a value is not part of it. */
export function splitLines(name: string): Splitter {
  const pending = collect(name);
  let line = 1;
  const take = (isCut: boolean): Element[] => {
    const bytes = trim(pending.take());
    const own = { line, place: `line ${line++}` };
    return bytes.length === 0 ? [] : [{ bytes, ...own, isCut }];
  };
  return {
    *push(chunk) {
      let from = 0;
      for (let to = chunk.indexOf(LINE_FEED); to !== -1; to = chunk.indexOf(LINE_FEED, from)) {
        pending.add(chunk.subarray(from, to));
        yield* take(false);
        from = to + 1;
      }
      pending.add(chunk.subarray(from));
    },
    end: () => take(true),
  };
}

/** Splits the elements of a JSON array; the first chunk starts behind its `[`, at the file's byte `offset` and in its line `line`. */
export function splitArray(name: string, offset: number, line: number): Splitter {
  const pending = collect(name);
  let expected: Expected = "value or end";
  let scan: ValueScan | undefined;
  let start = 0;
  let startLine = line;
  let count = 0;
  return {
    *push(chunk) {
      let counted = 0;
      for (let at = 0; at < chunk.length; ) {
        if (!scan) {
          const byte = chunk[at] as number;
          const next = acceptBetween(expected, byte);
          if (!next)
            throw unexpected(expected, byte, `${name}: after ${count} records, at byte ${offset + at}`);
          expected = next;
          if (expected !== "in value") {
            at += 1;
            continue;
          }
          scan = { depth: 0, inString: false, escaped: false, isScalar: false };
          start = offset + at;
          line += countLines(chunk.subarray(counted, at));
          [counted, startLine] = [at, line];
        }
        const end = findValueEnd(scan, chunk, at);
        pending.add(chunk.subarray(at, end === -1 ? chunk.length : end));
        if (end === -1) break;
        [scan, expected, at] = [undefined, "comma or end", end];
        count += 1;
        yield { bytes: pending.take(), line: startLine, place: `byte ${start}`, isCut: false };
      }
      offset += chunk.length;
      line += countLines(chunk.subarray(counted));
    },
    end() {
      if (expected === "nothing") return [];
      const place = scan ? `inside record ${count}, which starts at byte ${start}` : `after ${count} records`;
      throw new ServiceError(
        `${name}: expected "]", received the end of the file ${place}; is the file complete?`,
      );
    },
  };
}

/** How many line breaks there are. */
export function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}

type Expected = "value or end" | "value" | "in value" | "comma or end" | "nothing";

/** What may follow this byte between two values; "in value" where it starts one, undefined where it may not stand. */
function acceptBetween(expected: Expected, byte: number): Expected | undefined {
  if (isBlank(byte)) return expected;
  if (byte === CLOSE_BRACKET && (expected === "value or end" || expected === "comma or end"))
    return "nothing";
  if (byte === COMMA && expected === "comma or end") return "value";
  const startsValue = ![COMMA, COLON, CLOSE_BRACKET, CLOSE_BRACE].includes(byte);
  return startsValue && (expected === "value" || expected === "value or end") ? "in value" : undefined;
}

function unexpected(expected: Expected, byte: number, where: string): ServiceError {
  const wanted = {
    "value or end": 'a value or "]"',
    value: "a value",
    "in value": "a value",
    "comma or end": '"," or "]"',
    nothing: 'nothing after the array\'s "]"',
  }[expected];
  const received = byte < 0x7f ? JSON.stringify(String.fromCharCode(byte)) : `byte 0x${byte.toString(16)}`;
  const advice = expected === "nothing" ? "a file is one array, or one value a line" : "mend the array";
  return new ServiceError(`${where}: expected ${wanted}, received ${received}; ${advice}`);
}

interface ValueScan {
  depth: number;
  inString: boolean;
  escaped: boolean;
  /** A number, true, false or null: it ends where something else begins. */
  isScalar: boolean;
}

/** The index after the value's last byte, or -1 where the chunk ends first; brackets need not match, JSON.parse will tell. */
function findValueEnd(scan: ValueScan, chunk: Buffer, from: number): number {
  for (let at = from; at < chunk.length; at++) {
    const byte = chunk[at] as number;
    if (scan.escaped) {
      scan.escaped = false;
    } else if (scan.inString) {
      if (byte === BACKSLASH) scan.escaped = true;
      else if (byte === QUOTE) {
        scan.inString = false;
        if (scan.depth === 0) return at + 1;
      }
    } else if (byte === QUOTE || byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (scan.isScalar) return at;
      if (byte === QUOTE) scan.inString = true;
      else scan.depth += 1;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (scan.depth === 0) return at;
      scan.depth -= 1;
      if (scan.depth === 0) return at + 1;
    } else if (scan.depth === 0) {
      if (byte === COMMA || isBlank(byte)) return at;
      scan.isScalar = true;
    }
  }
  return -1;
}

/** JSON's whitespace. */
export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === LINE_FEED || byte === RETURN || byte === TAB;
}

function trim(bytes: Buffer): Buffer {
  let from = 0;
  let to = bytes.length;
  while (from < to && isBlank(bytes[from] as number)) from += 1;
  while (to > from && isBlank(bytes[to - 1] as number)) to -= 1;
  return bytes.subarray(from, to);
}

/** Gathers the parts of an element that chunks cut. */
function collect(name: string): { add(part: Buffer): void; take(): Buffer } {
  let parts: Buffer[] = [];
  let length = 0;
  return {
    add(part) {
      parts.push(part);
      length += part.length;
      if (length <= RECORD_LIMIT) return;
      throw new ServiceError(
        `${name}: expected records below 64 MiB, received a longer one; is a quote missing?`,
      );
    },
    take() {
      const whole = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
      [parts, length] = [[], 0];
      return whole;
    },
  };
}

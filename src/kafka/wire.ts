import type { Broker } from "./cluster";

/**
 * Reads and writes what Kafka's protocol calls flexible versions, which kafkajs 2.2.4 does not know: lengths are
 * unsigned varints of one more than the length (0 is null), and behind each structure stand tagged fields, of which
 * there are none to write and any to pass over.
 */
export class WireReader {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  int16(): number {
    return this.bytes.readInt16BE(this.#move(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.#move(4));
  }

  int64(): bigint {
    return this.bytes.readBigInt64BE(this.#move(8));
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes.readUInt8(this.#move(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  /** null where there is none. */
  text(): string | null {
    const length = this.varint() - 1;
    if (length < 0) return null;
    const start = this.#move(length);
    return this.bytes.toString("utf8", start, start + length);
  }

  /** Entries that are structures, each with its tagged fields. */
  structures<T>(read: () => T): T[] {
    return this.list(() => {
      const one = read();
      this.passTags();
      return one;
    });
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.varint() - 1) }, read);
  }

  passTags(): void {
    for (let count = this.varint(); count > 0; count--) {
      this.varint(); // its number
      this.#move(this.varint());
    }
  }

  #move(bytes: number): number {
    const start = this.#at;
    this.#at += bytes;
    return start;
  }
}

/** No tagged fields. */
export const noTags = Buffer.from([0]);

export function writeInt32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function writeInt64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

export function writeText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([writeVarint(bytes.length + 1), bytes]);
}

export function writeList(entries: readonly Buffer[]): Buffer {
  return Buffer.concat([writeVarint(entries.length + 1), ...entries]);
}

function writeVarint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) return Buffer.from(bytes);
  }
}

/** kafkajs takes bytes from an encoder of its own alone. */
function toEncoder(bytes: Buffer): object {
  const Encoder = require("kafkajs/src/protocol/encoder") as new () => {
    writeBufferInternal(bytes: Buffer): void;
  };
  const encoder = new Encoder();
  encoder.writeBufferInternal(bytes);
  return encoder;
}

/** A request of a flexible version 0. */
export interface Question {
  readonly apiKey: number;
  readonly apiName: string;
  readonly body: readonly Buffer[];
}

/** Asks one broker; undefined where it does not know the request. */
export async function askBroker<T>(
  { versions, connectionPool }: Broker,
  { apiKey, apiName, body }: Question,
  read: (reader: WireReader) => T,
): Promise<T | undefined> {
  if (!versions?.[apiKey]) return undefined;
  // both headers end with tagged fields of their own, which kafkajs takes for a part of the body
  const buffer = Buffer.concat([noTags, ...body, noTags]);
  const { answer } = await connectionPool.send<{ answer: T }>({
    request: { apiKey, apiVersion: 0, apiName, encode: async () => toEncoder(buffer) },
    response: {
      decode: async (bytes) => {
        const reader = new WireReader(bytes);
        reader.passTags();
        return { answer: read(reader) };
      },
      parse: async (decoded) => decoded,
    },
  });
  return answer;
}
